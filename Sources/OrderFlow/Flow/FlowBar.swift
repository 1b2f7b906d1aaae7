public import MarketModel

/// The size class of an order by its notional.
public enum OrderSize: Int, Sendable, CaseIterable {
    case small = 0
    case medium = 1
    case large = 2

    /// The class in words: `small`, `medium` or `large`.
    public var name: String {
        switch self {
        case .small: "small"
        case .medium: "medium"
        case .large: "large"
        }
    }
}

/// Exact sums over some trades: base quantity, notional and count.
public struct FlowSum: Sendable, Hashable {
    /// Base quantity at the valuation's base scale.
    public var base: Int128 = 0
    /// Notional at the valuation's notional scale.
    public var notional: Int128 = 0
    /// Tape rows.
    public var count: Int64 = 0

    /// Nothing.
    public init() {}

    /// Adds other sums, or returns false and leaves the value undefined if 128 bits do not hold the result.
    mutating func add(_ other: FlowSum) -> Bool {
        let (base, baseOverflow) = base.addingReportingOverflow(other.base)
        let (notional, notionalOverflow) = notional.addingReportingOverflow(other.notional)
        self.base = base
        self.notional = notional
        count &+= other.count
        return !baseOverflow && !notionalOverflow
    }
}

/// The exact sums of one bar by taker side and order size; what any split of the bar's trades adds up to, bit for bit.
public struct FlowBar: Sendable {
    /// The start of the interval in microseconds since the epoch.
    public var start: Int64
    /// Three sizes for each side in the order sell, unknown, buy.
    var sums: InlineArray<9, FlowSum>
    /// The price of the first and last trade of the bar in tape order.
    var firstPrice: Int64
    var lastPrice: Int64
    /// Σ r² over successive trades of the bar.
    public var variance: RealizedVariance

    /// Creates an empty bar.
    public init(start: Int64) {
        self.start = start
        sums = InlineArray(repeating: FlowSum())
        firstPrice = 0
        lastPrice = 0
        variance = RealizedVariance()
    }

    /// The sums of one side and size.
    public subscript(side: TakerSide, size: OrderSize) -> FlowSum { sums[(Int(side.rawValue) + 1) * 3 + size.rawValue] }

    /// The sums of one side over all sizes; wrapping is impossible because ``FlowBar`` checks the grand total as it grows.
    public subscript(side: TakerSide) -> FlowSum {
        var total = self[side, .small]
        _ = total.add(self[side, .medium])
        _ = total.add(self[side, .large])
        return total
    }

    /// How many trades the bar holds.
    public var count: Int64 { self[.buy].count + self[.sell].count + self[.unknown].count }

    /// Adds the sums of trades that follow this bar's in tape order.
    ///
    /// - Returns: false if 128 bits do not hold a sum.
    /// - Complexity: O(1).
    mutating func append(_ next: borrowing FlowBar) -> Bool {
        guard next.firstPrice != 0 else { return true }
        var fits = true
        var total = FlowSum()
        for index in 0..<9 {
            fits = sums[index].add(next.sums[index]) && fits
            fits = total.add(sums[index]) && fits
        }
        if firstPrice == 0 {
            firstPrice = next.firstPrice
        } else if lastPrice != next.firstPrice {
            variance.add(from: lastPrice, to: next.firstPrice)
        }
        variance.add(next.variance.sum)
        lastPrice = next.lastPrice
        return fits
    }
}
