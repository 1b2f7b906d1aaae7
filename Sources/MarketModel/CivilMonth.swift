/// A month of the proleptic Gregorian calendar, UTC.
public struct CivilMonth: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The year, astronomical.
    public let year: Int
    /// 1…12.
    public let month: Int

    /// Creates a month if it exists.
    public init?(year: Int, month: Int) {
        guard (1...12).contains(month), (-9999...9999).contains(year) else { return nil }
        self.year = year
        self.month = month
    }

    /// The month that a day is in.
    public init(of date: CivilDate) {
        year = date.year
        month = date.month
    }

    /// The month of an instant in microseconds since the epoch.
    public init(microseconds time: Int64) {
        self.init(of: CivilDate(microseconds: time))
    }

    /// Parses `YYYY-MM`.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count == 7, let first = CivilDate("\(text)-01") else { return nil }
        self.init(of: first)
    }

    /// Its first day.
    public var firstDay: CivilDate {
        var day = CivilDate(epochDay: 0)
        (day.year, day.month, day.day) = (year, month, 1)
        return day
    }

    /// Its last day.
    public var lastDay: CivilDate { CivilDate(epochDay: next.firstDay.epochDay - 1) }

    /// The month after it.
    public var next: CivilMonth { CivilMonth(index: index + 1) }

    /// Its instants in microseconds since the epoch.
    public var times: Range<Int64> { firstDay.microseconds..<next.firstDay.microseconds }

    /// `YYYY-MM`.
    public var description: String { String(firstDay.description.dropLast(3)) }

    public static func < (a: CivilMonth, b: CivilMonth) -> Bool { a.index < b.index }

    private var index: Int { year * 12 + month - 1 }

    private init(index: Int) {
        month = (index % 12 + 12) % 12 + 1
        year = (index - month + 1) / 12
    }
}
