/// A run of ids that a tape should hold and does not: between two rows whose ids ascend by more than one.
public struct IDHole: Sendable, Hashable {
    /// The first missing id.
    public var from: Int64
    /// The last missing id, inclusive; never less than ``from``.
    public var to: Int64

    /// The time of the row before, in microseconds UTC: the missing trades happened between the two.
    public var timeBefore: Int64
    /// The time of the row after, likewise.
    public var timeAfter: Int64

    /// Creates a hole from its first and last missing ids and the times of its neighbours.
    public init(from: Int64, to: Int64, timeBefore: Int64, timeAfter: Int64) {
        self.from = from
        self.to = to
        self.timeBefore = timeBefore
        self.timeAfter = timeAfter
    }

    /// How many ids are missing; `Int.max` where the span does not fit an `Int`.
    public var count: Int {
        let (span, overflow) = to.subtractingReportingOverflow(from)
        return overflow || span == .max ? .max : Int(span) + 1
    }
}
