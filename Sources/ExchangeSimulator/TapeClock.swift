/// Gives the rows of a tape their times: the waiting times, stretched to fill one day.
struct TapeClock: Sendable {
    private let start: Int64
    private let span: Double
    private let total: Double
    /// The share of the day's trades that has happened by the start of each slice, with 1 at the end; empty for an even day.
    private let course: [Double]

    /// - Parameters:
    ///   - start: microseconds since the epoch.
    ///   - unit: microseconds in the unit of the times wanted: 1 or 1000.
    ///   - total: the waiting time of the whole tape.
    init(start: Int64, unit: Int64, total: Int64, intraday: Bool, seed: UInt64) {
        self.start = start / unit
        span = Double(86_400_000_000 / unit - 1)
        self.total = Double(total)
        course = intraday ? TapeClock.dayCourse(seed: seed) : []
    }

    /// The time of a row in units since the epoch; `slice` remembers where the row before it lay.
    @inline(__always)
    func time(after gap: Int64, slice: inout Int) -> Int64 {
        let share = Double(gap) / total
        guard !course.isEmpty else { return start &+ Int64(share * span) }
        while slice < course.count - 2, course[slice + 1] <= share { slice += 1 }
        let within = (share - course[slice]) / (course[slice + 1] - course[slice])
        return start &+ Int64((Double(slice) + within) / Double(course.count - 1) * span)
    }

    /// How busy each hour is, UTC: a quiet night in Asia's morning, Europe's opening, a peak as New York opens.
    private static let hours: [Double] = [
        1.3, 1.1, 1.0, 0.9, 0.8, 0.8, 0.9, 1.2, 1.4, 1.3, 1.2, 1.2, 1.5, 2.3, 2.8, 2.4, 2.0, 1.6, 1.4, 1.3, 1.2, 1.0, 0.8, 0.9,
    ]

    private static func dayCourse(seed: UInt64) -> [Double] {
        var random = SeededRandom(seed: seed, stream: .max)
        var burst = 1.0
        // Five-minute slices; news comes as a burst that dies away.
        let weights = (0..<288).map { slice -> Double in
            burst = random.unit() < 0.012 ? 3 + 5 * random.unit() : 1 + (burst - 1) * 0.7
            let hour = slice / 12
            let within = Double(slice % 12) / 12
            let level = hours[hour] * (1 - within) + hours[(hour + 1) % 24] * within
            return level * burst * (0.7 + 0.6 * random.unit())
        }
        let sum = weights.reduce(0, +)
        var running = 0.0
        return weights.map { weight in
            defer { running += weight / sum }
            return running
        } + [1]
    }
}
