import MarketModel

/// Trades that a venue printed and a tape that is being recorded lacks.
public struct LiveGap: Sendable, Hashable {
    /// What has become of it.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// The venue is being asked for the trades.
        case open
        /// All of them are there.
        case repaired
        /// The venue does not give what is missing; its dumps may.
        case abandoned
    }

    /// The missing ids, where ids tell; nil where only the time is known.
    public var ids: ClosedRange<Int64>?
    /// The event time of the last trade before it, in microseconds since 1970-01-01 UTC.
    public var timeFrom: Int64
    /// The event time of the first trade after it.
    public var timeTo: Int64
    /// How many ids are missing still; nil where that is unknown.
    public var missing: Int?
    /// What has become of it.
    public var state: State

    /// Creates a gap.
    public init(ids: ClosedRange<Int64>?, timeFrom: Int64, timeTo: Int64, missing: Int?, state: State) {
        self.ids = ids
        self.timeFrom = timeFrom
        self.timeTo = timeTo
        self.missing = missing
        self.state = state
    }
}
