import Foundation
import MarketModel
import Testing

@Suite struct TradingDaysTests {
    private static let recordings = URL(filePath: #filePath).deletingLastPathComponent().appending(
        path: "../../../shared/data/cboe-put-call"
    )
    .standardized.path
    private static let atHand = FileManager.default.fileExists(atPath: recordings + "/indexpc.csv")

    /// The days of a recording of Cboe's.
    private static func days(_ name: String) throws -> Set<CivilDate> {
        let text = try String(contentsOfFile: recordings + "/" + name, encoding: .utf8)
        return Set(
            text.components(separatedBy: .newlines).compactMap { line in
                let parts = (line.components(separatedBy: ",").first ?? "").components(separatedBy: "/").compactMap { Int($0) }
                return parts.count == 3 ? CivilDate(year: parts[2], month: parts[0], day: parts[1]) : nil
            })
    }

    /// Weekdays of a year on which nothing is traded, as `MMDD`.
    private static func holidays(_ year: Int, _ place: OptionUnderlying.Place) throws -> [Int] {
        let first = try #require(CivilDate(year: year, month: 1, day: 1)).epochDay
        let last = try #require(CivilDate(year: year, month: 12, day: 31)).epochDay
        return (first...last).map { CivilDate(epochDay: $0) }
            .filter { ($0.epochDay + 3) % 7 < 5 && !TradingDays.isTradingDay($0, of: place) }
            .map { $0.month * 100 + $0.day }
    }

    @Test(.enabled(if: atHand, "no recordings of Cboe at hand")) func `Trading days of the United States are those of Cboe's recordings`()
        throws
    {
        let (index, total) = (try Self.days("indexpc.csv"), try Self.days("totalpc.csv"))
        #expect(index.count == 3253 && total.count == 3240)
        let (first, last) = (try #require(index.min()), try #require(index.max()))
        var missing: (index: [String], total: [String]) = ([], [])
        for number in first.epochDay...last.epochDay {
            let day = CivilDate(epochDay: number)
            let isTradingDay = TradingDays.isTradingDay(day, of: .unitedStates)
            if index.contains(day) || total.contains(day) { #expect(isTradingDay, "\(day)") }
            if isTradingDay, !index.contains(day) { missing.index.append(day.description) }
            if isTradingDay, !total.contains(day) { missing.total.append(day.description) }
        }
        #expect(missing.index == [])
        // The file of all options ends earlier.
        #expect(
            missing.total == [
                "2019-09-18", "2019-09-19", "2019-09-20", "2019-09-23", "2019-09-24", "2019-09-25", "2019-09-26", "2019-09-27",
                "2019-09-30",
                "2019-10-01", "2019-10-02", "2019-10-03", "2019-10-04",
            ])
    }

    @Test(arguments: [
        (2001, [101, 115, 219, 413, 528, 704, 903, 911, 912, 913, 914, 1122, 1225]),
        (2004, [101, 119, 216, 409, 531, 611, 705, 906, 1125, 1224]),
        (2007, [101, 102, 115, 219, 406, 528, 704, 903, 1122, 1225]), (2010, [101, 118, 215, 402, 531, 705, 906, 1125, 1224]),
        (2011, [117, 221, 422, 530, 704, 905, 1124, 1226]), (2021, [101, 118, 215, 402, 531, 705, 906, 1125, 1224]),
        (2022, [117, 221, 415, 530, 620, 704, 905, 1124, 1226]), (2025, [101, 109, 120, 217, 418, 526, 619, 704, 901, 1127, 1225]),
        (2026, [101, 119, 216, 403, 525, 619, 703, 907, 1126, 1225]), (2027, [101, 118, 215, 326, 531, 618, 705, 906, 1125, 1224]),
    ])
    func `Holidays of the United States are kept as the exchanges kept them`(year: Int, holidays: [Int]) throws {
        #expect(try Self.holidays(year, .unitedStates) == holidays)
    }

    @Test(arguments: [
        (2020, [101, 127, 128, 410, 413, 430, 501, 625, 701, 1001, 1002, 1026, 1225]),
        (2021, [101, 212, 215, 402, 405, 406, 519, 614, 701, 922, 1001, 1014, 1227]),
        (2022, [201, 202, 203, 405, 415, 418, 502, 509, 603, 701, 912, 1004, 1226, 1227]),
        (2023, [102, 123, 124, 125, 405, 407, 410, 501, 526, 622, 1002, 1023, 1225, 1226]),
        (2024, [101, 212, 213, 329, 401, 404, 501, 515, 610, 701, 918, 1001, 1011, 1225, 1226]),
        (2025, [101, 129, 130, 131, 404, 418, 421, 501, 505, 701, 1001, 1007, 1029, 1225, 1226]),
        (2026, [101, 217, 218, 219, 403, 406, 407, 501, 525, 619, 701, 1001, 1019, 1225]),
        (2027, [101, 208, 209, 326, 329, 405, 513, 609, 701, 916, 1001, 1008, 1227]),
    ])
    func `Holidays of Hong Kong are those that were gazetted`(year: Int, holidays: [Int]) throws {
        #expect(try Self.holidays(year, .hongKong) == holidays)
    }

    @Test func `Outside the known years of the moon its holidays are taken for trading days`() throws {
        #expect(TradingDays.lunarYears == 2020...2027)
        for year in [2019, 2028] {
            // New Year's Day, Good Friday, Easter Monday, Labour Day, Establishment Day, National Day, Christmas and the day after it.
            #expect(try Self.holidays(year, .hongKong).count <= 8)
        }
        let newYear = try #require(CivilDate("2019-02-05"))
        #expect(TradingDays.isTradingDay(newYear, of: .hongKong))
    }

    @Test func `Coins are traded every day, shares on no weekend`() {
        for number in 10_957..<22_000 {
            let day = CivilDate(epochDay: number)
            #expect(TradingDays.isTradingDay(day, of: .crypto))
            guard (number + 3) % 7 > 4 else { continue }
            #expect(!TradingDays.isTradingDay(day, of: .unitedStates) && !TradingDays.isTradingDay(day, of: .hongKong), "\(day)")
        }
    }
}
