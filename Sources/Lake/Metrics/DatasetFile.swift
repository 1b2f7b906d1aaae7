import CParquet
public import OrderFlow

/// Writes rows of a dataset to a file descriptor, as Parquet or as an Arrow IPC stream, a batch at a time.
///
/// The schema is that of the declared columns, whatever the rows hold: `time` as microseconds without a time zone, then one column each.
public final class DatasetFile<Row: DatasetRow> {
    private let file: MetricFile
    private let times: MetricBuffer
    private let columns: [FilledColumn<Row>]
    /// Rows whose values are not worked out yet.
    private var rows: [Row] = []

    /// Rows in a row group or record batch: a month of minutes fits one.
    private static var batch: Int { 65_536 }
    /// Rows whose values are worked out together, column by column: few enough to stay in a processor's cache meanwhile.
    private static var stretch: Int { 128 }

    /// Starts a file.
    ///
    /// - Parameters:
    ///   - descriptor: where to write; it stays the caller's.
    ///   - metadata: key-value pairs of the file's footer or schema.
    /// - Throws: ``LakeError`` when writing fails.
    public init(descriptor: Int32, format: MetricFile.Format, columns: [Column<Row>], metadata: [(String, String)]) throws {
        times = MetricBuffer(kind: Int32(MR_METRIC_TIMESTAMP), capacity: DatasetFile.batch)
        self.columns = columns.map { FilledColumn($0, capacity: DatasetFile.batch) }
        file = try MetricFile(
            descriptor: descriptor, format: format, names: ["time"] + columns.map(\.name),
            kinds: [times.kind] + self.columns.map(\.buffer.kind), metadata: metadata)
    }

    /// Adds the next row.
    public func append(_ row: Row) throws {
        rows.append(row)
        if rows.count >= DatasetFile.stretch { workOut() }
        if times.count >= DatasetFile.batch { try flush() }
    }

    /// Writes what is left and the end of the file. Without it the file is not readable.
    public func finish() throws {
        workOut()
        try flush()
        try file.finish()
    }

    private func workOut() {
        for row in rows { times.append(row.time) }
        for column in columns { column.append(rows) }
        rows.removeAll(keepingCapacity: true)
    }

    private func flush() throws {
        try file.append([times] + columns.map(\.buffer))
        times.removeAll()
        for column in columns { column.buffer.removeAll() }
    }
}

/// A column and its values that wait to be written.
private struct FilledColumn<Row: DatasetRow> {
    let buffer: MetricBuffer
    private let type: ColumnType
    private let cell: @Sendable (borrowing Row) -> Cell

    init(_ column: Column<Row>, capacity: Int) {
        type = column.type
        cell = column.value
        let kind =
            switch column.type {
            case .integer: MR_METRIC_INT64
            case .real: MR_METRIC_DOUBLE
            case .word: MR_METRIC_TEXT
            }
        buffer = MetricBuffer(kind: Int32(kind), capacity: capacity)
    }

    /// Appends the column's values in some rows; one of another type than the column's is null.
    func append(_ rows: [Row]) {
        let rows = rows.span
        switch type {
        case .real:
            for index in rows.indices {
                if case .real(let value) = cell(rows[index]) { buffer.append(value) } else { buffer.append(nil as Double?) }
            }
        case .integer:
            for index in rows.indices {
                if case .integer(let value) = cell(rows[index]) { buffer.append(value) } else { buffer.append(nil as Int64?) }
            }
        case .word:
            for index in rows.indices {
                if case .word(let value) = cell(rows[index]) { buffer.append(value) } else { buffer.append(nil as String?) }
            }
        }
    }
}
