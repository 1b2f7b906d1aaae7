/// What a frame from a venue was.
public enum Frame: Sendable, Hashable {
    /// Trades; they are in ``FrameParser/trades``.
    case trades
    /// The venue granted what was asked.
    case acknowledged(Subject)
    /// The venue refused what was asked.
    case rejected(Subject, reason: String)
    /// The answer to a ping.
    case pong
    /// Something the venue tells its clients; `leaving` when it is about to end the connection.
    case notice(String, leaving: Bool)
    /// Data of a channel that was not asked for, or that is of no use here; its name.
    case other(String)
    /// Not understood; the beginning of it.
    case unknown(String)

    /// What an acknowledgement or a rejection is about.
    public enum Subject: Sendable, Hashable {
        /// The frame that carried this request id.
        case request(Int64)
        /// One symbol.
        case symbol(String)
        /// The venue does not say.
        case unnamed
    }
}

/// How many frames of each sort a connection has read.
public struct FrameCounts: Sendable, Hashable {
    /// Frames with trades, and the trades in them.
    public var tradeFrames = 0, trades = 0
    /// Acknowledgements, rejections, pongs and notices.
    public var control = 0
    /// Frames of other channels.
    public var other = 0
    /// Frames that were not understood.
    public var unknown = 0
    /// Rows of trade frames that were not understood; the other rows of their frames were delivered.
    public var faultyRows = 0
    /// The beginning of the last frame that was not understood, or that held a faulty row.
    public var lastFault: String?

    /// Creates counts of nothing.
    public init() {}
}
