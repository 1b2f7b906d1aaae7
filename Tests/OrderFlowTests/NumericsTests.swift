import Foundation
import MarketModel
import OrderFlow
import TestSupport
import Testing

struct NumericsTests {
    @Test func `The logarithm is within one unit in the last place of the C library's`() {
        var random = Seeded(42)
        for _ in 0..<200_000 {
            let x = Double.random(in: 0...1, using: &random) * pow(2, Double.random(in: -60...60, using: &random)) + .leastNormalMagnitude
            let reference = log(x)
            #expect(abs(Logarithm.natural(x) - reference) <= reference.magnitude.ulp, "ln \(x)")
        }
        #expect(Logarithm.natural(1) == 0)
    }

    @Test func `Realized variance equals the sum of squared log returns`() {
        var random = Seeded(7)
        for spread in [2, 50, 4000, 300_000] as [Int64] {
            var sum = RealizedVariance()
            var reference = 0.0
            var price: Int64 = 1_000_000
            for _ in 0..<5000 {
                let next = max(1, price + Int64.random(in: -spread...spread, using: &random))
                sum.add(from: price, to: next)
                reference += pow(log1p(Double(next - price) / Double(price)), 2)
                price = next
            }
            #expect(abs(sum.value / reference - 1) < 1e-11, "spread \(spread)")
        }
    }

    @Test func `A running score has no value until two values differ`() {
        var score = RunningScore()
        #expect(score.next(5) == nil)
        #expect(score.next(5) == nil)
        #expect(abs(score.next(8)! - 1.1547005383792515) < 1e-15)
    }

    @Test func `The vendor's published scores are reproduced by two different rows`() {
        // The second row's two z-scores are ±1/√2, so that the vendor's second toxicity value is ±0.5 exactly.
        var a = RunningScore()
        var b = RunningScore()
        _ = a.next(3)
        _ = b.next(10)
        #expect(abs(a.next(1)! * b.next(40)! + 0.5) < 1e-15)
    }
}
