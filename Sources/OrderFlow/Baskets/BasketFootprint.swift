import MarketModel

/// What takers bought and sold of all members of a basket in one bar at each level of a coin's price, exactly; see ``Footprint``.
public struct BasketFootprint: Sendable {
    /// What was traded at prices of one level.
    public struct Level: Sendable {
        /// The lowest price that belongs to the level, as a mantissa.
        public let price: Int64
        /// What takers bought.
        public private(set) var buy = TakerVolume()
        /// What takers sold.
        public private(set) var sell = TakerVolume()
        /// How many trades takers bought in.
        public private(set) var buyCount: Int64 = 0
        /// How many trades takers sold in.
        public private(set) var sellCount: Int64 = 0

        fileprivate init(price: Int64) { self.price = price }

        /// - Returns: false if 128 bits do not hold a sum.
        fileprivate mutating func add(_ cell: FootprintSums.Cell, _ valuation: Valuation, multiple: Int64) -> Bool {
            guard let bought = TakerVolume(cell.buy, valuation, multiple: multiple),
                let sold = TakerVolume(cell.sell, valuation, multiple: multiple), buy.add(bought), sell.add(sold)
            else { return false }
            buyCount += cell.buy.count
            sellCount += cell.sell.count
            return true
        }
    }

    /// Where the bar starts, in microseconds since 1970-01-01 UTC.
    public let start: Int64
    /// How high a level is, as a price mantissa.
    public let width: Int64
    /// The levels with trades, by price.
    public private(set) var levels: [Level]
    /// Digits after the point of price mantissas: those of the member whose price of a coin has most.
    public let priceScale: Int
}

extension BasketFootprint {
    /// The sums of one member's trades, and how many coins one unit of its base is, a power of ten.
    public typealias Member = (sums: FootprintSums, multiple: Int64)

    private struct Place: Hashable {
        var bar: Int64
        var price: Int64
    }

    /// The bars of members together, in time order, with levels as high as ``Footprint/width(of:)`` tells by the lowest price of any member.
    ///
    /// - Parameter members: all of the basket, also those that did not trade: the digits of their prices are those of the levels.
    /// - Throws: ``BarError`` if 128 bits do not hold a sum, or 64 bits a price at the finest scale.
    /// - Complexity: O(n log n) for n prices of bars and members; memory for the levels.
    public static func together(_ members: [Member]) throws(BarError) -> [BasketFootprint] {
        let scale = members.map { $0.sums.valuation.coinPriceScale(multiple: $0.multiple) }.max() ?? 0
        var lowest: [Int64: Int64] = [:]
        for member in members {
            let factor = BasketFootprint.factor(of: member, scale)
            for (bar, price, _) in member.sums.prices {
                let price = try BasketFootprint.price(price, times: factor, at: bar)
                lowest[bar] = min(lowest[bar] ?? price, price)
            }
        }
        let widths = lowest.mapValues { Footprint.width(of: $0) }
        var levels: [Place: Level] = [:]
        for member in members {
            let factor = BasketFootprint.factor(of: member, scale)
            for (bar, price, cell) in member.sums.prices {
                let price = try BasketFootprint.price(price, times: factor, at: bar)
                let place = Place(bar: bar, price: price - price % (widths[bar] ?? 1))
                guard levels[place, default: Level(price: place.price)].add(cell, member.sums.valuation, multiple: member.multiple) else {
                    throw .overflow(at: bar)
                }
            }
        }
        var bars: [BasketFootprint] = []
        for (place, level) in levels.sorted(by: { ($0.key.bar, $0.key.price) < ($1.key.bar, $1.key.price) }) {
            if bars.last?.start != place.bar {
                bars.append(BasketFootprint(start: place.bar, width: widths[place.bar] ?? 1, levels: [], priceScale: scale))
            }
            bars[bars.count - 1].levels.append(level)
        }
        return bars
    }

    /// What a member's price mantissas are multiplied by.
    private static func factor(of member: Member, _ scale: Int) -> Int128 {
        Valuation.tenTo(scale - member.sums.valuation.coinPriceScale(multiple: member.multiple))
    }

    private static func price(_ price: Int64, times factor: Int128, at bar: Int64) throws(BarError) -> Int64 {
        let (product, overflow) = factor.multipliedReportingOverflow(by: Int128(price))
        guard !overflow, let price = Int64(exactly: product) else { throw .overflow(at: bar) }
        return price
    }
}
