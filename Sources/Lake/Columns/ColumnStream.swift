import CParquet
public import MarketModel

/// Writes the rows of a table as an Arrow IPC stream or a Parquet file, a batch at a time, and hands out the bytes as they come.
///
///     var stream = try ColumnStream(.arrow, fields: fields, metadata: [("millrace.venue", "binance-spot")])
///     try stream.append(columns)
///     stream.take { bytes in … }
///     try stream.finish()
///     stream.take { bytes in … }
///
/// Times are microseconds with the zone UTC, decimals the nearest doubles, words a dictionary. Every batch is a record batch or a row group:
/// Parquet with zstd 1, doubles as BYTE_STREAM_SPLIT, integers and times as deltas, page checksums. The same batches give the same bytes.
///
/// `@unchecked Sendable`: a stream has no thread of its own; it may wander from one to another, and whoever holds it calls it on one at a time.
public final class ColumnStream: @unchecked Sendable {
    /// The shape of the bytes.
    public enum Format: Sendable, Hashable {
        case arrow
        case parquet
    }

    private let fields: [TableField]
    private let writer: OpaquePointer
    // Reused from batch to batch.
    private var reals: [[Double]]

    /// Begins a table.
    ///
    /// - Parameter metadata: key-value pairs of the schema, or of the file's footer.
    /// - Throws: ``LakeError``
    public init(_ format: Format, fields: [TableField], metadata: [(String, String)] = []) throws {
        self.fields = fields
        reals = fields.map { _ in [] }
        let words = fields.map { field in
            if case .word(let words) = field.kind { words.joined(separator: "\n") } else { "" }
        }
        let code = Int32(format == .parquet ? MR_COLUMNS_PARQUET : MR_COLUMNS_ARROW)
        var error: UnsafeMutablePointer<CChar>?
        let opened = withCStrings(fields.map(\.name)) { names in
            withCStrings(words) { words in
                withCStrings(metadata.map { $0.0 }) { keys in
                    withCStrings(metadata.map { $0.1 }) { values in
                        let native = fields.indices.map { index in
                            mr_column_field(
                                name: names[index], words: fields[index].nativeKind == MR_COLUMN_WORD ? words[index] : nil,
                                kind: Int32(fields[index].nativeKind), optional: fields[index].isOptional ? 1 : 0)
                        }
                        return mr_columns_open(code, Int32(native.count), native, Int32(keys.count), keys, values, &error)
                    }
                }
            }
        }
        guard let opened else { throw ColumnStream.failure(error) }
        writer = opened
    }

    deinit { mr_columns_free(writer) }

    /// Writes rows: a column for each field, of its kind, all of one length; none are nothing.
    ///
    /// - Throws: ``LakeError``
    public func append(_ columns: [TableValues]) throws {
        guard columns.count == fields.count, zip(columns, fields).allSatisfy({ $0.fits($1) }), Set(columns.map(\.count)).count == 1,
            let rows = columns.first?.count
        else { throw LakeError(.refused, "table", "the columns are not those of the table") }
        guard rows > 0 else { return }
        var error: UnsafeMutablePointer<CChar>?
        var views: [mr_column_values] = []
        views.reserveCapacity(columns.count)
        guard withViews(columns[...], &views, { mr_columns_append(writer, Int64(rows), $0, &error) }) == 0 else {
            throw ColumnStream.failure(error)
        }
    }

    /// Writes the end, without which the bytes cannot be read.
    ///
    /// - Throws: ``LakeError``
    public func finish() throws {
        var error: UnsafeMutablePointer<CChar>?
        guard mr_columns_finish(writer, &error) == 0 else { throw ColumnStream.failure(error) }
    }

    /// Calls `body` with what has been written since the last call.
    public func take(_ body: (UnsafeBufferPointer<UInt8>) -> Void) {
        var size: Int64 = 0
        let bytes = mr_columns_take(writer, &size)
        body(UnsafeBufferPointer(start: bytes, count: bytes == nil ? 0 : Int(size)))
    }

    /// Calls `body` with the arrays of all columns as C sees them, valid during the call.
    private func withViews(
        _ rest: ArraySlice<TableValues>, _ views: inout [mr_column_values], _ body: ([mr_column_values]) -> Int32
    ) -> Int32 {
        guard let column = rest.first else { return body(views) }
        func goOn(_ values: UnsafeRawPointer?, _ offsets: UnsafePointer<Int32>? = nil) -> Int32 {
            guard let valid = column.valid else {
                views.append(mr_column_values(values: values, offsets: offsets, valid: nil))
                return withViews(rest.dropFirst(), &views, body)
            }
            return valid.withUnsafeBufferPointer { valid in
                views.append(mr_column_values(values: values, offsets: offsets, valid: valid.baseAddress))
                return withViews(rest.dropFirst(), &views, body)
            }
        }
        switch column.values {
        case .times(let values), .integers(let values): return values.withUnsafeBytes { goOn($0.baseAddress) }
        case .decimals(let mantissas, let scale):
            DecimalUnit(scale: scale).convert(mantissas, into: &reals[rest.startIndex])
            return reals[rest.startIndex].withUnsafeBytes { goOn($0.baseAddress) }
        case .reals(let values): return values.withUnsafeBytes { goOn($0.baseAddress) }
        case .flags(let values): return values.withUnsafeBytes { goOn($0.baseAddress) }
        case .words(let values): return values.withUnsafeBytes { goOn($0.baseAddress) }
        case .texts(let texts):
            var (bytes, offsets): ([UInt8], [Int32]) = ([], [0])
            for text in texts {
                bytes.append(contentsOf: text.utf8)
                offsets.append(Int32(clamping: bytes.count))
            }
            return bytes.withUnsafeBytes { bytes in offsets.withUnsafeBufferPointer { goOn(bytes.baseAddress, $0.baseAddress) } }
        }
    }

    private static func failure(_ error: UnsafeMutablePointer<CChar>?) -> LakeError { LakeError(.system, "table", takeText(error)) }
}

extension TableField {
    fileprivate var nativeKind: Int {
        switch kind {
        case .time: MR_COLUMN_INSTANT
        case .integer: MR_COLUMN_INTEGER
        case .decimal, .real: MR_COLUMN_REAL
        case .flag: MR_COLUMN_FLAG
        case .word: MR_COLUMN_WORD
        case .text: MR_COLUMN_TEXT
        }
    }
}

extension TableValues {
    fileprivate func fits(_ field: TableField) -> Bool {
        guard field.isOptional || valid == nil, valid.map({ $0.count == count }) ?? true else { return false }
        return switch (values, field.kind) {
        case (.times, .time), (.integers, .integer), (.decimals, .decimal), (.reals, .real), (.flags, .flag), (.texts, .text): true
        case (.words(let places), .word(let words)): places.allSatisfy { (0..<words.count).contains(Int($0)) }
        default: false
        }
    }
}
