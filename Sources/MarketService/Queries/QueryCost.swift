package import Lake
import MarketModel

/// What a question costs, worked out from what the catalogue says: nothing is read. Pure.
package enum QueryCost {
    /// How many trades of some days lie in a stretch of time, about: a day's trades are taken to lie evenly between its first and its last.
    ///
    /// - Complexity: O(days).
    package static func trades(of days: [TapeDay], in stretch: Range<Int64>) -> Int {
        days.reduce(0) { sum, day in
            let (from, to) = (max(day.firstTime, stretch.lowerBound), min(day.lastTime, stretch.upperBound - 1))
            guard from <= to else { return sum }
            return sum + share(of: day.rows, Int128(to) - Int128(from) + 1, Int128(day.lastTime) - Int128(day.firstTime) + 1)
        }
    }

    /// A part of some rows, rounded up.
    private static func share(of rows: Int, _ part: Int128, _ whole: Int128) -> Int {
        whole > 0 ? Int((Int128(rows) * part + whole - 1) / whole) : rows
    }
}
