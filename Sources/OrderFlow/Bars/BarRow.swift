public import MarketModel

/// A finished bar, with what depends on the bars before it and on the tape's holes: what columns take their values from.
///
/// A class, because it is large and each of some hundred columns is handed it.
public final class BarRow: Sendable {
    /// The sums.
    public let bar: TradeBar
    /// How the sums are scaled.
    public let valuation: Valuation
    /// z(volume_delta_notional) × z(realized volatility) within the month, where both exist.
    public let toxicity: Double?
    /// Whether the tape inside the bar was whole.
    public let quality: BarQuality

    // The flow of the bar, added up once for all columns.
    let buy: FlowTotal
    let sell: FlowTotal
    let unknown: FlowTotal
    let all: FlowTotal

    /// Creates a row whose score is known.
    package init(bar: TradeBar, valuation: Valuation, toxicity: Double?, quality: BarQuality) {
        self.bar = bar
        self.valuation = valuation
        self.toxicity = toxicity
        self.quality = quality
        buy = FlowTotal(bar.flow, .buy)
        sell = FlowTotal(bar.flow, .sell)
        unknown = FlowTotal(bar.flow, .unknown)
        all = buy + sell + unknown
    }

    /// The start of the interval in microseconds since the epoch.
    public var time: Int64 { bar.start }
}

/// Turns bars in time order into rows.
///
/// Scores start afresh with each UTC month, as the vendor's month files do, so rows do not depend on where the range asked for begins as
/// long as the bars begin with the month.
public struct BarRows: Sendable {
    private let valuation: Valuation
    private let scored: Bool
    private let interval: Interval
    /// Where the tape misses trades.
    var wholeness: TapeWholeness
    private var month: (year: Int, month: Int)?
    private var deltas = RunningScore()
    private var volatilities = RunningScore()

    /// Starts a series of rows.
    public init(options: BarOptions, valuation: Valuation, wholeness: TapeWholeness) {
        self.valuation = valuation
        self.wholeness = wholeness
        interval = options.interval
        scored = options.parts.contains(.variance)
    }

    /// The row of the next bar.
    ///
    /// - Complexity: O(1), and O(log holes) of the tape.
    public mutating func next(_ bar: TradeBar) -> BarRow {
        row(of: bar, toxicity: scored ? toxicity(bar) : nil)
    }

    /// The row of a bar whose score is known.
    func row(of bar: TradeBar, toxicity: Double?) -> BarRow {
        let quality = wholeness.quality(start: bar.start, length: interval.microseconds)
        return BarRow(bar: bar, valuation: valuation, toxicity: toxicity, quality: quality)
    }

    private mutating func toxicity(_ bar: borrowing TradeBar) -> Double? {
        let date = CivilDate(microseconds: bar.start)
        if month?.year != date.year || month?.month != date.month {
            month = (date.year, date.month)
            deltas = RunningScore()
            volatilities = RunningScore()
        }
        let difference = bar.flow[.buy].notional - bar.flow[.sell].notional
        let delta = deltas.next(ExactQuotient.nearest(difference, over: 1, tenTo: valuation.notionalScale) ?? 0)
        let volatility = volatilities.next(bar.flow.variance.value.squareRoot())
        guard let delta, let volatility else { return nil }
        return delta * volatility
    }
}
