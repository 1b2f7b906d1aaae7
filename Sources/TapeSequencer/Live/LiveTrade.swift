public import MarketModel

/// A row of a tape that is being recorded, with where it came from and when.
public struct LiveTrade: Sendable, Hashable {
    /// The trade, at its instrument's scales.
    public var trade: Trade
    /// When it was received, in microseconds since 1970-01-01 UTC.
    public var received: Int64
    /// Whether the stream brought it, or an answer to a question.
    public var source: TradeSource
    /// Whether rows that follow it on the tape were released before it: it fills a hole.
    public var isLate: Bool

    /// Whether the row only says that the venue gave out its id: for something that is no trade of the book. Its quantity is 0.
    public var isPresenceOnly: Bool { trade.quantity == 0 }

    /// The same row, marked as late.
    var late: LiveTrade {
        var row = self
        row.isLate = true
        return row
    }

    /// Creates a row.
    public init(_ trade: Trade, received: Int64, source: TradeSource = .stream, isLate: Bool = false) {
        self.trade = trade
        self.received = received
        self.source = source
        self.isLate = isLate
    }
}
