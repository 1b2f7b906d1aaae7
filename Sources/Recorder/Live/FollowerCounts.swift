import Lake
import Synchronization

/// What a follower has done since it began; counted on its thread and read on any.
final class FollowerCounts: Sendable {
    let trades = Atomic<Int>(0)
    let repaired = Atomic<Int>(0)
    let gaps = Atomic<Int>(0)
}

/// What a recorder has done since it began.
public struct RecorderCounts: Sendable, Hashable {
    /// Trades that were put in order and handed on.
    public var trades: Int
    /// Those of them that a REST endpoint brought.
    public var repaired: Int
    /// Holes that were found.
    public var gaps: Int
    /// Rows that wait to be made durable.
    public var waiting: Int
}

extension VenueRecorder {
    /// What was done since the recorder began.
    public var activity: RecorderCounts {
        RecorderCounts(
            trades: counts.trades.load(ordering: .relaxed), repaired: counts.repaired.load(ordering: .relaxed),
            gaps: counts.gaps.load(ordering: .relaxed), waiting: journal.waitingRows)
    }
}
