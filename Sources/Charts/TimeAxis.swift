public import MarketModel

/// The axis of time: places of one bar's length each, side by side, and the marks to read them by.
public struct TimeAxis: Sendable, Hashable {
    /// The length of a place.
    public let interval: Interval
    /// When the first place begins, in microseconds since the epoch.
    public let start: Int64
    /// How many places there are; at least one.
    public let count: Int
    /// Where the first place begins.
    public let left: Double
    /// How wide a place is.
    public let pitch: Double

    /// An axis from the place that holds `first` to that of `last`.
    init(interval: Interval, first: Int64, last: Int64, left: Double, width: Double) {
        self.interval = interval
        start = interval.start(of: first)
        count = Int((interval.start(of: max(first, last)) - start) / interval.microseconds) + 1
        self.left = left
        pitch = width / Double(count)
    }

    /// When the last place ends.
    public var end: Int64 { start + Int64(count) * interval.microseconds }

    /// Where the axis ends.
    public var right: Double { left + pitch * Double(count) }

    /// Where an instant is.
    public func x(_ time: Int64) -> Double { left + Double(time - start) / Double(interval.microseconds) * pitch }

    /// Where the middle of the place is that begins at a time.
    public func middle(_ time: Int64) -> Double { x(time) + pitch / 2 }

    /// The places that hold the instants from one to another, as far as the axis goes; nil where it does not.
    func places(from: Int64, to: Int64) -> Range<Int>? {
        guard to >= start, from < end else { return nil }
        let first = Int((interval.start(of: max(from, start)) - start) / interval.microseconds)
        let last = Int((interval.start(of: min(to, end - 1)) - start) / interval.microseconds)
        return first..<(last + 1)
    }

    /// The marks: whole minutes, hours, days, months or years, as close as `spacing` pixels allows, in order.
    public func marks(spacing: Double) -> [TimeMark] {
        let least = spacing / pitch * Double(interval.microseconds)
        guard let step = TimeStep.all.first(where: { $0.length >= least }) ?? TimeStep.all.last else { return [] }
        var marks: [TimeMark] = []
        var time = step.first(from: start)
        var shownDay: String?
        while time < end {
            let (text, below) = step.texts(time)
            marks.append(TimeMark(time: time, text: text, below: below == shownDay ? nil : below))
            shownDay = below
            time = step.next(after: time)
        }
        return marks
    }
}

/// A mark on the axis of time.
public struct TimeMark: Sendable, Hashable {
    /// Which instant.
    public let time: Int64
    /// What is written: `14:30`, `01-31`, `2024-01`.
    public let text: String
    /// What is written beneath where it is not what it was at the mark before: the day of an hour, the year of a day.
    public let below: String?
}

/// How far apart marks of time are.
struct TimeStep: Sendable {
    private enum Unit {
        case seconds(Int64)
        /// From Mondays.
        case weeks
        case months(Int)
    }

    private let unit: Unit

    /// About how long, in microseconds.
    var length: Double {
        switch unit {
        case .seconds(let seconds): Double(seconds) * 1e6
        case .weeks: 7 * 86_400e6
        case .months(let months): Double(months) * 30.5 * 86_400e6
        }
    }

    /// All there are, ascending.
    static let all: [TimeStep] =
        [1, 5, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400, 172_800].map {
            TimeStep(unit: .seconds($0))
        }
        + [TimeStep(unit: .weeks)]
        + [1, 3, 6, 12, 24, 60, 120, 240, 600, 1200, 6000, 12_000].map { TimeStep(unit: .months($0)) }

    /// The first mark at or after a time.
    func first(from time: Int64) -> Int64 {
        switch unit {
        case .seconds(let seconds):
            let length = seconds * 1_000_000
            let past = (time % length + length) % length
            return past == 0 ? time : time - past + length
        case .weeks:
            let start = Interval.w1.start(of: time)
            return start == time ? time : start + Interval.w1.microseconds
        case .months(let months):
            let start = TimeStep.month(TimeStep.number(time), every: months)
            return start >= time ? start : next(after: start)
        }
    }

    /// The mark after a mark.
    func next(after time: Int64) -> Int64 {
        switch unit {
        case .seconds(let seconds): time + seconds * 1_000_000
        case .weeks: time + Interval.w1.microseconds
        case .months(let months): TimeStep.month(TimeStep.number(time) + months, every: months)
        }
    }

    /// What is written at a mark, and beneath it.
    func texts(_ time: Int64) -> (text: String, below: String?) {
        let date = CivilDate(microseconds: time).description
        let clock = Timestamp.iso8601(time, fractionDigits: 0).suffix(9)
        switch unit {
        case .seconds(let seconds) where seconds < 60: return (String(clock.prefix(8)), date)
        case .seconds(let seconds) where seconds < 86_400: return (String(clock.prefix(5)), date)
        case .seconds, .weeks: return (String(date.suffix(5)), String(date.dropLast(6)))
        case .months(let months) where months < 12: return (String(date.dropLast(3)), nil)
        case .months: return (String(date.dropLast(6)), nil)
        }
    }

    /// Months since the year zero.
    private static func number(_ time: Int64) -> Int {
        let date = CivilDate(microseconds: time)
        return date.year * 12 + date.month - 1
    }

    /// The beginning of the month that a number stands for, or of the last one before that is a multiple of `every`.
    private static func month(_ number: Int, every: Int) -> Int64 {
        let past = (number % every + every) % every
        let first = number - past
        let year = first >= 0 ? first / 12 : (first - 11) / 12
        return CivilDate(year: year, month: first - year * 12 + 1, day: 1)?.microseconds ?? .max
    }
}
