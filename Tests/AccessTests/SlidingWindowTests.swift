import Access
import Testing

struct SlidingWindowTests {
    static let second: Int64 = 1_000_000_000

    @Test func `Exactly the limit is admitted in a second, then one for each that leaves it`() {
        var window = SlidingWindow(limit: 2)
        #expect(window.admit(at: 0) == nil)
        #expect(window.admit(at: 400_000_000) == nil)
        #expect(window.admit(at: 900_000_000) == 100_000_000)
        #expect(window.admit(at: 999_999_999) == 1)
        #expect(window.admit(at: 1_000_000_000) == nil)
        #expect(window.admit(at: 1_000_000_001) == 399_999_999)
        #expect(window.admit(at: 1_400_000_000) == nil)
    }

    @Test func `No second has more than the limit, and none is refused that would fit`() {
        let seed = UInt64.random(in: 0 ... .max)
        var state = seed
        func random(_ below: Int64) -> Int64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int64((state >> 33) % UInt64(below))
        }
        for limit in [1, 2, 6, 18, 45] {
            var window = SlidingWindow(limit: limit)
            var admitted: [Int64] = []
            var now: Int64 = -5 * SlidingWindowTests.second
            for _ in 0..<3000 {
                now += random(2 * SlidingWindowTests.second / Int64(limit))
                let inside = admitted.suffix(limit).filter { now - $0 < SlidingWindowTests.second }.count
                let wait = window.admit(at: now)
                #expect((wait == nil) == (inside < limit), "seed \(seed), limit \(limit), at \(now)")
                if wait == nil { admitted.append(now) }
            }
        }
    }
}
