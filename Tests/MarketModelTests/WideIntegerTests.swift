import MarketModel
import TestSupport
import Testing

struct WideIntegerTests {
    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `Sums and products equal those of 128 bits where these hold them`(seed: UInt64) {
        var random = Seeded(seed)
        for _ in 0..<2000 {
            let a = Int128(Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0...60, using: &random))
            let b = Int128(Int64.random(in: .min ... .max, using: &random) >> Int64.random(in: 0...60, using: &random))
            #expect(WideInteger(a) + WideInteger(b) == WideInteger(a + b), "seed \(seed): \(a) + \(b)")
            #expect(WideInteger(a) - WideInteger(b) == WideInteger(a - b), "seed \(seed): \(a) - \(b)")
            #expect(WideInteger(a) * WideInteger(b) == WideInteger(a * b), "seed \(seed): \(a) * \(b)")
            #expect(WideInteger(a * b).doubleValue == Double(a * b), "seed \(seed): \(a * b)")
        }
    }

    @Test func `The nearest double of what 128 bits do not hold`() {
        let power = WideInteger(1 << 100)
        #expect((power * power * power).doubleValue == 0x1p300)
        #expect((-(power * power * power)).doubleValue == -0x1p300)
        // 2^300 + 2^247 is half way between two doubles, and goes to the even one; one more goes up.
        let half = power * power * power + power * power * WideInteger(1 << 47)
        #expect(half.doubleValue == 0x1p300)
        #expect((half + WideInteger(1)).doubleValue == 0x1p300.nextUp)
        #expect(WideInteger(0).isZero && WideInteger(0).doubleValue == 0)
        #expect((WideInteger(5) - WideInteger(5)).isZero)
        #expect((WideInteger(4) - WideInteger(5)).isNegative)
    }
}
