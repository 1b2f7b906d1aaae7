/// A plan's limits, with the calls that count in them. Pure: time comes in with each call.
struct CallWindows {
    private struct Window {
        let seconds: Int
        var calls: SlidingWindow
    }

    private var windows: [Window] = []

    /// Limits that nothing has counted in.
    init(_ limits: [CallLimit]) { adopt(limits) }

    /// Counts by other limits from now on; calls go on counting in windows of the same length.
    mutating func adopt(_ limits: [CallLimit]) {
        let before = windows
        windows = limits.map { limit in
            guard var kept = before.first(where: { $0.seconds == limit.seconds }) else {
                let calls = SlidingWindow(limit: limit.calls, length: Int64(limit.seconds) * 1_000_000_000)
                return Window(seconds: limit.seconds, calls: calls)
            }
            kept.calls.resize(to: limit.calls)
            return kept
        }
    }

    /// The limit that a call would have to wait the longest for; nil if it is within all of them.
    func refusal(at now: Int64) -> (seconds: Int, waitNanoseconds: Int64)? {
        windows.compactMap { window in window.calls.wait(at: now).map { (window.seconds, $0) } }.max { $0.1 < $1.1 }
    }

    /// Counts a call that no limit refuses.
    mutating func count(at now: Int64) {
        for index in windows.indices { _ = windows[index].calls.admit(at: now) }
    }

    /// How many calls were made in the window of a length up to `now`; nil without such a limit.
    func used(inSeconds seconds: Int, at now: Int64) -> Int? {
        windows.first { $0.seconds == seconds }?.calls.used(at: now)
    }
}
