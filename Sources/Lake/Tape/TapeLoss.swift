import TapeSequencer

/// A stretch of time from which a tape may lack trades, where ids do not tell which.
public struct TapeLoss: Sendable, Hashable {
    /// What is known of it.
    public enum State: String, Sendable, Hashable {
        /// The venue has not said yet, or nobody has asked it.
        case open
        /// What was missing is there.
        case repaired
        /// The venue no longer says: its dumps may.
        case abandoned
        /// Nothing was missing: the tape is as if it had never been doubted.
        case cleared
    }

    /// The event time of the last trade before it, in microseconds since 1970-01-01 UTC.
    public var timeFrom: Int64
    /// The event time of the first trade after it; not before ``timeFrom``.
    public var timeTo: Int64
    /// What is known of it.
    public var state: State

    /// Creates a loss.
    public init(timeFrom: Int64, timeTo: Int64, state: State) {
        self.timeFrom = timeFrom
        self.timeTo = max(timeFrom, timeTo)
        self.state = state
    }
}

extension TapeLoss {
    /// Losses as they are once dumps have told what was printed at some times, by time; of notes of one stretch the last stands.
    ///
    /// - Complexity: O(n log n).
    static func settled(_ notes: [TapeLoss], covered: IDRanges) -> [TapeLoss] {
        var latest: [ClosedRange<Int64>: State] = [:]
        for note in notes { latest[note.timeFrom...note.timeTo] = note.state }
        var losses: [TapeLoss] = []
        for (range, state) in latest where state != .cleared {
            guard state != .repaired else {
                losses.append(TapeLoss(timeFrom: range.lowerBound, timeTo: range.upperBound, state: .repaired))
                continue
            }
            let rest = covered.complement(in: range)
            losses += rest.map { TapeLoss(timeFrom: $0.lowerBound, timeTo: $0.upperBound, state: state) }
            losses += IDRanges(rest).complement(in: range).map {
                TapeLoss(timeFrom: $0.lowerBound, timeTo: $0.upperBound, state: .repaired)
            }
        }
        return losses.sorted { ($0.timeFrom, $0.timeTo) < ($1.timeFrom, $1.timeTo) }
    }
}
