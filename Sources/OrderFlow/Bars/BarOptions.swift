public import MarketModel

/// What bars are asked for.
public struct BarOptions: Sendable, Hashable {
    /// The length of a bar.
    public var interval: Interval
    /// Orders below this notional are small; at or above it, medium.
    public var mediumFrom: FixedPoint
    /// Orders at or above this notional are large.
    public var largeFrom: FixedPoint
    /// What is computed beside the flow.
    public var parts: BarParts
    /// How far, in microseconds, event times may step back before a bar that seemed over would have to be opened again.
    ///
    /// A tape whose times step back further is an error that says so, ``BarError/reordered``: asking again with ``unbounded`` takes any
    /// tape, and memory for all of its bars.
    public var lateness: Int64 = 60_000_000

    /// A lateness that no tape exceeds.
    public static let unbounded = Int64.max

    /// Creates options; the thresholds are those of Aperiodic, 100 and 1,000 of quote currency.
    public init(
        interval: Interval, mediumFrom: FixedPoint = FixedPoint(mantissa: 100), largeFrom: FixedPoint = FixedPoint(mantissa: 1000),
        parts: BarParts = .variance
    ) {
        self.interval = interval
        self.mediumFrom = mediumFrom
        self.largeFrom = largeFrom
        self.parts = parts
    }

    /// Creates the options that compute some columns.
    public init<Row>(
        interval: Interval, columns: [Column<Row>], mediumFrom: FixedPoint = FixedPoint(mantissa: 100),
        largeFrom: FixedPoint = FixedPoint(mantissa: 1000)
    ) {
        self.init(
            interval: interval, mediumFrom: mediumFrom, largeFrom: largeFrom, parts: columns.reduce([]) { $0.union($1.needs) })
    }

    /// Whether the bars of two stretches of tape can be added up.
    public var isMergeable: Bool { parts.isSubset(of: .mergeable) }
}

/// Why bars cannot be computed.
public struct BarError: Error, Sendable, Hashable, CustomStringConvertible {
    enum Code: Sendable, Hashable {
        case overflow(TradeID)
        case overflowAround(Int64)
        case valuation
        case reordered
    }

    let code: Code

    /// The sums of a bar exceed what they are kept in at this trade.
    public static func overflow(at id: TradeID) -> BarError { BarError(code: .overflow(id)) }
    /// The sums of a bar exceed what they are kept in around this time, in microseconds since the epoch: bars are made without reading ids.
    public static func overflow(at time: Int64) -> BarError { BarError(code: .overflowAround(time)) }
    /// Scales and contract size together need more than 38 digits, or the contract size is not positive.
    public static let valuation = BarError(code: .valuation)
    /// Event times step back further than ``BarOptions/lateness``.
    public static let reordered = BarError(code: .reordered)

    public var description: String {
        switch code {
        case .overflow(let id):
            "the sums of the bar exceed what they are kept in at trade id \(id.integer): its price or quantity is beyond any market; remove the row"
        case .overflowAround(let time):
            "the sums of the bar exceed what they are kept in at \(Timestamp.iso8601(time, fractionDigits: 6)): a price or quantity there is beyond any market; remove the row"
        case .valuation:
            "price scale, quantity scale and contract size together need more than 38 digits, or the contract size is not positive"
        case .reordered:
            "event times step back by more than the lateness that bars are kept open for"
        }
    }
}
