public import MarketModel

/// What bars are asked for.
public struct BarOptions: Sendable, Hashable {
    /// The length of a bar.
    public var interval: Interval
    /// Orders below this notional are small; at or above it, medium.
    public var mediumFrom: FixedPoint
    /// Orders at or above this notional are large.
    public var largeFrom: FixedPoint
    /// Whether realized volatility, and with it the toxicity score, is computed.
    public var toxicity: Bool

    /// Creates options; the thresholds are those of Aperiodic, 100 and 1,000 of quote currency.
    public init(
        interval: Interval, mediumFrom: FixedPoint = FixedPoint(mantissa: 100), largeFrom: FixedPoint = FixedPoint(mantissa: 1000),
        toxicity: Bool = true
    ) {
        self.interval = interval
        self.mediumFrom = mediumFrom
        self.largeFrom = largeFrom
        self.toxicity = toxicity
    }

    /// Creates the options that compute some columns.
    public init(
        interval: Interval, columns: [Column<BarRow>], mediumFrom: FixedPoint = FixedPoint(mantissa: 100),
        largeFrom: FixedPoint = FixedPoint(mantissa: 1000)
    ) {
        self.init(
            interval: interval, mediumFrom: mediumFrom, largeFrom: largeFrom,
            toxicity: columns.contains { $0.name == "flow_toxicity_score" })
    }
}

/// Why a flow cannot be computed.
public struct FlowError: Error, Sendable, Hashable, CustomStringConvertible {
    enum Code: Sendable, Hashable {
        case overflow(TradeID)
        case valuation
    }

    let code: Code

    /// The sums of a bar exceed 128 bits at this trade.
    public static func overflow(at id: TradeID) -> FlowError { FlowError(code: .overflow(id)) }
    /// Scales and contract size together need more than 38 digits, or the contract size is not positive.
    public static let valuation = FlowError(code: .valuation)

    public var description: String {
        switch code {
        case .overflow(let id):
            "the sums of the bar exceed 128 bits at trade id \(id.integer): its price or quantity is beyond any market; remove the row"
        case .valuation:
            "price scale, quantity scale and contract size together need more than 38 digits, or the contract size is not positive"
        }
    }
}
