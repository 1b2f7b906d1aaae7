/// The days on which options are traded, as far as they are known in advance.
///
///     TradingDays.isTradingDay(day, of: .unitedStates)
///
/// A day that is taken for a trading day and is none costs a question that is answered with nothing; one that is missed would never be asked
/// for. So whatever is not known to be a holiday is a trading day: weekdays of Hong Kong outside the years of ``lunarYears``, typhoons, and
/// closures of the United States after those that are written here.
public enum TradingDays {
    /// The years of which Hong Kong's holidays by the moon are known.
    public static let lunarYears = 2020...2027

    /// Whether options are traded on a day, by the clock of the place; half days count.
    ///
    /// Of the United States right from 2000 on. Coins are traded every day.
    ///
    /// - Complexity: O(1).
    public static func isTradingDay(_ day: CivilDate, of place: OptionUnderlying.Place) -> Bool {
        switch place {
        case .unitedStates: !isWeekend(day) && !isUnitedStatesHoliday(day)
        case .hongKong: !isWeekend(day) && !isHongKongHoliday(day)
        case .crypto: true
        }
    }

    /// 0 is Sunday.
    private static func weekday(_ day: CivilDate) -> Int { ((day.epochDay + 4) % 7 + 7) % 7 }

    private static func isWeekend(_ day: CivilDate) -> Bool { weekday(day) == 0 || weekday(day) == 6 }

    private static func next(_ day: CivilDate, _ days: Int) -> CivilDate { CivilDate(epochDay: day.epochDay + days) }

    /// Easter Sunday of the Gregorian calendar, by the method of Meeus, Jones and Butcher.
    static func easter(_ year: Int) -> CivilDate {
        let (century, rest) = (year / 100, year % 100)
        let moon = (19 * (year % 19) + century - century / 4 - (century - (century + 8) / 25 + 1) / 3 + 15) % 30
        let week = (32 + 2 * (century % 4) + 2 * (rest / 4) - moon - rest % 4) % 7
        let late = (year % 19 + 11 * moon + 22 * week) / 451
        let day = moon + week - 7 * late + 114
        return CivilDate(year: year, month: day / 31, day: day % 31 + 1) ?? CivilDate(epochDay: 0)
    }
}

// MARK: - The United States

extension TradingDays {
    /// Days on which the exchanges were closed for a reason of that year.
    private static let closures: Set<Int> = [
        // September 2001, President Reagan, President Ford, hurricane Sandy, Presidents Bush and Carter.
        20010911, 20010912, 20010913, 20010914, 20040611, 20070102, 20121029, 20121030, 20181205, 20250109,
    ]

    private static func isUnitedStatesHoliday(_ day: CivilDate) -> Bool {
        if closures.contains(day.year * 10_000 + day.month * 100 + day.day) { return true }
        switch (day.month, weekday(day)) {
        // Martin Luther King's and Washington's birthday: the third Monday. Memorial Day: the last. Labor Day: the first.
        case (1, 1) where (15...21).contains(day.day), (2, 1) where (15...21).contains(day.day): return true
        case (5, 1) where day.day > 24, (9, 1) where day.day < 8: return true
        // Thanksgiving: the fourth Thursday.
        case (11, 4) where (22...28).contains(day.day): return true
        default: break
        }
        if day == next(easter(day.year), -2) { return true }
        if observes(day, 1, 1, onFriday: false) || observes(day, 7, 4) || observes(day, 12, 25) { return true }
        return day.year >= 2022 && observes(day, 6, 19)
    }

    /// Whether a weekday is a holiday's, or the one that stands for it: Friday for a Saturday, Monday for a Sunday.
    private static func observes(_ day: CivilDate, _ month: Int, _ number: Int, onFriday: Bool = true) -> Bool {
        if day.month == month, day.day == number { return true }
        if weekday(day) == 1 { return next(day, -1).month == month && next(day, -1).day == number }
        // The first of January falls into another year, which has its own last trading day.
        return onFriday && weekday(day) == 5 && next(day, 1).month == month && next(day, 1).day == number
    }
}

// MARK: - Hong Kong

extension TradingDays {
    /// Weekdays on which Lunar New Year, Ching Ming, the Buddha's birthday, Tuen Ng, the day after Mid-Autumn and Chung Yeung are kept, as the
    /// government gazetted them.
    private static let lunar: [Int: [Int]] = [
        2020: [127, 128, 430, 625, 1002, 1026],
        2021: [212, 215, 406, 519, 614, 922, 1014],
        2022: [201, 202, 203, 405, 509, 603, 912, 1004],
        2023: [123, 124, 125, 405, 526, 622, 1023],
        2024: [212, 213, 404, 515, 610, 918, 1011],
        2025: [129, 130, 131, 404, 505, 1007, 1029],
        2026: [217, 218, 219, 407, 525, 619, 1019],
        2027: [208, 209, 405, 513, 609, 916, 1008],
    ]

    private static func isHongKongHoliday(_ day: CivilDate) -> Bool {
        let easter = easter(day.year)
        if day == next(easter, -2) || day == next(easter, 1) { return true }
        for (month, number) in [(1, 1), (5, 1), (7, 1), (10, 1), (12, 25), (12, 26)] {
            if day.month == month, day.day == number { return true }
            // A Sunday's holiday is kept on the Monday after it.
            if weekday(day) == 1, day.month == month, day.day == number + 1, number != 25 { return true }
        }
        // Christmas and the first weekday after it: both on a Sunday and a Monday leave the Tuesday.
        if day.month == 12, day.day == 27, weekday(day) == 1 || weekday(day) == 2 { return true }
        return lunar[day.year]?.contains(day.month * 100 + day.day) ?? false
    }
}
