public import OrderFlow

/// Writes rows of a dataset to a file descriptor, as Parquet or as an Arrow IPC stream, a batch at a time.
///
/// The schema is that of the declared columns, whatever the rows hold: `time` as microseconds without a time zone, then one column each.
public final class DatasetFile<Row: Sendable> {
    private let columns: [Column<Row>]
    private let file: MetricFile
    // Apart from the columns: a column is large, and would be copied for every cell.
    private let cells: [@Sendable (borrowing Row) -> Cell]
    private var values: [MetricValues]
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
        cells = columns.map(\.value)
        values = columns.map { MetricValues(type: $0.type) }
        file = try MetricFile(
            descriptor: descriptor, format: format, like: DatasetFile.metricColumns(columns, values, times: []), metadata: metadata)
    }

    /// Adds the next row.
    ///
    /// - Parameter time: the start of its interval, microseconds since the epoch.
    public func append(_ row: Row, time: Int64) throws {
        times.append(time)
        for index in cells.indices { values[index].append(cells[index](row)) }
        if times.count >= DatasetFile.batch { try flush() }
    }

    /// Writes what is left and the end of the file. Without it the file is not readable.
    public func finish() throws {
        try flush()
        try file.finish()
    }

    private func flush() throws {
        guard !times.isEmpty else { return }
        try file.append(DatasetFile.metricColumns(columns, values, times: times))
        for index in values.indices { values[index].removeAll() }
        times.removeAll(keepingCapacity: true)
    }

    private static func metricColumns(_ columns: [Column<Row>], _ values: [MetricValues], times: [Int64]) -> [MetricColumn] {
        [MetricColumn(name: "time", values: .timestamps(times))]
            + zip(columns, values).map { MetricColumn(name: $0.name, values: $1) }
    }
}

extension MetricValues {
    /// No values of a declared type.
    fileprivate init(type: ColumnType) {
        switch type {
        case .integer: self = .integers([])
        case .real: self = .doubles([])
        case .word: self = .texts([])
        }
    }

    /// Appends a cell; one of another type than the column's is null.
    fileprivate mutating func append(_ cell: Cell) {
        // Each list is taken out of the enumeration before it grows, so that it is not copied.
        switch self {
        case .doubles(var list):
            self = .doubles([])
            if case .real(let value) = cell { list.append(value) } else { list.append(nil) }
            self = .doubles(list)
        case .integers(var list):
            self = .integers([])
            if case .integer(let value) = cell { list.append(value) } else { list.append(nil) }
            self = .integers(list)
        case .texts(var list):
            self = .texts([])
            if case .word(let value) = cell { list.append(value) } else { list.append(nil) }
            self = .texts(list)
        case .timestamps:
            preconditionFailure("no declared column is a timestamp")
        }
    }

    fileprivate mutating func removeAll() {
        switch self {
        case .doubles: self = .doubles([])
        case .integers: self = .integers([])
        case .texts: self = .texts([])
        case .timestamps: self = .timestamps([])
        }
    }
}
