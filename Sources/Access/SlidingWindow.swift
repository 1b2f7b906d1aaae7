/// At most `limit` calls in any stretch of `length` nanoseconds, exactly: the window slides with every call.
///
/// Pure: time comes in with each event, from a clock that does not go back.
///
///     var window = SlidingWindow(limit: 2, length: 1_000_000_000)
///     window.admit(at: 0)                  // nil: admitted
///     window.admit(at: 400_000_000)        // nil
///     window.admit(at: 900_000_000)        // 100000000: refused for another 0.1 s
///     window.admit(at: 1_000_000_000)      // nil
///
/// It remembers the times of the last `limit` admitted calls in a ring: a call is admitted if the oldest of them is at least a window
/// old. A token bucket would need less memory, and lets twice the limit through in one second after a pause.
public struct SlidingWindow: Sendable {
    private let length: Int64
    private var limit: Int
    /// At least the last `limit` of them; more where the limit was greater before.
    private var times: [Int64]
    private var oldest = 0

    /// Creates a window.
    ///
    /// - Parameters:
    ///   - limit: more than zero.
    ///   - length: nanoseconds, more than zero.
    public init(limit: Int, length: Int64 = 1_000_000_000) {
        precondition(limit > 0 && length > 0, "a window without room or length")
        self.length = length
        self.limit = limit
        times = Array(repeating: .min, count: limit)
    }

    /// A call comes at `now` nanoseconds.
    ///
    /// - Returns: nil if it is admitted, else how many nanoseconds later the next one would be. A refused call leaves no trace.
    /// - Complexity: O(1).
    public mutating func admit(at now: Int64) -> Int64? {
        if let wait = wait(at: now) { return wait }
        times[oldest] = now
        oldest = oldest + 1 == times.count ? 0 : oldest + 1
        return nil
    }

    /// Changes the limit; the calls admitted so far go on counting, so no stretch has more than the limit that held at its end.
    ///
    /// - Parameter limit: more than zero.
    /// - Complexity: O(limit), and room for the greatest limit there was.
    public mutating func resize(to limit: Int) {
        precondition(limit > 0, "a window without room")
        self.limit = limit
        guard limit > times.count else { return }
        // Those never used come first.
        times = Array(repeating: .min, count: limit - times.count) + times[oldest...] + times[..<oldest]
        oldest = 0
    }

    /// How many calls were admitted within a window up to `now`.
    ///
    /// - Complexity: O(log limit).
    public func used(at now: Int64) -> Int {
        // From the oldest on the times ascend; those never used come first.
        var (low, high) = (0, times.count)
        while low < high {
            let middle = (low + high) / 2
            let time = times[(oldest + middle) % times.count]
            if time == .min || now - time >= length { low = middle + 1 } else { high = middle }
        }
        return times.count - low
    }

    /// How many nanoseconds after `now` a call would be admitted, or nil if one would be now.
    ///
    /// - Complexity: O(1).
    public func wait(at now: Int64) -> Int64? {
        // The one that the limit counts back to, among those that are kept.
        let place = oldest + times.count - limit
        let first = times[place < times.count ? place : place - times.count]
        return first != .min && now - first < length ? length - (now - first) : nil
    }
}
