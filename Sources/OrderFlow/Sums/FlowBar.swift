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

/// Exact sums over the orders of one side and size.
public struct OrderSum: Sendable, Hashable {
    /// Notional at the valuation's notional scale.
    public var notional: Int128 = 0
    /// Tape rows.
    public var count: Int64 = 0
}

/// Exact sums over the orders of one side.
public struct SideSum: Sendable, Hashable {
    /// Base quantity at the valuation's base scale.
    public var base: Int128
    /// Notional at the valuation's notional scale.
    public var notional: Int128
    /// Tape rows.
    public var count: Int64
}

/// The exact sums of one bar by taker side and order size; what any split of the bar's trades adds up to, bit for bit.
public struct FlowBar: Sendable {
    /// The start of the interval in microseconds since the epoch.
    public var start: Int64
    /// Base quantity by side in the order sell, unknown, buy.
    var base: InlineArray<3, Int128>
    /// Three sizes for each side in the order sell, unknown, buy.
    var orders: InlineArray<9, OrderSum>
    /// The price of the first and last trade of the bar in tape order; 0 while there is none.
    var firstPrice: Int64 = 0
    var lastPrice: Int64 = 0
    /// Σ r² over successive trades of the bar.
    public var variance = RealizedVariance()

    /// Creates an empty bar.
    public init(start: Int64) {
        self.start = start
        base = InlineArray(repeating: 0)
        orders = InlineArray(repeating: OrderSum())
    }

    /// The sums of one side and size.
    public subscript(side: TakerSide, size: OrderSize) -> OrderSum { orders[(Int(side.rawValue) + 1) * 3 + size.rawValue] }

    /// The base quantity of one side.
    func base(_ side: TakerSide) -> Int128 { base[Int(side.rawValue) + 1] }

    /// The sums of one side over all sizes. They do not overflow: ``FlowBar`` checks the grand totals as it grows.
    public subscript(side: TakerSide) -> SideSum {
        var sum = SideSum(base: base[Int(side.rawValue) + 1], notional: 0, count: 0)
        for size in OrderSize.allCases {
            sum.notional += self[side, size].notional
            sum.count += self[side, size].count
        }
        return sum
    }

    /// How many trades the bar holds.
    public var count: Int64 { self[.buy].count + self[.sell].count + self[.unknown].count }

    /// Adds the sums of trades that follow this bar's in tape order.
    ///
    /// - Returns: false if 128 bits do not hold a grand total; the bar is then of no use.
    /// - Complexity: O(1).
    mutating func append(_ next: borrowing FlowBar) -> Bool {
        guard next.firstPrice != 0 else { return true }
        if firstPrice == 0 {
            firstPrice = next.firstPrice
        } else if lastPrice != next.firstPrice {
            variance.add(from: lastPrice, to: next.firstPrice)
        }
        variance.add(next.variance.sum)
        lastPrice = next.lastPrice
        return addSums(next)
    }

    private mutating func addSums(_ next: borrowing FlowBar) -> Bool {
        var overflows = false
        func checked(_ a: Int128, _ b: Int128) -> Int128 {
            let (sum, overflow) = a.addingReportingOverflow(b)
            overflows = overflows || overflow
            return sum
        }
        var totalBase: Int128 = 0
        for index in base.indices {
            base[index] = checked(base[index], next.base[index])
            totalBase = checked(totalBase, base[index])
        }
        var totalNotional: Int128 = 0
        for index in orders.indices {
            orders[index].notional = checked(orders[index].notional, next.orders[index].notional)
            orders[index].count &+= next.orders[index].count
            totalNotional = checked(totalNotional, orders[index].notional)
        }
        return !overflows
    }
}
