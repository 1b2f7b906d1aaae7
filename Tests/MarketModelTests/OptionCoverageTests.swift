import MarketModel
import TestSupport
import Testing

/// Stretches of time against a list of moments.
@Suite struct OptionCoverageTests {
    @Test func `Stretches say of every moment what a list of moments says`() {
        var random = Seeded.fresh()
        for _ in 0..<200 {
            var coverage = OptionCoverage()
            // 0: not known, 1: whole, 2: repaired.
            var moments = [Int](repeating: 0, count: 40)
            for _ in 0..<Int.random(in: 1...20, using: &random) {
                let start = Int.random(in: 0..<40, using: &random)
                let end = Int.random(in: start...40, using: &random)
                let isRepaired = Bool.random(using: &random)
                if Int.random(in: 0..<3, using: &random) == 0 {
                    coverage.remove(Int64(start)..<Int64(end))
                    for moment in start..<end { moments[moment] = 0 }
                } else {
                    coverage.add(Int64(start)..<Int64(end), isRepaired: isRepaired)
                    for moment in start..<end where moments[moment] == 0 { moments[moment] = isRepaired ? 2 : 1 }
                }
            }
            let start = Int.random(in: 0..<40, using: &random)
            let end = Int.random(in: (start + 1)...40, using: &random)
            let part = moments[start..<end]
            let expected: BarQuality = part.contains(0) ? .gap : part.contains(2) ? .repaired : .complete
            #expect(coverage.quality(of: Int64(start)..<Int64(end)) == expected)
            let gaps = coverage.gaps(in: Int64(start)..<Int64(end)).flatMap { Array($0) }
            #expect(gaps == part.indices.filter { moments[$0] == 0 }.map(Int64.init))
            #expect(OptionCoverage(coverage.stretches) == coverage)
            // Neighbours of one kind are one stretch.
            let changes = (1..<40).filter { moments[$0] != moments[$0 - 1] && moments[$0] != 0 }.count + (moments[0] != 0 ? 1 : 0)
            #expect(coverage.stretches.count == changes)
        }
    }
}
