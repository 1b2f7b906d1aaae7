import JSONReading
public import MarketModel

/// Something that the stream tells.
public struct StreamEvent: Sendable, Hashable {
    /// What a stream of another process goes on from: `since:`; nil where it has none.
    public let id: String?
    /// What it tells.
    public let content: Content

    /// What the stream tells.
    public enum Content: Sendable, Hashable {
        /// Trades were released to the tape.
        case trades(StreamedTrades)
        /// A large print.
        case large(StreamedPrint)
        /// A bar grew, became final or was repaired.
        case bar(StreamedBar)
        /// A hole was found, filled or given up.
        case gap(TapeGap)
        /// Events of this topic are lost: what is known of it has to be asked for again.
        case reset(topic: String)
        /// From here on events are live; told at first, and again after each reconnection, behind what was missed meanwhile.
        case ready
        /// The connection was lost, or was not to be had; it is tried again after so many milliseconds, from the last event on.
        case interrupted(MillraceError, retryMilliseconds: Int)
    }
}

/// A trade as the stream tells of it.
public struct StreamedTrade: Sendable, Hashable {
    /// The trade.
    public let trade: TapeTrade
    /// When the server had read it.
    public let received: Int64
    /// Whether it fills a hole, and so belongs before trades that were told of.
    public let isLate: Bool
}

/// Trades of an instrument that were released together.
public struct StreamedTrades: Sendable, Hashable {
    /// Where the instrument is traded.
    public let venue: Venue
    /// The venue's own symbol.
    public let symbol: String
    /// The last trade that survives power loss; nil before the first, and where ids tell nothing.
    public let durableID: String?
    /// In the tape's order.
    public let trades: [StreamedTrade]
}

/// A large print of an instrument.
public struct StreamedPrint: Sendable, Hashable {
    /// Where the instrument is traded.
    public let venue: Venue
    /// The venue's own symbol.
    public let symbol: String
    /// The trade.
    public let print: StreamedTrade
    /// What it was worth in quote currency: the double nearest to the exact worth.
    public let notional: Double
}

/// A bar of an instrument as it is now.
public struct StreamedBar: Sendable, Hashable {
    /// Where the instrument is traded.
    public let venue: Venue
    /// The venue's own symbol.
    public let symbol: String
    /// How long it is.
    public let interval: Interval
    /// Whose columns it has.
    public let dataset: String
    /// The bar.
    public let bar: DatasetBar
}
