import MarketModel

/// The inner loops of flow: sums over a run of rows that lie in one bar.
enum FlowRun {
    /// Runs are this short so that sums of 64-bit products fit 76 bits and sums of 50-bit quantities fit 62.
    static let maximumLength = 4096

    /// Sums while they run: 128-bit notional, 64-bit quantity.
    private struct NarrowSum {
        var notional: UInt128 = 0
        var quantity: UInt64 = 0
        var count: UInt64 = 0
    }

    /// Linear contracts and spot: notional = price × quantity.
    ///
    /// - Returns: false, with `bar` untouched, if a product exceeds 64 bits or a quantity 50: then ``sumWide`` has to do it.
    static func sumLinear(
        _ trades: borrowing TradeColumns, _ rows: Range<Int>, _ valuation: Valuation, _ limits: FlowLimits, into bar: inout FlowBar
    ) -> Bool {
        // The thresholds in units of price × quantity, before the contract size.
        let factor = Int128(valuation.factor)
        guard let medium = UInt64(exactly: (limits.medium + factor - 1) / factor),
            let large = UInt64(exactly: (limits.large + factor - 1) / factor)
        else { return false }
        let prices = trades.price.span
        let quantities = trades.quantity.span
        let sides = trades.side.span
        var sums = InlineArray<9, NarrowSum>(repeating: NarrowSum())
        var overflow: UInt64 = 0
        for row in rows {
            let quantity = UInt64(bitPattern: quantities[row])
            let (high, notional) = UInt64(bitPattern: prices[row]).multipliedFullWidth(by: quantity)
            overflow |= high | quantity >> 50
            let index = (Int(sides[row]) + 1) * 3 + (notional >= medium ? 1 : 0) + (notional >= large ? 1 : 0)
            sums[index].notional &+= UInt128(notional)
            sums[index].quantity &+= quantity
            sums[index].count &+= 1
        }
        guard overflow == 0 else { return false }
        for index in 0..<9 {
            bar.sums[index].base = Int128(sums[index].quantity) * factor
            bar.sums[index].notional = Int128(sums[index].notional) * factor
            bar.sums[index].count = Int64(sums[index].count)
        }
        return true
    }

    /// Inverse contracts: notional = contracts × contract size, base = notional ÷ price at 1e−12.
    ///
    /// - Returns: false, with `bar` untouched, if a dividend exceeds 64 bits: then ``sumWide`` has to do it.
    static func sumInverse(
        _ trades: borrowing TradeColumns, _ rows: Range<Int>, _ valuation: Valuation, _ limits: FlowLimits, into bar: inout FlowBar
    ) -> Bool {
        let exponent = Valuation.inverseBaseScale + valuation.priceScale - valuation.notionalScale
        let (scaled, tooWide) = Valuation.tenTo(abs(exponent)).multipliedReportingOverflow(by: Int128(valuation.factor))
        guard exponent >= 0, !tooWide, let multiplier = UInt64(exactly: scaled), let factor = UInt64(exactly: valuation.factor),
            let medium = UInt64(exactly: limits.medium), let large = UInt64(exactly: limits.large)
        else { return false }
        let prices = trades.price.span
        let quantities = trades.quantity.span
        let sides = trades.side.span
        // `quantity` holds the notional here and `notional` the base: the wider sum is the one at 1e−12.
        var sums = InlineArray<9, NarrowSum>(repeating: NarrowSum())
        for row in rows {
            let contracts = UInt64(bitPattern: quantities[row])
            let (notional, notionalOverflow) = contracts.multipliedReportingOverflow(by: factor)
            let (top, topOverflow) = contracts.multipliedReportingOverflow(by: multiplier)
            guard !notionalOverflow, !topOverflow, notional >> 50 == 0, prices[row] > 0 else { return false }
            let price = UInt64(bitPattern: prices[row])
            let (quotient, remainder) = top.quotientAndRemainder(dividingBy: price)
            let rest = price &- remainder
            let roundUp = remainder > rest || (remainder == rest && quotient & 1 == 1)
            let index = (Int(sides[row]) + 1) * 3 + (notional >= medium ? 1 : 0) + (notional >= large ? 1 : 0)
            sums[index].notional &+= UInt128(quotient &+ (roundUp ? 1 : 0))
            sums[index].quantity &+= notional
            sums[index].count &+= 1
        }
        for index in 0..<9 {
            bar.sums[index].base = Int128(sums[index].notional)
            bar.sums[index].notional = Int128(sums[index].quantity)
            bar.sums[index].count = Int64(sums[index].count)
        }
        return true
    }

    /// The same for numbers of any size, a row at a time.
    ///
    /// - Returns: false if 128 bits do not hold a sum.
    static func sumWide(
        _ trades: borrowing TradeColumns, _ rows: Range<Int>, _ valuation: Valuation, _ limits: FlowLimits, into bar: inout FlowBar
    ) -> Bool {
        for row in rows {
            guard let (base, notional) = valuation.value(price: trades.price[row], quantity: trades.quantity[row]) else { return false }
            let index = (Int(trades.side[row]) + 1) * 3 + (notional >= limits.medium ? 1 : 0) + (notional >= limits.large ? 1 : 0)
            var one = FlowSum()
            one.base = base
            one.notional = notional
            one.count = 1
            guard bar.sums[index].add(one) else { return false }
        }
        return true
    }

    /// Σ ln²(pᵢ/pᵢ₋₁) over the rows, in units of 2^−88.
    static func variance(_ prices: borrowing [Int64], _ rows: Range<Int>) -> Int128 {
        let prices = prices.span
        var small: UInt128 = 0
        var large: Int128 = 0
        var old = prices[rows.lowerBound]
        for row in rows.dropFirst() {
            let new = prices[row]
            let z = Double(new &- old) / Double(new &+ old)
            if abs(z) < RealizedVariance.smallStep {
                small &+= UInt128(UInt64(bitPattern: RealizedVariance.smallSquare(z)))
            } else {
                let (sum, overflow) = large.addingReportingOverflow(RealizedVariance.square(from: old, to: new))
                large = overflow ? .max : sum
            }
            old = new
        }
        let (sum, overflow) = large.addingReportingOverflow(Int128(small))
        return overflow ? .max : sum
    }
}
