import MarketModel

/// Values that several columns share.
extension BarRow {
    /// The flow of one side.
    func side(_ side: TakerSide) -> FlowTotal {
        switch side {
        case .buy: buy
        case .sell: sell
        case .unknown: unknown
        }
    }

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

    /// The buy volume less the sell volume, as a base mantissa of ``valuation``'s scale.
    public var deltaBase: Int128 { buy.base - sell.base }
    /// The buy notional less the sell notional, as a notional mantissa of ``valuation``'s scale.
    public var deltaNotional: Int128 { buy.notional - sell.notional }

    /// The mean of the trades' prices.
    var meanPrice: Double? { ExactQuotient.nearest(bar.prices.total, over: Int128(all.count), tenTo: valuation.priceScale) }
    /// ln(close ÷ open).
    var barReturn: Double { LogReturns.between(bar.flow.firstPrice, bar.flow.lastPrice) }

    /// −Σ p ln p over the buy and sell shares of volume, in nats; 0 where one side is empty, nil where both are.
    var entropy: Double? {
        let buy = buy.base
        let sell = sell.base
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
