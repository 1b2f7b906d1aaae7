import MarketModel

/// The first, highest, lowest and last price of a bar, and the sum of all; mantissas.
struct PriceSums: Sendable, Hashable {
    private(set) var open: Int64 = 0
    private(set) var high: Int64 = 0
    private(set) var low: Int64 = 0
    private(set) var close: Int64 = 0
    private(set) var total: Int128 = 0

    /// Adds the prices of up to 4,096 rows.
    mutating func add(_ prices: borrowing [Int64], _ rows: Range<Int>) {
        let first = prices[rows.lowerBound]
        let prices = prices.span
        var highest = first
        var lowest = first
        var sum: Int64 = 0
        var all: Int64 = 0
        for row in rows {
            let price = prices[row]
            highest = max(highest, price)
            lowest = min(lowest, price)
            sum &+= price
            all |= price
        }
        var run = PriceSums()
        run.open = first
        run.high = highest
        run.low = lowest
        run.close = prices[rows.upperBound - 1]
        run.total = Int128(sum)
        if all >= 1 << 50 { run.total = rows.reduce(Int128(0)) { $0 + Int128(prices[$1]) } }
        append(run)
    }

    /// Adds those of a stretch that follows.
    mutating func append(_ next: PriceSums) {
        guard next.open != 0 else { return }
        if open == 0 {
            self = next
            return
        }
        high = max(high, next.high)
        low = min(low, next.low)
        close = next.close
        total += next.total
    }
}
