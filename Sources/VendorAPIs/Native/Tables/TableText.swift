import MarketModel
import Transport

/// Rows of a table as text.
///
/// JSON: an object a row; times are whole microseconds, decimals exact, other numbers the shortest that read back to the same double; what is
/// missing or infinite is `null`. CSV: a header and a line a row; times as ISO 8601 with microseconds, infinities `inf` and `-inf`, what is
/// missing is empty.
struct TableText: Sendable {
    private let fields: [TableField]
    /// `"name":`, with the comma that parts it from the field before.
    private let keys: [SharedBytes]
    private let words: [[SharedBytes]]
    private let quotedWords: [[SharedBytes]]

    init(_ fields: [TableField]) {
        self.fields = fields
        keys = fields.enumerated().map { SharedBytes(($0.offset == 0 ? "{" : ",") + "\"\($0.element.name)\":") }
        let words = fields.map { field in
            if case .word(let words) = field.kind { words } else { [String]() }
        }
        self.words = words.map { $0.map { SharedBytes($0) } }
        quotedWords = words.map { $0.map { SharedBytes("\"\($0)\"") } }
    }

    /// Appends objects, parted by commas.
    ///
    /// - Parameter follows: whether others stand before.
    func writeJSON(_ columns: [TableValues], follows: Bool, to output: inout ByteBuffer) {
        let count = columns.first?.count ?? 0
        for row in 0..<count {
            if follows || row > 0 { output.append(UInt8(ascii: ",")) }
            for index in columns.indices {
                keys[index].withBytes { output.append($0) }
                guard columns[index].has(row) else {
                    output.append("null")
                    continue
                }
                switch columns[index].values {
                case .times(let values), .integers(let values): output.append(decimal: values[row], scale: 0)
                case .decimals(let values, let scale): output.append(decimal: values[row], scale: scale)
                case .reals(let values): output.append(values[row])
                case .flags(let values): output.append(values[row] != 0 ? "true" as StaticString : "false")
                case .words(let values): quotedWords[index][Int(values[row])].withBytes { output.append($0) }
                case .texts(let values): JSONWriter.append(values[row], to: &output)
                }
            }
            output.append(UInt8(ascii: "}"))
        }
    }

    /// Appends the header of CSV.
    func writeHeader(to output: inout ByteBuffer) {
        output.append(fields.map(\.name).joined(separator: ",") + "\n")
    }

    /// Appends lines of CSV.
    func writeCSV(_ columns: [TableValues], to output: inout ByteBuffer) {
        var clock = TimeText()
        for row in 0..<(columns.first?.count ?? 0) {
            for index in columns.indices {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                guard columns[index].has(row) else { continue }
                switch columns[index].values {
                case .times(let values): clock.append(values[row], to: &output)
                case .integers(let values): output.append(decimal: values[row], scale: 0)
                case .decimals(let values, let scale): output.append(decimal: values[row], scale: scale)
                case .reals(let values): TableText.appendReal(values[row], to: &output)
                case .flags(let values): output.append(values[row] != 0 ? "true" as StaticString : "false")
                case .words(let values): words[index][Int(values[row])].withBytes { output.append($0) }
                case .texts(let values): TableText.appendText(values[row], to: &output)
                }
            }
            output.append(UInt8(ascii: "\n"))
        }
    }

    private static func appendReal(_ value: Double, to output: inout ByteBuffer) {
        if value.isFinite {
            output.append(value)
        } else if !value.isNaN {
            output.append(value < 0 ? "-inf" as StaticString : "inf")
        }
    }

    /// A text with a comma, a quote or a line's end stands in quotes (RFC 4180).
    private static func appendText(_ text: String, to output: inout ByteBuffer) {
        guard text.utf8.contains(where: { $0 == 0x22 || $0 == 0x2c || $0 == 0x0a || $0 == 0x0d }) else { return output.append(text) }
        output.append("\"" + text.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\"")
    }
}

/// Writes times one after another, most of which share their second.
struct TimeText {
    private var second: Int64 = .min
    private var prefix = SharedBytes("")

    /// Appends `2026-11-22T13:04:05.123456Z`.
    mutating func append(_ time: Int64, to output: inout ByteBuffer) {
        let floor = time / 1_000_000 - (time % 1_000_000 < 0 ? 1 : 0)
        if floor != second {
            second = floor
            prefix = SharedBytes(String(Timestamp.iso8601(floor * 1_000_000, fractionDigits: 0).dropLast()) + ".")
        }
        prefix.withBytes { output.append($0) }
        var rest = Int(time - floor * 1_000_000)
        output.append(upTo: 7) { memory in
            memory[6] = UInt8(ascii: "Z")
            for place in (0..<6).reversed() {
                memory[place] = 48 + UInt8(truncatingIfNeeded: rest % 10)
                rest /= 10
            }
            return 7
        }
    }
}
