import JSONReading
public import MarketModel

/// A trade of a tape.
public struct TapeTrade: Sendable, Hashable {
    /// The venue's id; nil where it has none.
    public let id: String?
    /// When it was executed, as the venue says.
    public let time: Int64
    /// The aggressor.
    public let side: TakerSide
    /// The price as it was printed.
    public let price: FixedPoint
    /// The quantity as it was printed, in what the venue counts.
    public let quantity: FixedPoint
}

extension TapeTrade {
    init(_ row: JSONValue) throws(Unreadable) {
        id = try row.optional("id", \.id)
        time = try row.member("time", \.whole)
        side = try row.member("side", \.side)
        price = try row.member("price", \.exact)
        quantity = try row.member("quantity", \.exact)
    }
}

/// A trade that is worth much.
public struct LargePrint: Sendable, Hashable {
    /// The trade.
    public let trade: TapeTrade
    /// What it was worth in quote currency: the double nearest to the exact worth.
    public let notional: Double
}

extension LargePrint {
    init(_ row: JSONValue) throws(Unreadable) {
        trade = try TapeTrade(row)
        notional = try row.member("notional", \.real)
    }
}

/// Trades that were asked for together, and how whole the tape is among them.
public struct TradePage: Sendable, Hashable {
    /// The trades in the order of time.
    public let trades: [TapeTrade]
    /// Whether trades between them are missing.
    public let quality: BarQuality
    /// The `from` of the next page; nil where there is none.
    public let next: Int64?
}

extension TradePage {
    init(_ answer: JSONValue) throws(Unreadable) {
        trades = try answer.list("trades", TapeTrade.init)
        quality = try answer.member("quality", \.quality)
        next = try answer.optional("next", \.whole)
    }
}
