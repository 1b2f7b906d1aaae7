/// At most so many events in any window of so many seconds: connection attempts of a machine, frames sent on a connection.
public struct AttemptBudget: Sendable {
    private let window: Int64
    private let limit: Int
    private var times: [Int64] = []
    private var oldest = 0

    /// Creates a budget of `limit` events in any `seconds`.
    public init(_ limit: Int, in seconds: Int) {
        self.limit = max(1, limit)
        window = Int64(seconds) * 1_000_000_000
    }

    /// Takes one event at a time in nanoseconds, if there is one to take.
    public mutating func take(now: Int64) -> Bool {
        if times.count < limit {
            times.append(now)
            return true
        }
        guard now - times[oldest] >= window else { return false }
        times[oldest] = now
        oldest = (oldest + 1) % limit
        return true
    }
}

/// SplitMix64: the same numbers from the same seed.
struct Jitter: Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// A number from `range`, all alike.
    mutating func next(in range: ClosedRange<Int64>) -> Int64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var bits = (state ^ (state >> 30)) &* 0xbf58_476d_1ce4_e5b9
        bits = (bits ^ (bits >> 27)) &* 0x94d0_49bb_1331_11eb
        bits ^= bits >> 31
        return range.lowerBound + Int64(bits % UInt64(range.upperBound - range.lowerBound + 1))
    }
}
