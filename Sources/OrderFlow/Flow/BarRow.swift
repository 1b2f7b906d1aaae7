public import MarketModel

/// A finished flow bar, with what depends on the bars before it and on the tape's holes.
public struct BarRow: Sendable {
    /// The sums.
    public let bar: FlowBar
    /// How the sums are scaled.
    public let valuation: Valuation
    /// z(volume_delta_notional) × z(realized volatility) within the month, where both exist.
    public let toxicity: Double?
    /// Whether the tape inside the bar was whole.
    public var quality: BarQuality

    /// The start of the interval in microseconds since the epoch.
    public var time: Int64 { bar.start }

    /// The buy volume less the sell volume, as a base mantissa.
    var deltaBase: Int128 { bar[.buy].base - bar[.sell].base }
    /// The buy notional less the sell notional, as a notional mantissa.
    var deltaNotional: Int128 { bar[.buy].notional - bar[.sell].notional }

    /// A base mantissa as the nearest double.
    func base(_ mantissa: Int128) -> Double? { ExactQuotient.nearest(mantissa, over: 1, tenTo: valuation.baseScale) }
    /// A notional mantissa as the nearest double.
    func notional(_ mantissa: Int128) -> Double? { ExactQuotient.nearest(mantissa, over: 1, tenTo: valuation.notionalScale) }
    /// A notional over a base quantity: the two have different scales.
    func notionalPerBase(_ notional: Int128, _ base: Int128) -> Double? {
        ExactQuotient.nearest(notional, over: base, tenTo: valuation.notionalScale - valuation.baseScale)
    }

    /// −Σ p ln p over the buy and sell shares of volume, in nats; 0 where one side is empty, nil where both are.
    var entropy: Double? {
        let buy = bar[.buy].base
        let sell = bar[.sell].base
        guard buy > 0 || sell > 0 else { return nil }
        guard buy > 0, sell > 0, let p = ExactQuotient.nearest(buy, over: buy + sell), let q = ExactQuotient.nearest(sell, over: buy + sell)
        else { return 0 }
        return -(p * Logarithm.natural(p) + q * Logarithm.natural(q))
    }
}

/// Turns bars in time order into rows.
///
/// Scores start afresh with each UTC month, as the vendor's month files do, so rows do not depend on where the range asked for begins as
/// long as the bars begin with the month.
public struct FlowRows: Sendable {
    private let valuation: Valuation
    private let scored: Bool
    private var month: (year: Int, month: Int)?
    private var deltas = RunningScore()
    private var volatilities = RunningScore()

    /// Starts a series of rows.
    ///
    /// - Parameter toxicity: whether realized volatility was computed, so that there can be a toxicity score.
    public init(valuation: Valuation, toxicity: Bool) {
        self.valuation = valuation
        scored = toxicity
    }

    /// The row of the next bar.
    ///
    /// - Complexity: O(1).
    public mutating func next(_ bar: FlowBar, quality: BarQuality) -> BarRow {
        let plain = BarRow(bar: bar, valuation: valuation, toxicity: nil, quality: quality)
        guard scored else { return plain }
        let date = CivilDate(microseconds: bar.start)
        if month?.year != date.year || month?.month != date.month {
            month = (date.year, date.month)
            deltas = RunningScore()
            volatilities = RunningScore()
        }
        let delta = deltas.next(plain.notional(plain.deltaNotional) ?? 0)
        let volatility = volatilities.next(bar.variance.value.squareRoot())
        guard let delta, let volatility else { return plain }
        return BarRow(bar: bar, valuation: valuation, toxicity: delta * volatility, quality: quality)
    }
}
