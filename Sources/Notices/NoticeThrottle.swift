/// Lets through so many notices of one message in a stretch of time, and counts the others, so that a flood neither fills a disk nor is
/// passed over in silence.
///
/// Pure: time comes in, from a clock that does not go back.
///
///     var throttle = NoticeThrottle(most: 20, seconds: 60)
///     throttle.admit("{symbol} is not listed", at: now)      // .let(leftOut: 0)
///     throttle.settle(at: later)                             // [("{symbol} is not listed", 1234)]: left out, and not told yet
public struct NoticeThrottle: Sendable {
    private struct Account {
        var began: Int64
        var told = 0
        var leftOut = 0
    }

    private let most: Int
    private let length: Int64
    private var accounts: [String: Account] = [:]

    /// Creates a throttle.
    ///
    /// - Parameters:
    ///   - most: notices of one message in a stretch, more than zero.
    ///   - seconds: how long the stretch is, from its first notice.
    public init(most: Int = 20, seconds: Int = 60) {
        precondition(most > 0 && seconds > 0, "a throttle that lets nothing through")
        self.most = most
        length = Int64(seconds) * 1_000_000_000
    }

    /// A notice with this message comes at `now` nanoseconds.
    ///
    /// - Returns: nil if it is left out, else how many were left out before it and not told of.
    public mutating func admit(_ message: String, at now: Int64) -> Int? {
        var account = accounts[message] ?? Account(began: now)
        defer { accounts[message] = account }
        let leftOut = account.leftOut
        if now - account.began >= length {
            account = Account(began: now, told: 1)
            return leftOut
        }
        guard account.told < most else {
            account.leftOut += 1
            return nil
        }
        account.told += 1
        return 0
    }

    /// The messages of which some were left out in stretches that are over, and how many; they are told with this, and forgotten.
    public mutating func settle(at now: Int64) -> [(message: String, count: Int)] {
        let over = accounts.filter { now - $0.value.began >= length }
        for message in over.keys { accounts[message] = nil }
        return over.compactMap { $0.value.leftOut > 0 ? ($0.key, $0.value.leftOut) : nil }.sorted { $0.message < $1.message }
    }
}
