public import OrderFlow

/// Writes rows of a dataset to a file descriptor, as Parquet or as an Arrow IPC stream, a batch at a time.
///
/// The schema is that of the declared columns, whatever the rows hold: `time` as microseconds without a time zone, then one column each.
public final class DatasetFile<Row: Sendable> {
    private let file: MetricFile
    private let buffers: [ColumnBuffer<Row>]
    private var times: [Int64] = []

    /// Rows in a row group or record batch: a month of minutes fits one.
    private static var batch: Int { 65_536 }

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
        for buffer in buffers { buffer.append(row) }
        if times.count >= DatasetFile.batch { try flush() }
    }

    /// Writes what is left and the end of the file. Without it the file is not readable.
    public func finish() throws {
        try flush()
        try file.finish()
    }

    private func flush() throws {
        guard !times.isEmpty else { return }
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

    /// Appends the column's value in a row; one of another type than the column's is null.
    func append(_ row: borrowing Row) {
        switch (type, cell(row)) {
        case (.real, .real(let value)): reals.append(value)
        case (.real, _): reals.append(nil)
        case (.integer, .integer(let value)): integers.append(value)
        case (.integer, _): integers.append(nil)
        case (.word, .word(let value)): words.append(value)
        case (.word, _): words.append(nil)
        }
    }

    func removeAll() {
        reals.removeAll(keepingCapacity: true)
        integers.removeAll(keepingCapacity: true)
        words.removeAll(keepingCapacity: true)
    }
}
