import MarketModel
import OrderFlow
import TestSupport
import Testing

/// The prices of a basket's bars, by example and as a property.
@Suite struct BasketRowTests {
    private static func bar(_ valuation: Valuation, _ trades: [(price: Int64, quantity: Int64)]) throws -> TradeBar {
        var segment = try BarSegment(options: BarOptions(interval: .m1, parts: [.prices, .ticks]), valuation: valuation)
        var columns = TradeColumns()
        for (place, trade) in trades.enumerated() {
            columns.time.append(Int64(place))
            columns.price.append(trade.price)
            columns.quantity.append(trade.quantity)
            columns.side.append(place % 3 == 0 ? -1 : 1)
        }
        try segment.add(columns)
        return try #require(segment.takeAll().first)
    }

    private static func valuation(_ price: Int, _ quantity: Int, _ kind: InstrumentKind = .linear) throws -> Valuation {
        try #require(Valuation(kind: kind, scales: Scales(price: price, quantity: quantity)))
    }

    private static func row(_ bar: BasketBar, hasBase: Bool = true) throws -> BasketRow {
        try BasketRow(
            bar, hasBase: hasBase, quality: .complete, repairs: 0, missing: 0,
            names: BasketRow.Names(contributors: "a:A b:B", missing: ""))
    }

    private static func values(_ row: BasketRow, _ dataset: Dataset<BasketRow>) -> [String: Double] {
        Dictionary(
            uniqueKeysWithValues: dataset.columns.compactMap { column in
                switch column.value(row) {
                case .real(let value?): (column.name, value)
                case .integer(let value): (column.name, Double(value))
                default: nil
                }
            })
    }

    @Test func `Open, high, low and close are weighted by the coins that each member traded`() throws {
        // Three coins, between 9 and 12; a thousand coins, at 10 and then 11 of a coin.
        let (coins, thousands) = (try Self.valuation(1, 0), try Self.valuation(0, 1))
        var bar = BasketBar(start: 0)
        try bar.add(Self.bar(coins, [(100, 1), (120, 1), (90, 1)]), coins, multiple: 1, member: 0)
        try bar.add(Self.bar(thousands, [(10_000, 5), (11_000, 5)]), thousands, multiple: 1000, member: 1)
        let candle = Self.values(try Self.row(bar), .ohlcv)
        #expect(candle["open"] == 10 && candle["volume"] == 1003 && candle["trade_count"] == 5)
        #expect(candle["high"] == 11_036.0 / 1003 && candle["low"] == 10_027.0 / 1003 && candle["close"] == 11_027.0 / 1003)
        #expect(candle["volume_notional"] == 10_531 && candle["vwap"] == 10_531.0 / 1003)
        #expect(Self.values(try Self.row(bar), .vtwap)["twap"] == 52.0 / 5)
        let ticks = Self.values(try Self.row(bar), .upDownTicks)
        #expect(ticks["uptick_count"] == 2 && ticks["downtick_count"] == 1 && ticks["uptick_volume"] == 5512)
        #expect(Self.values(try Self.row(bar), .flow)["taker_sell_large_order_volume"] == 5000)
        #expect(Self.values(try Self.row(bar), .tradeSize)["large_order_count"] == 2)
        let several = Self.values(try Self.row(bar, hasBase: false), .flow)
        #expect(several["volume"] == nil && several["vwap"] == nil && several["volume_notional"] == 10_531)
    }

    @Test func `Low is at most open, close and the average price, and high at least, whatever the members`() throws {
        var random = Seeded.fresh()
        for _ in 0..<300 {
            var bar = BasketBar(start: 0)
            for member in 0..<Int.random(in: 1...6, using: &random) {
                let valuation = try Self.valuation(Int.random(in: 0...6, using: &random), Int.random(in: 0...8, using: &random))
                let around = Int64.random(in: 1...1_000_000, using: &random)
                let trades = (0..<Int.random(in: 1...9, using: &random)).map { _ in
                    (
                        price: around + Int64.random(in: 0...around / 100, using: &random),
                        quantity: Int64.random(in: 1...1_000_000_000, using: &random)
                    )
                }
                try bar.add(
                    Self.bar(valuation, trades), valuation, multiple: [1, 1000, 1_000_000].randomElement(using: &random) ?? 1,
                    member: member)
            }
            let candle = Self.values(try Self.row(bar), .ohlcv)
            let (low, high) = (try #require(candle["low"]), try #require(candle["high"]))
            for name in ["open", "close", "vwap"] {
                let price = try #require(candle[name])
                #expect(low <= price && price <= high, "\(name) \(candle)")
            }
        }
    }

    @Test func `A sum that 128 bits do not hold is an error`() throws {
        let (fine, wide) = (try Self.valuation(18, 18), try Self.valuation(0, 0))
        var bar = BasketBar(start: 0)
        try bar.add(Self.bar(fine, [(.max, 1)]), fine, multiple: 1, member: 0)
        #expect(throws: BarError.self) { try bar.add(Self.bar(wide, [(1_000_000, 1_000_000)]), wide, multiple: 1, member: 1) }
    }
}
