import MarketModel

/// The inner loops of flow: sums over a run of rows that lie in one bar.
enum FlowRun {
    /// Runs are this short so that sums of 64-bit products fit 76 bits and sums of 50-bit quantities fit 62.
    static let maximumLength = 4096

    /// Sums a run into an empty bar.
    ///
    /// - Returns: false if 128 bits do not hold a sum.
    static func sum(
        _ trades: borrowing TradeColumns, _ rows: Range<Int>, _ valuation: Valuation, _ limits: FlowLimits, into bar: inout FlowBar
    ) -> Bool {
        let isSummed =
            (valuation.isInverse
                ? sumInverse(trades, rows, valuation, limits, into: &bar) : sumLinear(trades, rows, valuation, limits, into: &bar))
            || sumWide(trades, rows, valuation, limits, into: &bar)
        guard isSummed else { return false }
        bar.firstPrice = trades.price[rows.lowerBound]
        bar.lastPrice = trades.price[rows.upperBound - 1]
        return true
    }

    /// One count in the upper bits of a sum whose lower 96 hold notional, so that a row costs one addition in memory.
    private static var one: UInt128 { 1 << 96 }

    /// Linear contracts and spot: notional = price × quantity.
    ///
    /// - Returns: false, with `bar` untouched, if a product exceeds 64 bits, a quantity 50 or a sum 128: then ``sumWide`` has to do it.
    static func sumLinear(
        _ trades: borrowing TradeColumns, _ rows: Range<Int>, _ valuation: Valuation, _ limits: FlowLimits, into bar: inout FlowBar
    ) -> Bool {
        // The thresholds in units of price × quantity, before the contract size.
        let factor = Int128(valuation.factor)
        func units(_ limit: Int128) -> UInt64? {
            let (quotient, remainder) = limit.quotientAndRemainder(dividingBy: factor)
            return UInt64(exactly: remainder == 0 ? quotient : quotient + 1)
        }
        guard let medium = units(limits.medium), let large = units(limits.large)
        else { return false }
        let prices = trades.price.span.extracting(rows)
        let quantities = trades.quantity.span.extracting(rows)
        let sides = trades.side.span.extracting(rows)
        // Rows take turns with two sets of sums: adding to a sum that the row before has just stored would wait for it.
        var sums = InlineArray<18, UInt128>(repeating: 0)
        var quantityDelta: Int64 = 0
        var quantityKnown: Int64 = 0
        var quantityTotal: Int64 = 0
        var overflow: UInt64 = 0
        for row in prices.indices {
            let quantity = quantities[row]
            let side = Int64(sides[row])
            let (high, notional) = UInt64(bitPattern: prices[row]).multipliedFullWidth(by: UInt64(bitPattern: quantity))
            overflow |= high | UInt64(bitPattern: quantity) &>> 50
            let index = (Int(side) &+ 1) &* 3 &+ (notional >= medium ? 1 : 0) &+ (notional >= large ? 1 : 0)
            sums[index &+ (row & 1) &* 9] &+= UInt128(notional) | one
            quantityDelta &+= quantity &* side
            quantityKnown &+= quantity &* (side &* side)
            quantityTotal &+= quantity
        }
        guard overflow == 0 else { return false }
        var notionals = InlineArray<9, Int128>(repeating: 0)
        for index in notionals.indices {
            sums[index] &+= sums[index + 9]
            let (notional, tooLarge) = Int128(sums[index] & (one - 1)).multipliedReportingOverflow(by: factor)
            guard !tooLarge else { return false }
            notionals[index] = notional
        }
        for index in notionals.indices {
            bar.orders[index].notional = notionals[index]
            bar.orders[index].count = Int64(sums[index] / one)
        }
        bar.base[0] = Int128((quantityKnown - quantityDelta) / 2) * factor
        bar.base[1] = Int128(quantityTotal - quantityKnown) * factor
        bar.base[2] = Int128((quantityKnown + quantityDelta) / 2) * factor
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
        var sums = InlineArray<9, UInt128>(repeating: 0)
        var base = InlineArray<3, UInt128>(repeating: 0)
        for row in rows {
            let contracts = UInt64(bitPattern: quantities[row])
            let (notional, notionalOverflow) = contracts.multipliedReportingOverflow(by: factor)
            let (top, topOverflow) = contracts.multipliedReportingOverflow(by: multiplier)
            guard !notionalOverflow, !topOverflow, prices[row] > 0 else { return false }
            let price = UInt64(bitPattern: prices[row])
            let (quotient, remainder) = top.quotientAndRemainder(dividingBy: price)
            let rest = price &- remainder
            let roundUp = remainder > rest || (remainder == rest && quotient & 1 == 1)
            let side = Int(sides[row]) &+ 1
            sums[side &* 3 &+ (notional >= medium ? 1 : 0) &+ (notional >= large ? 1 : 0)] &+= UInt128(notional) | one
            base[side] &+= UInt128(quotient &+ (roundUp ? 1 : 0))
        }
        for index in sums.indices {
            bar.orders[index].notional = Int128(sums[index] & (one - 1))
            bar.orders[index].count = Int64(sums[index] / one)
        }
        for index in base.indices { bar.base[index] = Int128(base[index]) }
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
            let side = Int(trades.side[row]) + 1
            let index = side * 3 + (notional >= limits.medium ? 1 : 0) + (notional >= limits.large ? 1 : 0)
            let (notionalSum, notionalOverflow) = bar.orders[index].notional.addingReportingOverflow(notional)
            let (baseSum, baseOverflow) = bar.base[side].addingReportingOverflow(base)
            guard !notionalOverflow, !baseOverflow else { return false }
            bar.orders[index].notional = notionalSum
            bar.orders[index].count += 1
            bar.base[side] = baseSum
        }
        return true
    }

    /// Σ ln²(pᵢ/pᵢ₋₁) over the rows after the first, in units of 2^−88; `steps` are those of the same rows.
    static func variance(_ steps: borrowing PriceSteps, _ prices: borrowing [Int64], _ rows: Range<Int>) -> Int128 {
        let steps = steps.values.span
        var small: UInt128 = 0
        var large: Int128 = 0
        for index in steps.indices.dropFirst() {
            let z = steps[index]
            if abs(z) < RealizedVariance.smallStep {
                small &+= UInt128(UInt64(bitPattern: RealizedVariance.smallSquare(z)))
            } else {
                let row = rows.lowerBound + index
                let (sum, overflow) = large.addingReportingOverflow(RealizedVariance.square(from: prices[row - 1], to: prices[row]))
                large = overflow ? .max : sum
            }
        }
        let (sum, overflow) = large.addingReportingOverflow(Int128(small))
        return overflow ? .max : sum
    }
}
