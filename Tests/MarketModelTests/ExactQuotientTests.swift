import Foundation
import MarketModel
import Testing

struct ExactQuotientTests {
    @Test func `Small quotients are what the hardware divides`() {
        #expect(ExactQuotient.nearest(1, over: 3) == 1.0 / 3.0)
        #expect(ExactQuotient.nearest(-12345, over: 1, tenTo: 2) == -123.45)
        #expect(ExactQuotient.nearest(5, over: 1, tenTo: -3) == 5000)
    }

    @Test func `Zero divides as Parquet files show it`() {
        #expect(ExactQuotient.nearest(1, over: 0) == .infinity)
        #expect(ExactQuotient.nearest(-1, over: 0) == -.infinity)
        #expect(ExactQuotient.nearest(0, over: 0) == nil)
        #expect(ExactQuotient.nearest(0, over: 7) == 0)
    }

    @Test func `Ties go to even, and a sticky bit below them does not`() {
        let tie = Int128(1) << 53 + 1
        #expect(ExactQuotient.nearest(tie, over: 1) == 0x1p53)
        #expect(ExactQuotient.nearest(tie + 2, over: 1) == 0x1p53 + 4)
        #expect(ExactQuotient.nearest((tie << 40) + 1, over: Int128(1) << 40) == 0x1p53 + 2)
        #expect(ExactQuotient.nearest((tie << 40) - 1, over: Int128(1) << 40) == 0x1p53)
    }

    @Test func `The result brackets the exact rational at every width`() {
        var state: UInt64 = 99
        func bits(_ count: Int) -> Int128 {
            var value: Int128 = 0
            for _ in 0..<count {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                value = value << 1 | Int128(state >> 63)
            }
            return value
        }
        for top in stride(from: 1, through: 126, by: 5) {
            for bottom in stride(from: 1, through: 126, by: 5) {
                for exponent in [-20, 0, 7, 36] {
                    let (a, b) = (bits(top) + 1, bits(bottom) + 1)
                    guard let value = ExactQuotient.nearest(a, over: b, tenTo: exponent) else { Issue.record("no value"); continue }
                    // The exact comparison is made in decimal text by the oracle in Conformance; here within an ulp by long double.
                    let reference = Float80(a) / Float80(b) / Float80(pow(10.0, Double(exponent)))
                    #expect(abs(Float80(value) - reference) <= Float80(value.ulp) * 1.01, "\(a)/\(b)e\(exponent)")
                }
            }
        }
    }
}
