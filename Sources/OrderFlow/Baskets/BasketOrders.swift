public import MarketModel

/// Orders of several instruments together, exactly.
public struct OrderVolume: Sendable {
    /// What they were worth.
    public private(set) var notional = WideDecimal()
    /// Rows of the tapes.
    public private(set) var count: Int64 = 0

    init() {}

    init(notional: WideDecimal, count: Int64) {
        (self.notional, self.count) = (notional, count)
    }

    /// - Returns: false if 128 bits do not hold a sum.
    mutating func add(_ other: OrderVolume) -> Bool {
        // Most bars lack some sizes.
        guard other.count > 0 else { return true }
        guard let sum = notional.adding(other.notional) else { return false }
        notional = sum
        count += other.count
        return true
    }
}

/// The orders of a basket's bar by taker side and size.
struct BasketOrders: Sendable {
    /// Three sizes for each side in the order sell, unknown, buy.
    private var cells = InlineArray<9, OrderVolume>(repeating: OrderVolume())

    init() {}

    /// Those of a member's bar.
    init(_ flow: borrowing FlowBar, _ valuation: Valuation) {
        for side in [TakerSide.sell, .unknown, .buy] {
            for size in OrderSize.allCases {
                let sum = flow[side, size]
                self[side, size] = OrderVolume(
                    notional: WideDecimal(mantissa: sum.notional, scale: valuation.notionalScale), count: sum.count)
            }
        }
    }

    private(set) subscript(side: TakerSide, size: OrderSize) -> OrderVolume {
        get { cells[(Int(side.rawValue) + 1) * 3 + size.rawValue] }
        set { cells[(Int(side.rawValue) + 1) * 3 + size.rawValue] = newValue }
    }

    /// - Returns: false if 128 bits do not hold a sum.
    mutating func add(_ other: BasketOrders) -> Bool {
        for index in cells.indices {
            guard cells[index].add(other.cells[index]) else { return false }
        }
        return true
    }
}

/// The trades of a basket's bar by the direction of the tick, each member's against its own trade before.
struct BasketTicks: Sendable {
    /// Down, unchanged, up.
    private var cells = InlineArray<3, OrderVolume>(repeating: OrderVolume())

    init() {}

    /// Those of a member's bar; none where they were not computed.
    init(_ ticks: TickSums, _ valuation: Valuation) {
        for index in cells.indices {
            cells[index] = OrderVolume(
                notional: WideDecimal(mantissa: ticks.notional[index], scale: valuation.notionalScale), count: ticks.count[index])
        }
    }

    subscript(direction: Int) -> OrderVolume { cells[direction] }

    /// - Returns: false if 128 bits do not hold a sum.
    mutating func add(_ other: BasketTicks) -> Bool {
        for index in cells.indices {
            guard cells[index].add(other.cells[index]) else { return false }
        }
        return true
    }

    /// All that have a direction; nil if 128 bits do not hold a sum.
    var total: OrderVolume? {
        var sum = cells[0]
        return sum.add(cells[1]) && sum.add(cells[2]) ? sum : nil
    }
}
