/// What takers bought and sold in one bar at each level of price, exactly; trades without a known side are at none.
///
/// A level begins at a multiple of the bar's ``width`` and ends before the next one.
public struct Footprint: Sendable {
    /// What was traded at prices of one level.
    public struct Level: Sendable {
        /// The lowest price that belongs to the level, as a mantissa.
        public let price: Int64
        /// What takers bought.
        public private(set) var buy: SideSum
        /// What takers sold.
        public private(set) var sell: SideSum

        init(price: Int64, _ cell: FootprintSums.Cell) {
            self.price = price
            (buy, sell) = (cell.buy, cell.sell)
        }

        /// - Returns: false if 128 bits do not hold a sum.
        mutating func add(_ cell: FootprintSums.Cell) -> Bool { buy.add(cell.buy) && sell.add(cell.sell) }
    }

    /// Where the bar starts, in microseconds since 1970-01-01 UTC.
    public let start: Int64
    /// How high a level is, as a price mantissa.
    public let width: Int64
    /// The levels with trades, by price.
    public let levels: [Level]
    /// The scales of mantissas and sums.
    public let valuation: Valuation

    /// How high the levels of a bar are that was traded at a price and above: the greatest of 1, 2 and 5 times a power of ten that is at most a
    /// twenty-thousandth of the price (half a basis point), and no less than the last digit of prices.
    ///
    ///     Footprint.width(of: 1_157_650)      // 50: levels of 5 at 115,765.0
    public static func width(of price: Int64) -> Int64 {
        var width: Int64 = 1
        var power: Int64 = 1
        while power <= price / 20_000 {
            for step in [power, 2 * power, 5 * power] where step <= price / 20_000 { width = step }
            power *= 10
        }
        return width
    }
}

extension SideSum {
    static var nothing: SideSum { SideSum(base: 0, notional: 0, count: 0) }

    /// - Returns: false if 128 bits do not hold a sum.
    mutating func add(_ other: SideSum) -> Bool {
        let (base, baseOverflow) = base.addingReportingOverflow(other.base)
        let (notional, notionalOverflow) = notional.addingReportingOverflow(other.notional)
        guard !baseOverflow, !notionalOverflow else { return false }
        self = SideSum(base: base, notional: notional, count: count + other.count)
        return true
    }
}
