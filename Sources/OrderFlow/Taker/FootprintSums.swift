public import MarketModel

/// Sums of one tape's trades by bar and price: what is filled while trades are read, by any number of threads and in any order.
///
///     var sums = FootprintSums(interval: .h1, valuation: valuation)
///     try sums.add(batch)
///     let bars = try sums.footprints()
///
/// - Complexity: O(1) a trade; memory for each price of each bar.
public struct FootprintSums: Sendable {
    struct Cell: Sendable {
        var buy = SideSum.nothing
        var sell = SideSum.nothing
    }

    private struct Place: Hashable {
        var bar: Int64
        var price: Int64
    }

    private let interval: Interval
    let valuation: Valuation
    private var cells: [Place: Cell] = [:]

    /// Creates sums without trades.
    ///
    /// - Parameter valuation: how trades are valued that are added; sums that are appended may differ in the factor, not in the scales.
    public init(interval: Interval, valuation: Valuation) {
        self.interval = interval
        self.valuation = valuation
    }

    /// How many prices of bars it holds.
    public var count: Int { cells.count }

    /// Each price of each bar, in no order.
    var prices: some Sequence<(bar: Int64, price: Int64, cell: Cell)> { cells.lazy.map { ($0.key.bar, $0.key.price, $0.value) } }

    /// Adds trades; their prices and quantities are positive and at the valuation's scales.
    ///
    /// - Throws: ``BarError`` if 128 bits do not hold a sum.
    public mutating func add(_ trades: borrowing TradeColumns) throws(BarError) {
        for row in 0..<trades.count where trades.side[row] != 0 {
            guard let (base, notional) = valuation.value(price: trades.price[row], quantity: trades.quantity[row]) else {
                throw .overflow(at: trades.time[row])
            }
            let place = Place(bar: interval.start(of: trades.time[row]), price: trades.price[row])
            let sum = SideSum(base: base, notional: notional, count: 1)
            let isHeld = trades.side[row] > 0 ? cells[place, default: Cell()].buy.add(sum) : cells[place, default: Cell()].sell.add(sum)
            guard isHeld else { throw .overflow(at: trades.time[row]) }
        }
    }

    /// Adds other sums of the same interval and scales.
    ///
    /// - Throws: ``BarError`` if 128 bits do not hold a sum.
    public mutating func append(_ other: consuming FootprintSums) throws(BarError) {
        for (place, cell) in other.cells {
            guard cells[place, default: Cell()].buy.add(cell.buy), cells[place, default: Cell()].sell.add(cell.sell) else {
                throw .overflow(at: place.bar)
            }
        }
    }

    /// The bars in time order, with levels as high as ``Footprint/width(of:)`` tells by each bar's lowest price.
    ///
    /// - Throws: ``BarError`` if 128 bits do not hold a sum.
    public func footprints() throws(BarError) -> [Footprint] {
        var bars: [Footprint] = []
        var levels: [Footprint.Level] = []
        var (start, width) = (Int64.min, Int64(1))
        func finish() { if !levels.isEmpty { bars.append(Footprint(start: start, width: width, levels: levels, valuation: valuation)) } }
        for (place, cell) in cells.sorted(by: { ($0.key.bar, $0.key.price) < ($1.key.bar, $1.key.price) }) {
            if place.bar != start || levels.isEmpty {
                finish()
                levels = []
                (start, width) = (place.bar, Footprint.width(of: place.price))
            }
            let price = place.price - place.price % width
            if let last = levels.last, last.price == price {
                guard levels[levels.count - 1].add(cell) else { throw .overflow(at: start) }
            } else {
                levels.append(Footprint.Level(price: price, cell))
            }
        }
        finish()
        return bars
    }
}
