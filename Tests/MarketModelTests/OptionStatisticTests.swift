import Foundation
import MarketModel
import TestSupport
import Testing

@Suite struct OptionStatisticTests {
    @Test func `Midnights in New York are those of the tz database from 1967 on`() throws {
        let zone = try #require(TimeZone(identifier: "America/New_York"))
        let first = try #require(CivilDate(year: 1967, month: 1, day: 1)).epochDay
        let last = try #require(CivilDate(year: 2037, month: 12, day: 31)).epochDay
        for number in first...last {
            let midnight = ExchangeClock.newYork.midnight(CivilDate(epochDay: number))
            let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(midnight)))
            #expect(midnight == Int64(number) * 86_400 - Int64(offset), "\(CivilDate(epochDay: number))")
        }
    }

    @Test func `Midnights in Hong Kong are those of the tz database from 1980 on`() throws {
        let zone = try #require(TimeZone(identifier: "Asia/Hong_Kong"))
        for number in stride(from: 3652, to: 24_837, by: 1) {
            let midnight = ExchangeClock.hongKong.midnight(CivilDate(epochDay: number))
            let offset = zone.secondsFromGMT(for: Date(timeIntervalSince1970: Double(midnight)))
            #expect(midnight == Int64(number) * 86_400 - Int64(offset), "\(CivilDate(epochDay: number))")
        }
    }

    @Test(arguments: ExchangeClock.allCases) func `A day lasts from its midnight to the next`(clock: ExchangeClock) {
        var random = Seeded.fresh()
        for _ in 0..<10_000 {
            let day = CivilDate(epochDay: Int.random(in: 4000...24_000, using: &random))
            let (start, end) = (clock.midnight(day) * 1_000_000, clock.midnight(CivilDate(epochDay: day.epochDay + 1)) * 1_000_000)
            #expect(clock.day(of: start) == day && clock.day(of: end - 1) == day && clock.day(of: end) != day, "\(day)")
            #expect(clock.day(of: Int64.random(in: start..<end, using: &random)) == day, "\(day)")
        }
    }

    @Test func `Clocks change as they did in each era`() throws {
        // The day of a change begins before it.
        let changes = [
            ("1974-01-06", "1974-01-07"), ("1975-02-23", "1975-02-24"), ("1986-04-27", "1986-04-28"), ("1987-04-05", "1987-04-06"),
            ("2006-04-02", "2006-04-03"), ("2007-03-11", "2007-03-12"), ("2026-03-08", "2026-03-09"),
        ]
        for (day, next) in changes {
            let (day, next) = (try #require(CivilDate(day)), try #require(CivilDate(next)))
            #expect(ExchangeClock.newYork.midnight(next) - ExchangeClock.newYork.midnight(day) == 23 * 3600, "\(day)")
        }
        for (day, next) in [("2006-10-29", "2006-10-30"), ("2026-11-01", "2026-11-02")] {
            let (day, next) = (try #require(CivilDate(day)), try #require(CivilDate(next)))
            #expect(ExchangeClock.newYork.midnight(next) - ExchangeClock.newYork.midnight(day) == 25 * 3600, "\(day)")
        }
    }

    @Test func `Counts are what can be counted`() throws {
        #expect(PutCallCount(calls: -1, puts: 1) == nil && PutCallCount(calls: 1, puts: -1) == nil)
        #expect(PutCallCount(calls: .max, puts: 1) == nil)
        let most = try #require(PutCallCount(calls: .max - 1, puts: 1))
        #expect(most.total == .max)
        let none = try #require(PutCallCount(calls: 0, puts: 5))
        #expect(none.ratio == nil && none.total == 5)
        let some = try #require(PutCallCount(calls: 45_658_870, puts: 28_723_978))
        #expect(some.ratio == 28_723_978.0 / 45_658_870.0)
    }
}
