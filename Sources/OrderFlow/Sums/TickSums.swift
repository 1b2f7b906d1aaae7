import MarketModel

/// Notional and count of a bar's trades by the direction of the tick: against the price of the trade before, in the same bar.
struct TickSums: Sendable {
    /// Down, unchanged, up.
    private(set) var notional = InlineArray<3, Int128>(repeating: 0)
    private(set) var count = InlineArray<3, Int64>(repeating: 0)

    /// One count in the upper bits of a sum whose lower 96 hold notional.
    private static var one: UInt128 { 1 << 96 }

    /// Adds up to 4,096 rows; `previous` is the price before the first, 0 if the bar begins with it.
    ///
    /// - Returns: false if 128 bits do not hold a sum.
    mutating func add(_ trades: borrowing TradeColumns, _ rows: Range<Int>, previous: Int64, _ valuation: Valuation) -> Bool {
        // The first trade of a bar has no direction.
        let directed = previous > 0 ? rows : rows.dropFirst()
        guard !directed.isEmpty else { return true }
        let before = previous > 0 ? previous : trades.price[rows.lowerBound]
        return (!valuation.isInverse && addLinear(trades, directed, before, valuation)) || addAny(trades, directed, before, valuation)
    }

    private mutating func addLinear(_ trades: borrowing TradeColumns, _ rows: Range<Int>, _ before: Int64, _ valuation: Valuation) -> Bool {
        let prices = trades.price.span.extracting(rows)
        let quantities = trades.quantity.span.extracting(rows)
        // Rows take turns with two sets of sums: adding to a sum that the row before has just stored would wait for it.
        var sums = InlineArray<6, UInt128>(repeating: 0)
        var overflow: UInt64 = 0
        var old = before
        for row in prices.indices {
            let new = prices[row]
            let (high, product) = UInt64(bitPattern: new).multipliedFullWidth(by: UInt64(bitPattern: quantities[row]))
            overflow |= high
            sums[1 &+ (new > old ? 1 : 0) &- (new < old ? 1 : 0) &+ (row & 1) &* 3] &+= UInt128(product) | TickSums.one
            old = new
        }
        guard overflow == 0 else { return false }
        var whole = InlineArray<3, Int128>(repeating: 0)
        for index in whole.indices {
            sums[index] &+= sums[index + 3]
            let (product, tooLarge) = Int128(sums[index] & (TickSums.one - 1)).multipliedReportingOverflow(by: Int128(valuation.factor))
            let (sum, tooMuch) = notional[index].addingReportingOverflow(product)
            guard !tooLarge, !tooMuch else { return false }
            whole[index] = sum
        }
        notional = whole
        for index in count.indices { count[index] += Int64(sums[index] / TickSums.one) }
        return true
    }

    private mutating func addAny(_ trades: borrowing TradeColumns, _ rows: Range<Int>, _ before: Int64, _ valuation: Valuation) -> Bool {
        var old = before
        for row in rows {
            let new = trades.price[row]
            let index = 1 + (new > old ? 1 : 0) - (new < old ? 1 : 0)
            guard let (_, value) = valuation.value(price: new, quantity: trades.quantity[row]) else { return false }
            let (sum, overflow) = notional[index].addingReportingOverflow(value)
            guard !overflow else { return false }
            notional[index] = sum
            count[index] += 1
            old = new
        }
        return true
    }
}
