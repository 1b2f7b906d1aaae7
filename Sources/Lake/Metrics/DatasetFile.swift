public import OrderFlow

/// Writes rows of a dataset to a file descriptor, as Parquet or as an Arrow IPC stream, a batch at a time.
///
/// The schema is that of the declared columns, whatever the rows hold: `time` as microseconds without a time zone, then one column each.
public final class DatasetFile<Row: Sendable> {
    private let columns: [Column<Row>]
    private let file: MetricFile
    private var rows: [Row] = []
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
        self.columns = columns
        file = try MetricFile(
            descriptor: descriptor, format: format, like: DatasetFile.metricColumns(columns, rows: [], times: []), metadata: metadata)
    }

    /// Adds the next row.
    ///
    /// - Parameter time: the start of its interval, microseconds since the epoch.
    public func append(_ row: Row, time: Int64) throws {
        rows.append(row)
        times.append(time)
        if rows.count >= DatasetFile.batch { try flush() }
    }

    /// Writes what is left and the end of the file. Without it the file is not readable.
    public func finish() throws {
        try flush()
        try file.finish()
    }

    private func flush() throws {
        guard !rows.isEmpty else { return }
        try file.append(DatasetFile.metricColumns(columns, rows: rows, times: times))
        rows.removeAll(keepingCapacity: true)
        times.removeAll(keepingCapacity: true)
    }

    private static func metricColumns(_ columns: [Column<Row>], rows: [Row], times: [Int64]) -> [MetricColumn] {
        [MetricColumn(name: "time", values: .timestamps(times))]
            + columns.map { column in
                MetricColumn(name: column.name, values: MetricValues(rows.map { column.value($0) }, type: column.type))
            }
    }
}

extension MetricValues {
    /// Cells of one column as the type that the column declares; a cell of another type is null.
    init(_ cells: [Cell], type: ColumnType) {
        switch type {
        case .integer: self = .integers(cells.map { if case .integer(let value) = $0 { value } else { nil } })
        case .real: self = .doubles(cells.map { if case .real(let value) = $0 { value } else { nil } })
        case .word: self = .texts(cells.map { if case .word(let value) = $0 { value } else { nil } })
        }
    }
}
