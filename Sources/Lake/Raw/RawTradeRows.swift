import MarketModel
import OrderFlow

/// Trades as a raw file shows them: prices and base quantities as the doubles nearest to the exact decimals.
public struct RawTradeRows: Sendable {
    /// Event times in microseconds since 1970-01-01 UTC.
    public private(set) var time: [Int64] = []
    /// Arrival times, 0 where they are not known; empty where none is.
    public private(set) var arrival: [Int64] = []
    /// Ids; empty on tapes without.
    public private(set) var id: [Int64] = []
    /// Positions in ``sideNames``.
    public private(set) var side: [Int8] = []
    /// Prices in quote currency.
    public private(set) var price: [Double] = []
    /// Base quantities.
    public private(set) var amount: [Double] = []

    /// How sides are written.
    public static let sideNames = [TakerSide.buy, .sell, .unknown].map(\.name)

    /// How many rows there are.
    public var count: Int { time.count }

    private let valuation: Valuation
    private let priceUnit: DecimalUnit
    private let baseUnit: DecimalUnit

    /// Creates an empty stretch of trades that `valuation` turns into base quantities.
    public init(valuation: Valuation) {
        self.valuation = valuation
        priceUnit = DecimalUnit(scale: valuation.priceScale)
        baseUnit = DecimalUnit(scale: valuation.baseScale)
    }

    /// Adds trades.
    ///
    /// - Throws: `BarError` at a trade whose base quantity exceeds 128 bits.
    /// - Complexity: O(trades); a division a price and a quantity where both fit 53 bits, as those of real markets do.
    public mutating func add(_ trades: borrowing TradeColumns) throws {
        time += trades.time
        arrival += trades.arrival
        id += trades.id
        side.append(contentsOf: trades.side.map { $0 > 0 ? 0 : $0 < 0 ? 1 : 2 })
        price.append(contentsOf: trades.price.map { priceUnit.double($0) })
        if !valuation.isInverse, valuation.factor == 1 {
            amount.append(contentsOf: trades.quantity.map { baseUnit.double($0) })
        } else {
            for row in 0..<trades.count {
                guard let (base, _) = valuation.value(price: trades.price[row], quantity: trades.quantity[row]) else {
                    throw BarError.overflow(at: trades.time[row])
                }
                amount.append(baseUnit.double(base))
            }
        }
    }
}
