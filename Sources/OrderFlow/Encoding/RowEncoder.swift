/// Rows of a dataset as text: CSV with a header, or JSON with one object a line.
///
/// Numbers are the shortest that read back to the same double. CSV: null is empty, infinities are `inf` and `-inf`, `time` is ISO 8601.
/// JSON: null and infinities are `null`, `time` is epoch milliseconds.
public struct RowEncoder<Row>: Sendable {
    /// The text form.
    public enum Format: Sendable { case csv, json }

    private let format: Format
    private let columns: [Column<Row>]
    private let keys: [[UInt8]]
    // Apart from the columns: a column is large, and would be copied for every cell.
    private let cells: [@Sendable (borrowing Row) -> Cell]

    /// Creates an encoder for some columns of a dataset.
    public init(_ format: Format, columns: [Column<Row>]) {
        self.format = format
        self.columns = columns
        cells = columns.map(\.value)
        keys = columns.map { Array("\"\($0.name)\":".utf8) }
    }

    /// Appends what comes before the first row: the header of CSV, nothing for JSON.
    public func appendHeader(to output: inout [UInt8]) {
        guard format == .csv else { return }
        output.append(contentsOf: "time".utf8)
        for column in columns {
            output.append(UInt8(ascii: ","))
            output.append(contentsOf: column.name.utf8)
        }
        output.append(UInt8(ascii: "\n"))
    }

    /// Appends a row and a line feed.
    ///
    /// - Parameters:
    ///   - time: the start of the interval, microseconds since the epoch.
    ///   - timeText: the same as ISO 8601, for CSV.
    public func append(_ row: borrowing Row, time: Int64, timeText: @autoclosure () -> String, to output: inout [UInt8]) {
        switch format {
        case .csv:
            output.append(contentsOf: timeText().utf8)
            for cell in cells {
                output.append(UInt8(ascii: ","))
                RowEncoder.appendCSV(cell(row), to: &output)
            }
        case .json:
            output.append(contentsOf: "{\"time\":".utf8)
            output.append(contentsOf: String(time / 1000).utf8)
            for (index, cell) in cells.enumerated() {
                output.append(UInt8(ascii: ","))
                output.append(contentsOf: keys[index])
                RowEncoder.appendJSON(cell(row), to: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
        output.append(UInt8(ascii: "\n"))
    }

    private static func appendCSV(_ cell: Cell, to output: inout [UInt8]) {
        switch cell {
        case .integer(let value): output.append(contentsOf: String(value).utf8)
        case .real(nil): break
        case .real(.some(let value)): output.append(contentsOf: value.description.utf8)
        case .word(let text): output.append(contentsOf: text.utf8)
        }
    }

    private static func appendJSON(_ cell: Cell, to output: inout [UInt8]) {
        switch cell {
        case .integer(let value): output.append(contentsOf: String(value).utf8)
        case .real(.some(let value)) where value.isFinite: output.append(contentsOf: value.description.utf8)
        case .real: output.append(contentsOf: "null".utf8)
        case .word(let text):
            output.append(UInt8(ascii: "\""))
            output.append(contentsOf: text.utf8)
            output.append(UInt8(ascii: "\""))
        }
    }
}
