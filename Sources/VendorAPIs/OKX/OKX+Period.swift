import MarketModel

extension OKX {
    /// The length of a row: what is read to make it, and where rows begin.
    ///
    /// Periods from six hours on begin by the clock of Hong Kong (UTC+8), those whose names end in `utc` by UTC; weeks begin on Monday, months
    /// and quarters with the calendar.
    struct Period: Sendable, Hashable {
        enum Length: Sendable, Hashable {
            case micros(Int64)
            case days(Int)
            case week
            case months(Int)
        }

        let name: String
        /// The bars that it is made of.
        let grain: Interval
        let length: Length
        /// How far its midnights are before those of UTC, in microseconds.
        let ahead: Int64

        private static let hour: Int64 = 3_600_000_000

        private static func plain(_ name: String, _ interval: Interval) -> Period {
            Period(name: name, grain: interval, length: .micros(interval.microseconds), ahead: 0)
        }

        /// Of both clocks.
        private static func zoned(_ name: String, _ length: Length) -> [Period] {
            [
                Period(name: name, grain: .h1, length: length, ahead: 8 * hour),
                Period(name: name + "utc", grain: .h1, length: length, ahead: 0),
            ]
        }

        /// What the older statistics have; a day ends at 16:00 UTC.
        static let short = [plain("5m", .m5), plain("1H", .h1), Period(name: "1D", grain: .h1, length: .days(1), ahead: 8 * hour)]
        /// What the histories of contracts have.
        static let long =
            [plain("5m", .m5), plain("15m", .m15), plain("30m", .m30), plain("1H", .h1), plain("2H", .h2), plain("4H", .h4)]
            + zoned("6H", .micros(6 * hour)) + zoned("12H", .micros(12 * hour)) + zoned("1D", .days(1)) + zoned("2D", .days(2))
            + zoned("3D", .days(3)) + zoned("5D", .days(5)) + zoned("1W", .week) + zoned("1M", .months(1)) + zoned("3M", .months(3))

        /// The start of the row that holds a time.
        func start(of time: Int64) -> Int64 {
            let local = time + ahead
            func floor(_ length: Int64, from origin: Int64 = 0) -> Int64 {
                let past = (local - origin) % length
                return local - (past < 0 ? past + length : past)
            }
            let start: Int64 =
                switch length {
                case .micros(let length): floor(length)
                case .days(let count): floor(Int64(count) * CivilDate.dayLength)
                // 1970-01-05 was a Monday.
                case .week: floor(7 * CivilDate.dayLength, from: 4 * CivilDate.dayLength)
                case .months(let count): Period.monthStart(CivilDate(microseconds: local), every: count)
                }
            return start - ahead
        }

        /// Where the row that begins at a time ends.
        func end(of start: Int64) -> Int64 {
            switch length {
            case .micros(let length): return start + length
            case .days(let count): return start + Int64(count) * CivilDate.dayLength
            case .week: return start + 7 * CivilDate.dayLength
            case .months(let count):
                // Any day of the month after.
                return self.start(of: start + Int64(31 * count + 3) * CivilDate.dayLength - (count > 1 ? 5 * CivilDate.dayLength : 0))
            }
        }

        /// How long `count` rows are at most.
        func span(_ count: Int64) -> Int64 {
            switch length {
            case .micros(let length): count * length
            case .days(let days): count * Int64(days) * CivilDate.dayLength
            case .week: count * 7 * CivilDate.dayLength
            case .months(let months): count * Int64(31 * months) * CivilDate.dayLength
            }
        }

        private static func monthStart(_ date: CivilDate, every count: Int) -> Int64 {
            CivilDate(year: date.year, month: (date.month - 1) / count * count + 1, day: 1)?.microseconds ?? 0
        }
    }
}
