import CParquet

/// The values of one metric column; nil is null.
public enum MetricValues: Sendable {
    /// Doubles; infinities are kept.
    case doubles([Double?])
    /// 64-bit integers.
    case integers([Int64?])
    /// Microseconds since 1970-01-01 UTC, written as timestamps without a time zone; never null.
    case timestamps([Int64])
    /// UTF-8 texts.
    case texts([String?])

    /// How many rows there are.
    public var count: Int {
        switch self {
        case .doubles(let values): values.count
        case .integers(let values): values.count
        case .timestamps(let values): values.count
        case .texts(let values): values.count
        }
    }

    var kind: Int32 {
        switch self {
        case .doubles: Int32(MR_METRIC_DOUBLE)
        case .integers: Int32(MR_METRIC_INT64)
        case .timestamps: Int32(MR_METRIC_TIMESTAMP)
        case .texts: Int32(MR_METRIC_TEXT)
        }
    }

    /// The values as the writer takes them.
    var buffer: MetricBuffer {
        let buffer = MetricBuffer(kind: kind, capacity: count)
        switch self {
        case .doubles(let values): for value in values { buffer.append(value) }
        case .integers(let values): for value in values { buffer.append(value) }
        case .timestamps(let values): for value in values { buffer.append(value) }
        case .texts(let values): for value in values { buffer.append(value) }
        }
        return buffer
    }
}

/// A named metric column.
public struct MetricColumn: Sendable {
    /// The column's name in the file.
    public var name: String
    /// Its values.
    public var values: MetricValues

    /// Creates a column.
    public init(name: String, values: MetricValues) {
        self.name = name
        self.values = values
    }
}

/// Writes metric columns batch by batch to a file descriptor, as Parquet or as an Arrow IPC stream.
///
/// Parquet: zstd 1, doubles as BYTE_STREAM_SPLIT, integers and times as deltas, page checksums; the same batches give the same bytes.
///
///     var file = try MetricFile(descriptor: 1, format: .parquet, like: columns, metadata: [("dataset", "flow")])
///     try file.append(columns)
///     try file.finish()
public struct MetricFile: ~Copyable {
    /// The shape of the file.
    public enum Format: Sendable, Hashable {
        /// An Apache Parquet file.
        case parquet
        /// An Arrow IPC stream: schema, record batches, end mark.
        case arrowStream
    }

    private let writer: OpaquePointer
    private let names: [String]
    private let kinds: [Int32]

    /// Starts a file.
    ///
    /// - Parameters:
    ///   - descriptor: where to write; it stays the caller's and is not closed.
    ///   - columns: columns whose names and kinds are the file's; their values are not written.
    ///   - metadata: key-value pairs of the file's footer or schema.
    /// - Throws: ``LakeError`` when writing fails.
    public init(descriptor: Int32, format: Format, like columns: [MetricColumn], metadata: [(String, String)] = []) throws {
        try self.init(
            descriptor: descriptor, format: format, names: columns.map(\.name), kinds: columns.map(\.values.kind), metadata: metadata)
    }

    init(descriptor: Int32, format: Format, names: [String], kinds: [Int32], metadata: [(String, String)]) throws {
        self.names = names
        self.kinds = kinds
        var error: UnsafeMutablePointer<CChar>?
        let code = Int32(format == .parquet ? MR_METRIC_PARQUET : MR_METRIC_ARROW_STREAM)
        let opened = withCStrings(names) { names in
            withCStrings(metadata.map { $0.0 }) { keys in
                withCStrings(metadata.map { $0.1 }) { values in
                    mr_metric_open(descriptor, code, Int32(names.count), names, kinds, Int32(keys.count), keys, values, &error)
                }
            }
        }
        guard let opened else { throw MetricFile.failure(error) }
        writer = opened
    }

    deinit { mr_metric_free(writer) }

    /// Writes one batch, which becomes a row group or a record batch; columns must be those the file was started with.
    ///
    /// - Throws: ``LakeError`` when the columns differ or writing fails.
    public func append(_ columns: [MetricColumn]) throws {
        let rows = columns.first?.values.count ?? 0
        guard columns.map(\.name) == names, columns.map(\.values.kind) == kinds, columns.allSatisfy({ $0.values.count == rows })
        else { throw LakeError(.refused, "metric file", "the batch has other columns than the file") }
        try append(columns.map { $0.values.buffer })
    }

    /// Writes one batch of columns of the file's kinds, all of the same length.
    func append(_ columns: [MetricBuffer]) throws {
        let rows = columns.first?.count ?? 0
        guard rows > 0 else { return }
        var error: UnsafeMutablePointer<CChar>?
        // The buffers outlive the call, and the writer copies what it keeps.
        let status = withExtendedLifetime(columns) {
            mr_metric_append(writer, Int64(rows), columns.map { $0.makeView() }, &error)
        }
        guard status == 0 else { throw MetricFile.failure(error) }
    }

    /// Writes the end of the file. Without it the file is not readable.
    ///
    /// - Throws: ``LakeError`` when writing fails.
    public func finish() throws {
        var error: UnsafeMutablePointer<CChar>?
        guard mr_metric_finish(writer, &error) == 0 else { throw MetricFile.failure(error) }
    }

    private static func failure(_ error: UnsafeMutablePointer<CChar>?) -> LakeError {
        LakeError(.system, "metric file", takeText(error))
    }
}
