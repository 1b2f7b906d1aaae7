/// A file of rows: lines that end with LF or CRLF, fields between commas, some of them in quotation marks.
struct ReportText {
    /// The bytes, without a byte order mark.
    let bytes: ArraySlice<UInt8>

    /// No publisher's row is nearly as long; a longer one is not taken apart.
    private static let longestRow = 1 << 16

    /// The lines in order, from 1, without those that are blank.
    var lines: some Sequence<Line> {
        sequence(state: (at: bytes.startIndex, number: 0)) { [bytes] state -> Line? in
            while state.at < bytes.endIndex {
                let end = bytes[state.at...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.endIndex
                let line = Line(number: state.number + 1, bytes: bytes[state.at..<end])
                state = (end < bytes.endIndex ? end + 1 : end, state.number + 1)
                if !line.isBlank { return line }
            }
            return nil
        }
    }

    /// A line of it.
    struct Line {
        /// Which one, from 1.
        let number: Int
        /// Its bytes; a CR at the end may be there.
        let bytes: ArraySlice<UInt8>

        /// Whether there is nothing but white space.
        var isBlank: Bool { bytes.allSatisfy { $0 <= 0x20 } }

        /// The text without white space around it; nothing where the line is too long to be a row.
        var text: String {
            bytes.count <= longestRow ? ReportText.string(bytes) : ""
        }

        /// What stands between the commas, without quotation marks and without white space around it; nothing where the line is too long to
        /// be a row.
        var fields: [String] {
            guard bytes.count <= longestRow else { return [] }
            var fields: [String] = []
            var rest = bytes
            while true {
                let field = Line.field(&rest)
                fields.append(field)
                guard rest.first == UInt8(ascii: ",") else { return fields }
                rest.removeFirst()
            }
        }

        /// Takes a field off the front, up to the comma after it.
        private static func field(_ rest: inout ArraySlice<UInt8>) -> String {
            let quote = UInt8(ascii: "\"")
            let start = rest.firstIndex { $0 != 0x20 && $0 != 0x09 } ?? rest.endIndex
            guard start < rest.endIndex, rest[start] == quote else {
                let end = rest.firstIndex(of: UInt8(ascii: ",")) ?? rest.endIndex
                defer { rest = rest[end...] }
                return ReportText.string(rest[..<end])
            }
            rest = rest[(start + 1)...]
            var text: [UInt8] = []
            while let byte = rest.popFirst() {
                if byte != quote {
                    text.append(byte)
                } else if rest.first == quote {
                    // A quotation mark within is written twice.
                    text.append(quote)
                    rest.removeFirst()
                } else {
                    break
                }
            }
            // Nothing but white space stands between a closing mark and the comma; whatever does belongs to the field.
            let end = rest.firstIndex(of: UInt8(ascii: ",")) ?? rest.endIndex
            text += rest[..<end]
            rest = rest[end...]
            return ReportText.string(text[...])
        }
    }

    /// A text without white space around it; bytes that are no UTF-8 become replacement characters.
    private static func string(_ bytes: ArraySlice<UInt8>) -> String {
        guard let first = bytes.firstIndex(where: { $0 > 0x20 }), let last = bytes.lastIndex(where: { $0 > 0x20 }) else { return "" }
        return String(decoding: bytes[first...last], as: UTF8.self)
    }

    /// The beginning of a text in one line, for a message: no control characters, at most `length` characters.
    static func excerpt(_ text: some StringProtocol, length: Int = 200) -> String {
        String(text.unicodeScalars.prefix(length).map { $0.value < 0x20 || $0.value == 0x7F ? " " : Character($0) })
    }
}
