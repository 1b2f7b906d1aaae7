import MarketModel
import Testing

struct IntervalTests {
    @Test func `Names and values go both ways`() {
        let names = "1s 5s 15s 30s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 1w".split(separator: " ").map(String.init)
        #expect(Interval.allCases.map(\.name) == names)
        for name in names { #expect(Interval(name: name)?.name == name) }
        #expect(Interval(name: "7m") == nil)
    }

    @Test func `A week starts on Monday, all else divides the UTC day`() {
        #expect(Interval.w1.start(of: 0) == CivilDate("1969-12-29")!.microseconds)
        #expect(Interval.w1.start(of: CivilDate("2025-06-22")!.microseconds) == CivilDate("2025-06-16")!.microseconds)
        #expect(Interval.h8.start(of: Timestamp.parse("2025-06-22T15:59:59.999999Z")!) == Timestamp.parse("2025-06-22T08:00:00Z"))
        #expect(Interval.m1.start(of: -1) == -60_000_000)
    }
}

struct CivilDateTests {
    @Test func `Every day of eight centuries goes both ways`() {
        var previous = CivilDate(epochDay: -150_001)
        for day in -150_000...150_000 {
            let date = CivilDate(epochDay: day)
            #expect(date.epochDay == day)
            #expect(previous < date)
            previous = date
        }
    }

    @Test func `Dates that do not exist are refused`() {
        for text in ["2025-02-29", "2025-13-01", "2025-00-10", "2025-1-01", "2025-01-1 ", "+025-01-01", "-025-01-01", "20250101"] {
            #expect(CivilDate(text) == nil, "\(text)")
        }
        #expect(CivilDate("2024-02-29")?.description == "2024-02-29")
    }

    @Test func `Instants are read as date, ISO 8601 or epoch milliseconds`() {
        let expected: Int64 = 1_750_507_467_356_000
        #expect(Timestamp.parse("1750507467356") == expected)
        #expect(Timestamp.parse("2025-06-21T12:04:27.356Z") == expected)
        #expect(Timestamp.parse("2025-06-21 12:04:27.356") == expected)
        #expect(Timestamp.parse("2025-06-21T14:04:27.356+02:00") == expected)
        #expect(Timestamp.parse("2025-06-21T04:34:27.356-0730") == expected)
        #expect(Timestamp.parse("2025-06-21") == CivilDate("2025-06-21")!.microseconds)
        for text in [
            "", "2025-06-21T", "2025-06-21T25:00", "2025-06-21T12:00:00.", "2025-06-21T12:00:00X", "noon", "9223372036854775",
            "-9223372036854775", "253402300800000", "9999999999999999999",
        ] {
            #expect(Timestamp.parse(text) == nil, "\(text)")
        }
        #expect(Timestamp.iso8601(expected) == "2025-06-21T12:04:27.356Z")
        #expect(Timestamp.iso8601(-1, fractionDigits: 6) == "1969-12-31T23:59:59.999999Z")
    }
}
