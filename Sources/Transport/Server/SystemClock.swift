import Glibc

/// A clock for deadlines, read with every request.
enum SystemClock {
    /// Milliseconds since some start, never going back; exact to a few milliseconds and cheap to read.
    static func coarseMilliseconds() -> Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }
}
