import MarketModel
import OrderFlow
import Testing

struct FlowSegmentTests {
    static let linear = Valuation(kind: .linear, scales: Scales(price: 1, quantity: 3))!
    static let inverse = Valuation(kind: .inverse, scales: Scales(price: 1, quantity: 0), contractSize: FixedPoint(mantissa: 100))!

    @Test(arguments: [1, 2, 3, 4, 5, 6, 7, 8] as [UInt64])
    func `However a tape is split, merging gives the same bits`(seed: UInt64) throws {
        for valuation in [Self.linear, Self.inverse] {
            for interval in [Interval.s1, .s5, .m1, .h1, .w1] {
                let options = BarOptions(interval: interval)
                let tape = randomTape(seed: seed, count: 700)
                var whole = try FlowSegment(options: options, valuation: valuation)
                try whole.add(columns(tape))

                var random = SeededGenerator(seed: seed &* 977)
                var merged = try FlowSegment(options: options, valuation: valuation)
                var at = 0
                while at < tape.count {
                    let end = min(tape.count, at + Int.random(in: 1...40, using: &random))
                    var part = try FlowSegment(options: options, valuation: valuation)
                    let middle = Int.random(in: at...end, using: &random)
                    try part.add(columns(tape[at..<middle]))
                    try part.add(columns(tape[middle..<end]))
                    try merged.append(part)
                    at = end
                }
                #expect(fingerprint(merged) == fingerprint(whole), "seed \(seed), \(interval.name)")
            }
        }
    }

    @Test(arguments: [11, 12, 13] as [UInt64])
    func `Sums, sizes and variance equal a naive computation`(seed: UInt64) throws {
        let tape = randomTape(seed: seed, count: 20_000)
        var segment = try FlowSegment(options: BarOptions(interval: .m5), valuation: Self.linear)
        try segment.add(columns(tape))
        let bars = Dictionary(grouping: tape) { Interval.m5.start(of: $0.time) }
        #expect(segment.bars.map(\.start) == bars.keys.sorted())
        for bar in segment.bars {
            let trades = bars[bar.start]!
            for side in TakerSide.allCases {
                #expect(bar[side].base == trades.filter { $0.side == side }.reduce(Int128(0)) { $0 + Int128($1.quantity) })
                for size in OrderSize.allCases {
                    let chosen = trades.filter {
                        let notional = $0.price * $0.quantity  // four decimals
                        let its: OrderSize = notional < 1_000_000 ? .small : notional < 10_000_000 ? .medium : .large
                        return $0.side == side && its == size
                    }
                    #expect(bar[side, size].notional == chosen.reduce(Int128(0)) { $0 + Int128($1.price * $1.quantity) })
                    #expect(bar[side, size].count == Int64(chosen.count))
                }
            }
        }
    }

    @Test func `Numbers too wide for the fast path give the same sums`() throws {
        let valuation = Valuation(kind: .linear, scales: Scales(price: 0, quantity: 0))!
        var segment = try FlowSegment(options: BarOptions(interval: .d1), valuation: valuation)
        let big = FixedPoint.limit
        try segment.add(columns((0..<100).map { Trade(id: TradeID($0), time: 0, price: big, quantity: big, side: .buy) }))
        #expect(segment.bars[0][.buy].notional == Int128(big) * Int128(big) * 100)
        #expect(segment.bars[0][.buy].base == Int128(big) * 100)
    }

    @Test func `A sum beyond 128 bits is an error, not a wrap`() throws {
        let valuation = Valuation(kind: .linear, scales: Scales(price: 0, quantity: 0))!
        var segment = try FlowSegment(options: BarOptions(interval: .d1), valuation: valuation)
        let big = FixedPoint.limit
        let batch = columns((0..<200).map { Trade(id: TradeID($0), time: 0, price: big, quantity: big, side: .buy) })
        #expect(throws: FlowError.self) { try segment.add(batch) }
    }

    @Test func `Inverse contracts give notional in dollars and base at 1e-12, half to even`() throws {
        var segment = try FlowSegment(options: BarOptions(interval: .m1), valuation: Self.inverse)
        // 3 contracts of 100 USD at 80,000.0: 0.00375 exactly; 1 at 30,000.0: 0.003333333333 (…33 rounds down).
        try segment.add(
            columns([
                Trade(id: TradeID(1), time: 0, price: 800_000, quantity: 3, side: .buy),
                Trade(id: TradeID(2), time: 1, price: 300_000, quantity: 1, side: .sell),
            ]))
        #expect(segment.bars[0][.buy].base == 3_750_000_000)
        #expect(segment.bars[0][.buy].notional == 300)
        #expect(segment.bars[0][.sell].base == 3_333_333_333)
    }

    @Test func `Thresholds belong to the larger class`() throws {
        var segment = try FlowSegment(
            options: BarOptions(interval: .m1), valuation: Valuation(kind: .spot, scales: Scales(price: 2, quantity: 0))!)
        let prices: [Int64] = [9_999, 10_000, 99_999, 100_000]
        try segment.add(columns(prices.map { Trade(id: TradeID($0), time: 0, price: $0, quantity: 1, side: .sell) }))
        #expect(OrderSize.allCases.map { segment.bars[0][.sell, $0].count } == [1, 2, 1])
    }

    @Test func `Parts with different contract sizes add up in base`() throws {
        let scales = Scales(price: 1, quantity: 0)
        let old = Valuation(kind: .linear, scales: scales, contractSize: FixedPoint(mantissa: 1, scale: 1), sizeScale: 2)!
        let new = Valuation(kind: .linear, scales: scales, contractSize: FixedPoint(mantissa: 1, scale: 2), sizeScale: 2)!
        var first = try FlowSegment(options: BarOptions(interval: .d1), valuation: old)
        try first.add(columns([Trade(id: TradeID(1), time: 0, price: 400_000, quantity: 5, side: .buy)]))
        var second = try FlowSegment(options: BarOptions(interval: .d1), valuation: new)
        try second.add(columns([Trade(id: TradeID(2), time: 1, price: 400_000, quantity: 5, side: .buy)]))
        try first.append(second)
        #expect(first.bars[0][.buy].base == 55)  // 0.5 + 0.05 at two digits
        #expect(first.bars[0][.buy].notional == 22_000_000)  // 22,000.000
    }
}
