import MarketModel
import Testing

@Suite struct WideDecimalTests {
    @Test func `Sums are at the finer scale, differences too, and what 128 bits do not hold is none`() {
        func same(_ a: WideDecimal?, _ mantissa: Int128, _ scale: Int) -> Bool { a?.mantissa == mantissa && a?.scale == scale }
        let (a, b) = (WideDecimal(mantissa: 12, scale: 1), WideDecimal(mantissa: 345, scale: 2))
        #expect(same(a.adding(b), 465, 2) && same(b.adding(a), 465, 2) && same(a.subtracting(b), -225, 2) && same(a.times(1000), 12_000, 1))
        #expect(WideDecimal(mantissa: .max).adding(WideDecimal(mantissa: 1)) == nil && WideDecimal(mantissa: .max).adding(b) == nil)
        #expect(WideDecimal(mantissa: .max).times(2) == nil)
    }

    @Test(arguments: [(Int128(123_455), Int128(12_346)), (-123_455, -12_346), (123_454, 12_345), (5, 1), (-4, 0), (0, 0)])
    func `Rounding goes to the nearest, ties away from zero`(mantissa: Int128, rounded: Int128) {
        let short = WideDecimal(mantissa: mantissa, scale: 5).rounded(places: 4)
        #expect(short.mantissa == rounded && short.scale == 4)
        let same = WideDecimal(mantissa: mantissa, scale: 3).rounded(places: 4)
        #expect(same.mantissa == mantissa && same.scale == 3)
    }
}
