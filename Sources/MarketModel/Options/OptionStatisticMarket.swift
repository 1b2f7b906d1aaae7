/// A market of listed options, as public statistics divide them.
public enum OptionStatisticMarket: String, Sendable, Hashable, CaseIterable {
    /// Options on shares and funds listed in the United States.
    case usSecurities = "us-security"
    /// Options on indices listed in the United States.
    case usIndices = "us-index"
    /// Options on shares listed in Hong Kong.
    case hkSecurities = "hk-security"
    /// Options on indices listed in Hong Kong.
    case hkIndices = "hk-index"

    /// The clock of the market's trading days.
    public var clock: ExchangeClock {
        switch self {
        case .usSecurities, .usIndices: .newYork
        case .hkSecurities, .hkIndices: .hongKong
        }
    }
}

/// The clock on the wall of an exchange.
public enum ExchangeClock: Sendable, Hashable, CaseIterable {
    /// New York: UTC−5, in summer UTC−4.
    case newYork
    /// Hong Kong: UTC+8, without a summer time since 1980.
    case hongKong
    /// UTC, by which markets that never close count their days.
    case utc

    /// When a day begins, in seconds since 1970-01-01 UTC.
    ///
    /// Right in New York from 1967 on, in Hong Kong from 1980 on.
    public func midnight(_ day: CivilDate) -> Int64 {
        let utc = Int64(day.epochDay) * 86_400
        return switch self {
        case .newYork: utc + (ExchangeClock.isSummer(day) ? 4 : 5) * 3600
        case .hongKong: utc - 8 * 3600
        case .utc: utc
        }
    }

    /// The day on which an instant falls.
    ///
    /// - Parameter time: microseconds since 1970-01-01 UTC.
    public func day(of time: Int64) -> CivilDate {
        // No zone here is more than a day off: the day in UTC, the one before it or the one after it.
        let near = CivilDate(microseconds: time).epochDay
        for number in [near + 1, near] where midnight(CivilDate(epochDay: number)) * 1_000_000 <= time {
            return CivilDate(epochDay: number)
        }
        return CivilDate(epochDay: near - 1)
    }

    /// Whether a day begins in New York's summer time.
    ///
    /// Clocks change at two in the morning, so the day that summer time begins on begins before it, and the day it ends on within it.
    private static func isSummer(_ day: CivilDate) -> Bool {
        // All rules agree on these months, and most days are in them.
        if (5...9).contains(day.month) { return true }
        if day.month == 12 { return false }
        let (first, last) = summer(day.year)
        return first < day.epochDay && day.epochDay <= last
    }

    /// The days on which New York's clocks change (Uniform Time Act of 1966 and what has changed it since).
    private static func summer(_ year: Int) -> (first: Int, last: Int) {
        switch year {
        case 2007...: (sunday(2, of: 3, year), sunday(1, of: 11, year))
        case 1987...: (sunday(1, of: 4, year), lastSunday(of: 10, year))
        // The energy crisis: from the first Sunday, and from the last one of February.
        case 1974: (sunday(1, of: 1, year), lastSunday(of: 10, year))
        case 1975: (sunday(4, of: 2, year), lastSunday(of: 10, year))
        default: (lastSunday(of: 4, year), lastSunday(of: 10, year))
        }
    }

    /// The number of a month's first, second … Sunday.
    private static func sunday(_ number: Int, of month: Int, _ year: Int) -> Int {
        let first = firstDay(of: month, year)
        // 1970-01-01 was a Thursday, four days after a Sunday.
        let weekday = ((first + 4) % 7 + 7) % 7
        return first + (7 - weekday) % 7 + 7 * (number - 1)
    }

    private static func lastSunday(of month: Int, _ year: Int) -> Int {
        let fifth = sunday(5, of: month, year)
        return fifth < firstDay(of: month + 1, year) ? fifth : fifth - 7
    }

    private static func firstDay(of month: Int, _ year: Int) -> Int {
        CivilDate(year: year, month: month, day: 1)?.epochDay ?? 0
    }
}
