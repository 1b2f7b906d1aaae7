import MarketModel
import OrderFlow
import TestSupport
import Testing

/// Footprints of members whose prices have digits and multiples of their own.
@Suite struct BasketFootprintTests {
    private typealias Row = (time: Int64, price: Int64, quantity: Int64, side: Int8)

    private static func sums(_ scales: Scales, kind: InstrumentKind = .linear, size: Int64 = 1, _ rows: [Row]) throws -> FootprintSums {
        let valuation = try #require(Valuation(kind: kind, scales: scales, contractSize: FixedPoint(mantissa: size)))
        var (sums, trades) = (FootprintSums(interval: .m1, valuation: valuation), TradeColumns())
        for row in rows {
            trades.time.append(row.time)
            trades.price.append(row.price)
            trades.quantity.append(row.quantity)
            trades.side.append(row.side)
        }
        try sums.add(trades)
        return sums
    }

    private static func same(_ a: WideDecimal, _ mantissa: Int128, _ scale: Int) -> Bool {
        a.subtracting(WideDecimal(mantissa: mantissa, scale: scale))?.mantissa == 0
    }

    @Test func `Levels are as high as the lowest price of any member allows, in the digits of the finest`() throws {
        // 0.0123456 for a thousand coins is 0.0000123456 for one, in the level that begins at 0.0000123455; the other has eight digits.
        let thousands = try Self.sums(Scales(price: 7, quantity: 0), [(5, 123_456, 3, 1), (60_000_005, 123_456, 1, -1)])
        let coins = try Self.sums(Scales(price: 8, quantity: 1), [(9, 1234, 50, -1), (9, 1235, 20, 1)])
        let bars = try BasketFootprint.together([(thousands, 1000), (coins, 1)])
        #expect(bars.map(\.start) == [0, 60_000_000])
        #expect(bars.map(\.priceScale) == [10, 10])
        // A twenty-thousandth of 123400 is 6.17.
        #expect(bars[0].width == 5 && bars[1].width == 5)
        #expect(bars[0].levels.map(\.price) == [123_400, 123_455, 123_500])
        let (low, middle, high) = (bars[0].levels[0], bars[0].levels[1], bars[0].levels[2])
        #expect(low.sellCount == 1 && low.buyCount == 0 && Self.same(low.sell.base, 5, 0) && Self.same(low.sell.notional, 6170, 8))
        #expect(middle.buyCount == 1 && Self.same(middle.buy.base, 3000, 0) && Self.same(middle.buy.notional, 370_368, 7))
        #expect(high.buyCount == 1 && Self.same(high.buy.base, 2, 0))
        #expect(bars[1].levels.map(\.sellCount) == [1])
    }

    @Test func `A price that 64 bits do not hold at the finest scale is an error`() throws {
        let dear = try Self.sums(Scales(price: 0, quantity: 0), [(5, 1_000_000_000_000, 1, 1)])
        let fine = try Self.sums(Scales(price: 12, quantity: 0), [(5, 1, 1, 1)])
        #expect(throws: BarError.self) { try BasketFootprint.together([(dear, 1), (fine, 1)]) }
    }

    @Test func `No members, or none that traded, have no bars`() throws {
        #expect(try BasketFootprint.together([]).isEmpty)
        #expect(try BasketFootprint.together([(Self.sums(Scales(price: 1, quantity: 1), []), 1)]).isEmpty)
    }
}
