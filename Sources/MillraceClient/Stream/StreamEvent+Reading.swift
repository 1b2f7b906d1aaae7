import JSONReading
import MarketModel

extension StreamEvent {
    /// Reads the data of an event; nil where it is of a kind that this client does not know.
    static func read(_ bytes: UnsafeRawBufferPointer, by reader: JSONReader) throws(MillraceError) -> StreamEvent? {
        try Millrace.read(bytes, by: reader) { value throws(Unreadable) in
            guard let content = try Content(value, type: try value.member("type", \.string)) else { return nil }
            return StreamEvent(id: try value.optional("id", \.string), content: content)
        }
    }
}

extension StreamEvent.Content {
    fileprivate init?(_ value: JSONValue, type: String) throws(Unreadable) {
        switch type {
        case "trades": self = .trades(try StreamedTrades(value))
        case "large": self = .large(try StreamedPrint(value))
        case "bar": self = .bar(try StreamedBar(value))
        case "gap": self = .gap(try TapeGap(value))
        case "reset": self = .reset(topic: try value.member("topic", \.string))
        case "ready": self = .ready
        default: return nil
        }
    }
}

extension StreamedTrade {
    fileprivate init(_ row: JSONValue) throws(Unreadable) {
        trade = try TapeTrade(row)
        received = try row.member("received", \.whole)
        isLate = try row.optional("late", \.bool) ?? false
    }
}

extension StreamedTrades {
    fileprivate init(_ value: JSONValue) throws(Unreadable) {
        venue = try value.member("venue", \.venue)
        symbol = try value.member("symbol", \.string)
        durableID = try value.optional("durable_id", \.id)
        trades = try value.list("trades", StreamedTrade.init)
    }
}

extension StreamedPrint {
    fileprivate init(_ value: JSONValue) throws(Unreadable) {
        venue = try value.member("venue", \.venue)
        symbol = try value.member("symbol", \.string)
        guard let row = value["trade"] else { throw Unreadable(member: "trade") }
        print = try StreamedTrade(row)
        notional = try row.member("notional", \.real)
    }
}

extension StreamedBar {
    fileprivate init(_ value: JSONValue) throws(Unreadable) {
        venue = try value.member("venue", \.venue)
        symbol = try value.member("symbol", \.string)
        interval = try value.member("interval") { $0.string.flatMap { Interval(name: $0) } }
        dataset = try value.member("dataset", \.string)
        bar = try DatasetBar(event: value)
    }
}
