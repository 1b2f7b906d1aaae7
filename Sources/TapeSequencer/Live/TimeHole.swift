/// A stretch of time in which a tape may lack trades, where ids do not tell which.
public struct TimeHole: Sendable, Hashable {
    /// The event time of the last trade before it, in microseconds since 1970-01-01 UTC.
    public var timeBefore: Int64
    /// The event time of the first trade after it; never before ``timeBefore``.
    public var timeAfter: Int64

    /// Creates a hole; event times may step back, so their order does not matter.
    public init(timeBefore: Int64, timeAfter: Int64) {
        self.timeBefore = min(timeBefore, timeAfter)
        self.timeAfter = max(timeBefore, timeAfter)
    }
}
