public import OrderFlow

/// Writes rows of a dataset to a file descriptor, as Parquet or as an Arrow IPC stream, a batch at a time.
///
/// The schema is that of the declared columns, whatever the rows hold: `time` as microseconds without a time zone, then one column each.
public final class DatasetFile<Row: Sendable> {
    private let file: MetricFile
    private let buffers: [ColumnBuffer<Row>]
    private var times: [Int64] = []
    /// Rows whose values are not worked out yet.
    private var rows: [Row] = []

    /// Rows in a row group or record batch: a month of minutes fits one.
    private static var batch: Int { 65_536 }
    /// Rows whose values are worked out together, column by column.
    private static var stretch: Int { 4096 }

    /// Starts a file.
    ///
    /// - Parameters:
    ///   - descriptor: where to write; it stays the caller's.
    ///   - metadata: key-value pairs of the file's footer or schema.
    /// - Throws: ``LakeError`` when writing fails.
    public init(descriptor: Int32, format: MetricFile.Format, columns: [Column<Row>], metadata: [(String, String)]) throws {
        buffers = columns.map { ColumnBuffer($0) }
        file = try MetricFile(
            descriptor: descriptor, format: format, like: DatasetFile.metricColumns(buffers, times: []), metadata: metadata)
    }

    /// Adds the next row.
    ///
    /// - Parameter time: the start of its interval, microseconds since the epoch.
    public func append(_ row: Row, time: Int64) throws {
        times.append(time)
        rows.append(row)
        if rows.count >= DatasetFile.stretch { workOut() }
        if times.count >= DatasetFile.batch { try flush() }
    }

    /// Writes what is left and the end of the file. Without it the file is not readable.
    public func finish() throws {
        try flush()
        try file.finish()
    }

    private func workOut() {
        for buffer in buffers { buffer.append(rows) }
        rows.removeAll(keepingCapacity: true)
    }

    private func flush() throws {
        guard !times.isEmpty else { return }
        workOut()
        try file.append(DatasetFile.metricColumns(buffers, times: times))
        for buffer in buffers { buffer.removeAll() }
        times.removeAll(keepingCapacity: true)
    }

    private static func metricColumns(_ buffers: [ColumnBuffer<Row>], times: [Int64]) -> [MetricColumn] {
        [MetricColumn(name: "time", values: .timestamps(times))] + buffers.map { MetricColumn(name: $0.name, values: $0.values) }
    }
}

/// The values of one column that wait to be written.
private final class ColumnBuffer<Row> {
    let name: String
    private let type: ColumnType
    private let cell: @Sendable (borrowing Row) -> Cell
    private var reals: [Double?] = []
    private var integers: [Int64?] = []
    private var words: [String?] = []

    init(_ column: Column<Row>) {
        name = column.name
        type = column.type
        cell = column.value
    }

    var values: MetricValues {
        switch type {
        case .integer: .integers(integers)
        case .real: .doubles(reals)
        case .word: .texts(words)
        }
    }

    /// Appends the column's values in some rows; one of another type than the column's is null.
    func append(_ rows: [Row]) {
        switch type {
        case .real:
            for row in rows { if case .real(let value) = cell(row) { reals.append(value) } else { reals.append(nil) } }
        case .integer:
            for row in rows { if case .integer(let value) = cell(row) { integers.append(value) } else { integers.append(nil) } }
        case .word:
            for row in rows { if case .word(let value) = cell(row) { words.append(value) } else { words.append(nil) } }
        }
    }

    func removeAll() {
        reals.removeAll(keepingCapacity: true)
        integers.removeAll(keepingCapacity: true)
        words.removeAll(keepingCapacity: true)
    }
}
