import MarketModel

/// The flow of one side of a bar, or of all, as columns read it.
struct FlowTotal: Sendable {
    /// Base quantity at the valuation's base scale.
    let base: Int128
    /// Notional at the valuation's notional scale.
    let notional: Int128
    /// Tape rows.
    let count: Int64
    private let small: OrderSum
    private let medium: OrderSum
    private let large: OrderSum

    /// Adds up one side of a bar.
    init(_ bar: borrowing FlowBar, _ side: TakerSide) {
        self.init(base: bar.base(side), small: bar[side, .small], medium: bar[side, .medium], large: bar[side, .large])
    }

    private init(base: Int128, small: OrderSum, medium: OrderSum, large: OrderSum) {
        self.base = base
        self.small = small
        self.medium = medium
        self.large = large
        // These do not overflow: bars check their grand totals as they grow.
        notional = small.notional + medium.notional + large.notional
        count = small.count + medium.count + large.count
    }

    /// The orders of one size.
    subscript(size: OrderSize) -> OrderSum {
        switch size {
        case .small: small
        case .medium: medium
        case .large: large
        }
    }

    static func + (a: FlowTotal, b: FlowTotal) -> FlowTotal {
        FlowTotal(base: a.base + b.base, small: a.small + b.small, medium: a.medium + b.medium, large: a.large + b.large)
    }
}

extension OrderSum {
    fileprivate static func + (a: OrderSum, b: OrderSum) -> OrderSum {
        OrderSum(notional: a.notional + b.notional, count: a.count + b.count)
    }
}
