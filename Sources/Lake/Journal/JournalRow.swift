public import MarketModel
public import TapeSequencer

/// A row on its way into the journal.
public struct JournalRow: Sendable, Hashable {
    /// The trade, at the scales that ``JournalTape`` named.
    public var trade: Trade
    /// Whether a stream or a REST endpoint brought it.
    public var source: TradeSource
    /// When the frame that held it was read, in microseconds since 1970-01-01 UTC; 0 if that is not known.
    public var received: Int64
    /// The place among rows of the same time where the venue numbers them; 0 leaves it to the order in which they are appended.
    public var ordinal: Int32

    /// Creates a row.
    public init(_ trade: Trade, source: TradeSource = .stream, received: Int64, ordinal: Int32 = 0) {
        self.trade = trade
        self.source = source
        self.received = received
        self.ordinal = ordinal
    }
}
