import Synchronization

/// How many times something took how long, counted without a lock by any number of threads.
///
///     let requests = LatencyHistogram()
///     requests.record(nanoseconds: 240_000)
///     requests.snapshot.count           // 1
///
/// Durations are sorted into ``bounds``, as Prometheus' histograms are.
public final class LatencyHistogram: Sendable {
    /// The upper bounds of all classes but the last, which has none; in nanoseconds, ascending.
    public static let bounds: [Int64] = [
        50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000, 5_000_000, 10_000_000, 25_000_000, 50_000_000, 100_000_000, 250_000_000,
        500_000_000, 1_000_000_000, 2_500_000_000, 5_000_000_000, 10_000_000_000,
    ]

    /// What was counted up to a moment.
    public struct Snapshot: Sendable, Hashable {
        /// How many durations were at most each of ``LatencyHistogram/bounds``, and how many there were; ascending.
        public var cumulative: [Int]
        /// The sum of all durations, in nanoseconds.
        public var sum: Int64

        /// How many there were.
        public var count: Int { cumulative.last ?? 0 }
    }

    private let counts = InlineArray<18, Atomic<Int>> { _ in Atomic(0) }
    private let sum = Atomic<Int64>(0)

    /// Creates a histogram of nothing.
    public init() {}

    /// Counts a duration; one below zero counts as none.
    ///
    /// - Complexity: O(1).
    public func record(nanoseconds: Int64) {
        let duration = max(0, nanoseconds)
        var place = 0
        while place < LatencyHistogram.bounds.count, duration > LatencyHistogram.bounds[place] { place += 1 }
        counts[place].add(1, ordering: .relaxed)
        sum.add(duration, ordering: .relaxed)
    }

    /// What was counted; while threads count, the classes may be some durations apart.
    public var snapshot: Snapshot {
        var total = 0
        let cumulative = (0..<18).map { place in
            total += counts[place].load(ordering: .relaxed)
            return total
        }
        return Snapshot(cumulative: cumulative, sum: sum.load(ordering: .relaxed))
    }
}
