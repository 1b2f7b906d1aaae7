public import MarketModel

/// What several instruments traded in an interval, exactly: notionals of all, whatever their kind, and base where all have the same.
public struct BasketBar: Sendable {
    /// Where it starts, in microseconds since 1970-01-01 UTC.
    public let start: Int64
    /// What takers bought.
    public private(set) var buy = TakerVolume()
    /// What takers sold.
    public private(set) var sell = TakerVolume()
    /// What was traded of which the side is not known.
    public private(set) var unknown = TakerVolume()
    /// How many trades takers bought in.
    public private(set) var buyCount: Int64 = 0
    /// How many trades takers sold in.
    public private(set) var sellCount: Int64 = 0
    /// How many trades there were, those of unknown side included.
    public private(set) var count: Int64 = 0
    /// The members that traded, a bit for each.
    public private(set) var contributors: UInt64 = 0
    /// Prices weighted by coins, where they were computed of the members' bars.
    private(set) var prices = BasketPrices()
    /// Notional and count by the direction of the tick, likewise.
    private(set) var ticks = BasketTicks()
    private var orders = BasketOrders()

    /// Creates a bar without trades.
    public init(start: Int64) { self.start = start }

    /// The orders of one side and size.
    public subscript(side: TakerSide, size: OrderSize) -> OrderVolume { orders[side, size] }

    /// Adds the bar of a member.
    ///
    /// - Parameters:
    ///   - valuation: how its trades were valued.
    ///   - multiple: how many coins one unit of base is, a power of ten: 1000 of `1000PEPEUSDT`.
    ///   - member: its place, 0…63.
    /// - Throws: ``BarError`` if 128 bits do not hold a sum.
    public mutating func add(_ bar: TradeBar, _ valuation: Valuation, multiple: Int64, member: Int) throws(BarError) {
        let (bought, sold, rest) = (bar.flow[.buy], bar.flow[.sell], bar.flow[.unknown])
        guard let buys = TakerVolume(bought, valuation, multiple: multiple), let sells = TakerVolume(sold, valuation, multiple: multiple),
            let others = TakerVolume(rest, valuation, multiple: multiple), let prices = BasketPrices(bar, valuation, multiple: multiple),
            buy.add(buys), sell.add(sells), unknown.add(others), orders.add(BasketOrders(bar.flow, valuation)), self.prices.add(prices),
            ticks.add(BasketTicks(bar.ticks, valuation))
        else { throw .overflow(at: start) }
        buyCount += bought.count
        sellCount += sold.count
        count += bought.count + sold.count + rest.count
        contributors |= 1 << UInt64(member)
    }

    /// Adds what another bar holds.
    ///
    /// - Throws: ``BarError`` if 128 bits do not hold a sum.
    public mutating func add(_ other: BasketBar) throws(BarError) {
        guard buy.add(other.buy), sell.add(other.sell), unknown.add(other.unknown), orders.add(other.orders), prices.add(other.prices),
            ticks.add(other.ticks)
        else { throw .overflow(at: start) }
        buyCount += other.buyCount
        sellCount += other.sellCount
        count += other.count
        contributors |= other.contributors
    }

    /// What takers bought less what they sold.
    ///
    /// - Throws: ``BarError`` if 128 bits do not hold it.
    public func delta() throws(BarError) -> TakerVolume {
        guard let base = buy.base.subtracting(sell.base), let notional = buy.notional.subtracting(sell.notional) else {
            throw .overflow(at: start)
        }
        return TakerVolume(base: base, notional: notional)
    }

    /// All that was traded.
    ///
    /// - Throws: ``BarError`` if 128 bits do not hold it.
    public func total() throws(BarError) -> TakerVolume {
        var total = buy
        guard total.add(sell), total.add(unknown) else { throw .overflow(at: start) }
        return total
    }

    /// The orders of one size, whatever their side; nil if 128 bits do not hold a sum, which they do where they hold ``total()``.
    func orders(_ size: OrderSize) -> OrderVolume? {
        var sum = self[.buy, size]
        return sum.add(self[.sell, size]) && sum.add(self[.unknown, size]) ? sum : nil
    }
}
