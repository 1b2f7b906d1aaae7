import MarketModel

/// Reads rows of any layout, one at a time, and says what is wrong with those that cannot be read.
///
/// Not thread-safe; each segment parser has its own.
struct RowParser {
    let layout: RowLayout
    /// The wanted instrument in lower case, where the file names instruments.
    private let symbol: [UInt8]?
    private var fields = FieldSplitter()
    private let headerLength: Int

    init(_ layout: RowLayout, symbol: String?) {
        self.layout = layout
        headerLength = layout.header?.count ?? -1
        self.symbol = layout.symbol == nil ? nil : symbol.map { Array($0.lowercased().utf8) }
    }

    /// Reads a line; its `\n` is not part of it, a `\r` may be.
    mutating func parse(_ whole: UnsafeRawBufferPointer) -> Row {
        let line = whole.last == UInt8(ascii: "\r") ? UnsafeRawBufferPointer(rebasing: whole.dropLast()) : whole
        if line.isEmpty { return .nothing }
        if line[0] == 0xef, line.starts(with: [0xef, 0xbb, 0xbf] as [UInt8]) {
            return parse(UnsafeRawBufferPointer(rebasing: line.dropFirst(3)))
        }
        if line.count == headerLength, layout.header.map({ line.elementsEqual($0) }) == true { return .nothing }
        fields.split(line, separator: layout.separator)
        guard fields.count == layout.columnCount else { return isHeader(line) ? .nothing : .rejected(wrongCount()) }
        if let column = layout.symbol, let symbol, !matches(fields.field(column, of: line), symbol) {
            return .otherSymbol
        }
        return values(line)
    }

    private func wrongCount() -> String {
        fields.count > FieldSplitter.limit
            ? "has more than \(FieldSplitter.limit) columns" : "has \(fields.count) columns, not \(layout.columnCount)"
    }

    /// Files of one symbol come with and without header, and people join them.
    private func isHeader(_ line: UnsafeRawBufferPointer) -> Bool {
        layout.fills != nil && line.starts(with: "agg_trade_id,".utf8)
    }

    private func values(_ line: UnsafeRawBufferPointer) -> Row {
        let timeText = fields.field(layout.time, of: line)
        guard let (time, _) = TimeText.parse(timeText) else {
            return isHeader(line) ? .nothing : .rejected(complaint("time", timeText, "is not a time"))
        }
        var id = TradeID(0)
        if let column = layout.id, layout.tradeIDs != .none {
            let text = fields.field(column, of: line)
            guard let parsed = IDText.parse(text, layout.tradeIDs) else {
                return .rejected(complaint("id", text, layout.tradeIDs == .uuid ? "is not a UUID" : "is not an integer of 64 bits"))
            }
            id = parsed
        }
        var side = TakerSide.unknown
        if let column = layout.side {
            let text = fields.field(column, of: line)
            guard let parsed = SideText.parse(text, layout.sideMeaning) else {
                return .rejected(
                    complaint("side", text, layout.sideMeaning == .taker ? "is neither buy nor sell" : "is neither true nor false"))
            }
            side = parsed
        }
        do throws(Complaint) {
            let price = try amount("price", fields.field(layout.price, of: line))
            let quantity = try amount("quantity", fields.field(layout.quantity, of: line))
            if price.mantissa == 0 || quantity.mantissa == 0 { return .zero(id: id, time: time) }
            let fills = try fills(line)
            return .trade(ParsedTrade(id: id, time: time, price: price, quantity: quantity, side: side, fills: fills))
        } catch {
            return .rejected(error.reason)
        }
    }

    private struct Complaint: Error { var reason: String }

    private func amount(_ name: String, _ text: UnsafeRawBufferPointer) throws(Complaint) -> FixedPoint {
        let value: FixedPoint
        do {
            value = try DecimalText.parse(text)
        } catch {
            throw Complaint(reason: complaint(name, text, error == .tooLong ? "needs more than 18 digits" : "is not a decimal number"))
        }
        guard value.mantissa >= 0 else { throw Complaint(reason: complaint(name, text, "is negative")) }
        return value
    }

    private func fills(_ line: UnsafeRawBufferPointer) throws(Complaint) -> Int32 {
        guard let columns = layout.fills else { return 1 }
        let (firstText, lastText) = (fields.field(columns.first, of: line), fields.field(columns.last, of: line))
        guard let first = DecimalText.integer(firstText) else {
            throw Complaint(reason: complaint("first id", firstText, "is not an integer"))
        }
        guard let last = DecimalText.integer(lastText) else { throw Complaint(reason: complaint("last id", lastText, "is not an integer")) }
        // Aggregates without raw trades carry -1 and -1.
        if first == -1, last == -1 { return 1 }
        let (span, overflow) = last.subtractingReportingOverflow(first)
        guard !overflow, span >= 0, span < Int64(Int32.max) else {
            throw Complaint(reason: "its last id \(last) does not follow its first id \(first)")
        }
        return Int32(span + 1)
    }

    private func complaint(_ name: String, _ text: UnsafeRawBufferPointer, _ reason: String) -> String {
        "\(name) '\(RowParser.quote(text))' \(reason)"
    }

    /// At most 40 bytes of a field, with what does not print replaced: for one-line messages.
    static func quote(_ text: UnsafeRawBufferPointer) -> String {
        let printable = text.prefix(40).map { $0 >= 32 && $0 < 127 ? $0 : UInt8(ascii: "?") }
        return String(decoding: printable, as: UTF8.self) + (text.count > 40 ? "…" : "")
    }

    private func matches(_ text: UnsafeRawBufferPointer, _ symbol: [UInt8]) -> Bool {
        text.count == symbol.count
            && zip(text, symbol).allSatisfy { ($0 >= 65 && $0 <= 90 ? $0 | 0x20 : $0) == $1 }
    }
}
