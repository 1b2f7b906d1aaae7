public import MarketModel

/// Where a tape is known to miss trades, and so what the quality of a bar is.
///
/// A hole lies between two trades: the missing ones happened at or after the time of the first and at or before that of the second. A bar
/// that shares an instant with that range may miss some of them. The first and last bar of a tape are judged by what lies inside them.
public struct TapeWholeness: Sendable {
    /// The times between which trades are missing or once were.
    public struct Hole: Sendable, Hashable {
        /// The time of the last trade before the hole, microseconds since the epoch.
        public var from: Int64
        /// The time of the first trade after it.
        public var to: Int64
        /// Whether the trades were supplied later.
        public var isRepaired: Bool

        /// Creates a hole.
        public init(from: Int64, to: Int64, isRepaired: Bool = false) {
            // Event times may step back by a little from one id to the next.
            self.from = min(from, to)
            self.to = max(from, to)
            self.isRepaired = isRepaired
        }
    }

    private let holes: [Hole]
    /// The latest end among the holes up to each position, so that a search may stop early.
    private let latestEnds: [Int64]

    /// Creates the judgement from all holes of a tape, in any order.
    public init(holes: [Hole]) {
        self.holes = holes.sorted { ($0.from, $0.to) < ($1.from, $1.to) }
        var latest = Int64.min
        latestEnds = self.holes.map { hole in
            latest = max(latest, hole.to)
            return latest
        }
    }

    /// The quality of the bar that starts at `start`.
    ///
    /// - Complexity: O(log holes + holes that touch the bar or its near past).
    public func quality(start: Int64, length: Int64) -> BarQuality {
        var low = 0
        var high = holes.count
        while low < high {
            let middle = (low + high) / 2
            if holes[middle].from < start + length { low = middle + 1 } else { high = middle }
        }
        var quality = BarQuality.complete
        var index = low - 1
        while index >= 0, latestEnds[index] >= start {
            if holes[index].to >= start { quality = max(quality, holes[index].isRepaired ? .repaired : .gap) }
            index -= 1
        }
        return quality
    }
}
