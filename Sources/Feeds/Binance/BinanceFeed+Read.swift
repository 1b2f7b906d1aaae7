import JSONReading
import MarketModel

extension BinanceFeed {
    /// The members of a frame by their names; most have one letter.
    private struct Fields {
        var event: JSONValue?, symbol: JSONValue?, price: JSONValue?, quantity: JSONValue?, time: JSONValue?
        var aggregate: JSONValue?, first: JSONValue?, last: JSONValue?, raw: JSONValue?, maker: JSONValue?, sort: JSONValue?
        var stream: JSONValue?, data: JSONValue?, result: JSONValue?, id: JSONValue?, error: JSONValue?, code: JSONValue?,
            message: JSONValue?

        init(_ frame: JSONValue) {
            for (key, value) in frame.members {
                if key.count == 1 {
                    takeLetter(key[0], value)
                } else {
                    takeWord(key, value)
                }
            }
        }

        @inline(__always)
        private mutating func takeLetter(_ letter: UInt8, _ value: JSONValue) {
            switch letter {
            case UInt8(ascii: "e"): event = value
            case UInt8(ascii: "s"): symbol = value
            case UInt8(ascii: "p"): price = value
            case UInt8(ascii: "q"): quantity = value
            case UInt8(ascii: "T"): time = value
            case UInt8(ascii: "a"): aggregate = value
            case UInt8(ascii: "f"): first = value
            case UInt8(ascii: "l"): last = value
            case UInt8(ascii: "t"): raw = value
            case UInt8(ascii: "m"): maker = value
            case UInt8(ascii: "X"): sort = value
            default: break
            }
        }

        private mutating func takeWord(_ key: UnsafeRawBufferPointer, _ value: JSONValue) {
            if key.equals("stream") {
                stream = value
            } else if key.equals("data") {
                data = value
            } else if key.equals("result") {
                result = value
            } else if key.equals("id") {
                id = value
            } else if key.equals("error") {
                error = value
            } else if key.equals("code") {
                code = value
            } else if key.equals("msg") {
                message = value
            }
        }
    }

    /// Says what a frame was, raw or wrapped, and appends its trade.
    public func read(_ frame: JSONValue, into batch: inout TradeBatch) -> Frame {
        let outer = Fields(frame)
        let fields = outer.data.map(Fields.init) ?? outer
        if let event = fields.event { return read(event: event, fields, into: &batch) }
        if let stream = outer.stream?.string {
            // Spot's bookTicker and partial books do not say what they are.
            return .other(stream.split(separator: "@").dropFirst().joined(separator: "@"))
        }
        let subject: Frame.Subject = fields.id?.integer.map { .request($0) } ?? .unnamed
        let refusal = fields.error.map(Fields.init) ?? fields
        if fields.error != nil || fields.code != nil {
            let code = refusal.code?.integer.map(String.init) ?? "?"
            return .rejected(subject, reason: "\(code): \(refusal.message?.string ?? "no reason given")")
        }
        if fields.result != nil, fields.id != nil { return .acknowledged(subject) }
        return .unknown("")
    }

    private func read(event: JSONValue, _ fields: Fields, into batch: inout TradeBatch) -> Frame {
        // The buyer made the price: the taker sold.
        let side = fields.maker?.bool.map { $0 ? TakerSide.sell : .buy }
        if event.equals("aggTrade") {
            let first = fields.first?.integer ?? 0
            let last = fields.last?.integer ?? 0
            batch.append(
                symbol: fields.symbol, id: fields.aggregate?.integer.map { TradeID($0) }, time: TradeBatch.microseconds(fields.time),
                price: fields.price, quantity: fields.quantity, side: side,
                fills: last.subtractingReportingOverflow(first).partialValue &+ 1)
            return .trades
        }
        if event.equals("trade") {
            // A sort that is no string is none that is known.
            let isTrade = fields.sort.map { $0.kind == .string && BinanceFeed.isTrade($0.bytes) } ?? true
            batch.append(
                symbol: fields.symbol, id: fields.raw?.integer.map { TradeID($0) }, time: TradeBatch.microseconds(fields.time),
                price: fields.price, quantity: fields.quantity, side: side, idSpace: .raw, isTrade: isTrade)
            return .trades
        }
        if event.equals("serverShutdown") { return .notice("serverShutdown: the venue is about to end this connection", leaving: true) }
        return event.string.map { .other($0) } ?? .unknown("")
    }
}
