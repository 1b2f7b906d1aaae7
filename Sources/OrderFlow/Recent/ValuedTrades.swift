public import MarketModel

/// The newest trades of an instrument with their base quantities and notionals, exact, at scales that all of them share.
///
/// Contract sizes may change from day to day; each trade is valued at the size of its own UTC day.
public struct ValuedTrades: Sendable {
    /// The trades in tape order, oldest first.
    public let trades: TradeColumns
    /// The base quantity of each trade, at ``baseScale``.
    public let base: [Int128]
    /// The notional of each trade, at ``notionalScale``.
    public let notional: [Int128]
    /// The digits after the point of prices and quantities.
    public let scales: Scales
    /// The digits after the point of base quantities.
    public let baseScale: Int
    /// The digits after the point of notionals.
    public let notionalScale: Int

    /// Values trades.
    ///
    /// - Parameters:
    ///   - kind: whether notional comes from price × quantity or from contracts.
    ///   - contractSizes: the contract size from each UTC day on, in ascending order of days; days before the first take the first, and
    ///     with none the size is 1.
    /// - Throws: ``BarError/valuation`` if a size does not fit, ``BarError/overflow(at:)`` if 128 bits do not hold a value.
    /// - Complexity: O(trades).
    public init(
        _ trades: TradeColumns, kind: InstrumentKind, scales: Scales, contractSizes: [(from: CivilDate, size: FixedPoint)] = []
    ) throws(BarError) {
        let common = contractSizes.map(\.size.normalized.scale).max() ?? 0
        func valuation(_ size: FixedPoint) throws(BarError) -> Valuation {
            guard let valuation = Valuation(kind: kind, scales: scales, contractSize: size, sizeScale: common) else {
                throw BarError.valuation
            }
            return valuation
        }
        var current = try valuation(contractSizes.first?.size ?? FixedPoint(mantissa: 1))
        // Where one size holds for all, no trade is asked for its day.
        var day = Int.min
        var base: [Int128] = []
        var notional: [Int128] = []
        base.reserveCapacity(trades.count)
        notional.reserveCapacity(trades.count)
        for index in 0..<trades.count {
            if contractSizes.count > 1 {
                let own = CivilDate(microseconds: trades.time[index]).epochDay
                if own != day {
                    day = own
                    let run = contractSizes.lastIndex { $0.from.epochDay <= own } ?? 0
                    current = try valuation(contractSizes[run].size)
                }
            }
            guard let value = current.value(price: trades.price[index], quantity: trades.quantity[index]) else {
                throw BarError.overflow(at: trades[index].id)
            }
            base.append(value.base)
            notional.append(value.notional)
        }
        self.trades = trades
        self.base = base
        self.notional = notional
        self.scales = scales
        baseScale = current.baseScale
        notionalScale = current.notionalScale
    }

    /// How many trades there are.
    public var count: Int { trades.count }
}
