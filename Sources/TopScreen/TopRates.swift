/// Counts trades a second from how many there were at some times.
public struct TopRates: Sendable {
    /// How long back counts are kept, in microseconds.
    public static let window: Int64 = 10_000_000

    private var counts: [String: [(time: Int64, count: Int)]] = [:]

    /// Creates one that knows of nothing.
    public init() {}

    /// Notes a count, and returns the rate since the oldest count of the window; nil for the first, and after it fell.
    ///
    /// - Parameter time: microseconds; not before those of earlier counts.
    public mutating func rate(of name: String, _ count: Int, at time: Int64) -> Double? {
        var kept = counts[name, default: []].filter { time - $0.time <= TopRates.window }
        if let last = kept.last, last.count > count { kept = [] }
        defer { counts[name] = kept + [(time, count)] }
        guard let first = kept.first, time > first.time else { return nil }
        return Double(count - first.count) * 1e6 / Double(time - first.time)
    }
}
