import Lake
import MarketModel
import OrderFlow

/// The form in which bars are written.
enum RowFormat: String, CaseIterable {
    case csv
    case json
    case parquet
    case arrow
}

/// Writes the rows of a dataset to a file or to stdout in any of the four forms, a batch at a time.
final class RowFile<Row: Sendable> {
    private let columns: [Column<Row>]
    private let time: (Row) -> Int64
    private let destination: Destination
    private let writer: Writer
    private var text: [UInt8] = []
    private var rows: [Row] = []
    private var times: [Int64] = []

    /// Rows in a row group or record batch: a month of minutes fits one.
    private static var batch: Int { 65_536 }

    /// Starts the output.
    ///
    /// - Parameter path: where to, or nil or `-` for stdout.
    init(
        format: RowFormat, columns: [Column<Row>], to path: String?, metadata: [(String, String)], time: @escaping (Row) -> Int64
    ) throws {
        self.columns = columns
        self.time = time
        let destination = try Destination(path)
        self.destination = destination
        switch format {
        case .csv, .json:
            let encoder = RowEncoder<Row>(format == .csv ? .csv : .json, columns: columns)
            encoder.appendHeader(to: &text)
            writer = .text(encoder)
        case .parquet, .arrow:
            writer = try .metrics(
                MetricWriter(
                    descriptor: destination.descriptor, format: format == .parquet ? .parquet : .arrowStream,
                    like: RowFile.metricColumns(columns, rows: [], times: []), metadata: metadata))
        }
    }

    private enum Writer {
        case text(RowEncoder<Row>)
        case metrics(MetricWriter)
    }

    /// A ``MetricFile`` that several owners may hold.
    private final class MetricWriter {
        let file: MetricFile

        init(descriptor: Int32, format: MetricFile.Format, like columns: [MetricColumn], metadata: [(String, String)]) throws {
            file = try MetricFile(descriptor: descriptor, format: format, like: columns, metadata: metadata)
        }
    }

    /// Adds the next row.
    func append(_ row: Row) throws {
        switch writer {
        case .text(let encoder):
            let time = time(row)
            encoder.append(row, time: time, timeText: Timestamp.iso8601(time, fractionDigits: 0), to: &text)
            if text.count >= 1 << 18 { try flush() }
        case .metrics:
            rows.append(row)
            times.append(time(row))
            if rows.count >= RowFile.batch { try flush() }
        }
    }

    /// Ends the output; only now does a named file appear.
    func finish() throws {
        try flush()
        if case .metrics(let metrics) = writer { try metrics.file.finish() }
        try destination.publish()
    }

    private func flush() throws {
        switch writer {
        case .text:
            try text.withUnsafeBytes { try destination.write($0) }
            text.removeAll(keepingCapacity: true)
        case .metrics(let metrics):
            guard !rows.isEmpty else { return }
            try metrics.file.append(RowFile.metricColumns(columns, rows: rows, times: times))
            rows.removeAll(keepingCapacity: true)
            times.removeAll(keepingCapacity: true)
        }
    }

    private static func metricColumns(_ columns: [Column<Row>], rows: [Row], times: [Int64]) -> [MetricColumn] {
        [MetricColumn(name: "time", values: .timestamps(times))]
            + columns.map { column in
                let cells = rows.map { column.value($0) }
                return MetricColumn(name: column.name, values: MetricValues(cells, type: column.type))
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
