import Lake
import MarketModel
import OrderFlow

/// The form in which bars are written.
enum RowFormat: String, CaseIterable {
    case csv
    case json
    case parquet
    case arrow

    /// What names of files end with.
    var fileExtension: String { self == .json ? "jsonl" : rawValue }
}

/// Writes the rows of a dataset to a file or to stdout in any of the four forms, a batch at a time.
final class RowFile<Row: DatasetRow> {
    private let destination: Destination
    private let writer: Writer
    private var text: [UInt8] = []

    private enum Writer {
        case text(RowEncoder<Row>)
        case columns(DatasetFile<Row>)
    }

    /// Starts the output.
    ///
    /// - Parameter path: where to, or nil or `-` for stdout.
    init(
        format: RowFormat, columns: [Column<Row>], to path: String?, metadata: [(String, String)]
    ) throws {
        let destination = try Destination(path)
        self.destination = destination
        switch format {
        case .csv, .json:
            let encoder = RowEncoder<Row>(format == .csv ? .csv : .json, columns: columns)
            encoder.appendHeader(to: &text)
            writer = .text(encoder)
        case .parquet, .arrow:
            try destination.requireNoTerminal(format.rawValue)
            writer = try .columns(
                DatasetFile(
                    descriptor: destination.descriptor, format: format == .parquet ? .parquet : .arrowStream, columns: columns,
                    metadata: metadata))
        }
    }

    /// Adds the next row.
    func append(_ row: Row) throws {
        switch writer {
        case .text(let encoder):
            encoder.append(row, time: row.time, timeText: Timestamp.iso8601(row.time, fractionDigits: 0), to: &text)
            if text.count >= 1 << 18 { try flush() }
        case .columns(let file):
            try piped { try file.append(row) }
        }
    }

    /// Ends the output; only now does a named file appear.
    func finish() throws {
        try flush()
        if case .columns(let file) = writer { try piped { try file.finish() } }
        try destination.publish()
    }

    /// Where signals do not end the process, a reader's leaving comes as the writer's error.
    private func piped(_ write: () throws -> Void) throws {
        do { try write() } catch { throw destination.isAbandoned ? StandardOutput.Closed() : error }
    }

    private func flush() throws {
        try text.withUnsafeBytes { try destination.write($0) }
        text.removeAll(keepingCapacity: true)
    }
}
