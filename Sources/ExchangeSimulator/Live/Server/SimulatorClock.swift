import Pipeline

/// What time it is for a simulated exchange: microseconds since 1970-01-01 UTC.
public struct SimulatorClock: Sendable {
    /// The time now.
    public let now: @Sendable () -> Int64

    /// Creates a clock from a function, for tests.
    public init(_ now: @escaping @Sendable () -> Int64) { self.now = now }

    /// The system's clock.
    public static let system = SimulatorClock { WallClock.microseconds() }

    /// A clock that shows `start` now and runs `speed` times as fast as time does; nobody sets it.
    public static func running(from start: Int64, speed: Double = 1) -> SimulatorClock {
        let began = MonotonicClock.nanoseconds()
        return SimulatorClock { start + Int64(Double(MonotonicClock.nanoseconds() - began) / 1000 * speed) }
    }
}
