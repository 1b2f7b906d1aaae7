import MarketModel

/// Values that several columns share.
extension BarRow {
    /// Volume, notional and counts.
    var flow: FlowBar { bar.flow }

    /// A base mantissa as the nearest double.
    func base(_ mantissa: Int128) -> Double? { ExactQuotient.nearest(mantissa, over: 1, tenTo: valuation.baseScale) }
    /// A notional mantissa as the nearest double.
    func notional(_ mantissa: Int128) -> Double? { ExactQuotient.nearest(mantissa, over: 1, tenTo: valuation.notionalScale) }
    /// A price mantissa as the nearest double.
    func price(_ mantissa: Int128) -> Double? { ExactQuotient.nearest(mantissa, over: 1, tenTo: valuation.priceScale) }
    /// A notional over a base quantity: the two have different scales.
    func notionalPerBase(_ notional: Int128, _ base: Int128) -> Double? {
        ExactQuotient.nearest(notional, over: base, tenTo: valuation.notionalScale - valuation.baseScale)
    }

    /// The buy volume less the sell volume, as a base mantissa.
    var deltaBase: Int128 { flow[.buy].base - flow[.sell].base }
    /// The buy notional less the sell notional, as a notional mantissa.
    var deltaNotional: Int128 { flow[.buy].notional - flow[.sell].notional }
    /// The base quantity of all trades.
    var totalBase: Int128 { flow[.buy].base + flow[.sell].base + flow[.unknown].base }
    /// The notional of all trades.
    var totalNotional: Int128 { flow[.buy].notional + flow[.sell].notional + flow[.unknown].notional }
    /// The notional and count of one size over all sides.
    func total(_ size: OrderSize) -> OrderSum {
        var sum = OrderSum()
        for side in TakerSide.allCases {
            sum.notional += flow[side, size].notional
            sum.count += flow[side, size].count
        }
        return sum
    }

    /// The mean of the trades' prices.
    var meanPrice: Double? { ExactQuotient.nearest(bar.prices.total, over: Int128(flow.count), tenTo: valuation.priceScale) }
    /// ln(close ÷ open).
    var barReturn: Double { LogReturns.between(flow.firstPrice, flow.lastPrice) }

    /// −Σ p ln p over the buy and sell shares of volume, in nats; 0 where one side is empty, nil where both are.
    var entropy: Double? {
        let buy = flow[.buy].base
        let sell = flow[.sell].base
        guard buy > 0 || sell > 0 else { return nil }
        guard buy > 0, sell > 0, let p = ExactQuotient.nearest(buy, over: buy + sell), let q = ExactQuotient.nearest(sell, over: buy + sell)
        else { return 0 }
        return -(p * Logarithm.natural(p) + q * Logarithm.natural(q))
    }
}

/// A double over a double as files show it: x/0 is ±infinity, 0/0 and what has no value have none.
func quotient(_ numerator: Double?, _ denominator: Double?) -> Double? {
    guard let numerator, let denominator else { return nil }
    if denominator == 0, numerator == 0 { return nil }
    return numerator / denominator
}
