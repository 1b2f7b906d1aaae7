import MarketModel
import OrderFlow
import TestSupport
import Testing

struct BarSegmentTests {
    static let linear = Valuation(kind: .linear, scales: Scales(price: 1, quantity: 3))!
    static let inverse = Valuation(kind: .inverse, scales: Scales(price: 1, quantity: 0), contractSize: FixedPoint(mantissa: 100))!

    /// A tape cut at random, each part filled in two batches, appended in order.
    private func merged(
        _ tape: [Trade], _ options: BarOptions, _ valuation: Valuation, longest: Int, _ random: inout Seeded
    ) throws -> BarSegment {
        var whole = try BarSegment(options: options, valuation: valuation)
        var at = 0
        while at < tape.count {
            let end = min(tape.count, at + Int.random(in: 1...longest, using: &random))
            var part = try BarSegment(options: options, valuation: valuation, follows: true)
            let middle = Int.random(in: at...end, using: &random)
            try part.add(columns(tape[at..<middle]))
            try part.add(columns(tape[middle..<end]))
            try whole.append(part)
            at = end
        }
        return whole
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `However a tape is split, appending gives the same bits`(seed: UInt64) throws {
        var random = Seeded(seed &* 977)
        for valuation in [Self.linear, Self.inverse] {
            for interval in [Interval.s1, .m1, .w1] {
                for parts in [everyPart, [.variance, .prices]] {
                    var options = BarOptions(interval: interval, parts: parts)
                    options.lateness = BarOptions.unbounded
                    let tape = randomTape(seed: seed, count: 700)
                    var whole = try BarSegment(options: options, valuation: valuation)
                    try whole.add(columns(tape))
                    for longest in [40, 400] {
                        let parts = try merged(tape, options, valuation, longest: longest, &random)
                        #expect(fingerprint(parts) == fingerprint(whole), "seed \(seed), \(interval.name), \(longest)")
                    }
                }
            }
        }
    }

    @Test(arguments: [1, 2, 3, 4] as [UInt64])
    func `Bars that close on the way are those of bars that stay open, or the tape is said to step back`(seed: UInt64) throws {
        var random = Seeded(seed &* 31)
        var closed = 0
        for interval in [Interval.s1, .s15, .m1] {
            var options = BarOptions(interval: interval, parts: everyPart)
            let tape = randomTape(seed: seed, count: 2000)
            options.lateness = BarOptions.unbounded
            var whole = try BarSegment(options: options, valuation: Self.linear)
            try whole.add(columns(tape))
            for lateness in [Int64(0), 1_000_000, 5_000_000, 60_000_000] {
                options.lateness = lateness
                do {
                    let parts = try merged(tape, options, Self.linear, longest: 300, &random)
                    #expect(fingerprint(parts) == fingerprint(whole), "seed \(seed), \(interval.name), \(lateness)")
                    closed += 1
                } catch {
                    #expect(error as? BarError == .reordered, "seed \(seed)")
                    #expect(lateness < 60_000_000, "times never step back that far")
                }
            }
        }
        #expect(closed >= 3)
    }

    @Test(arguments: [11, 12, 13] as [UInt64])
    func `Sums, sizes and variance equal a naive computation`(seed: UInt64) throws {
        let tape = randomTape(seed: seed, count: 20_000)
        var segment = try BarSegment(options: BarOptions(interval: .m5), valuation: Self.linear)
        try segment.add(columns(tape))
        let bars = Dictionary(grouping: tape) { Interval.m5.start(of: $0.time) }
        #expect(segment.bars.map(\.start) == bars.keys.sorted())
        for bar in segment.bars {
            let trades = bars[bar.start]!
            for side in TakerSide.allCases {
                #expect(bar.flow[side].base == trades.filter { $0.side == side }.reduce(Int128(0)) { $0 + Int128($1.quantity) })
                for size in OrderSize.allCases {
                    let chosen = trades.filter {
                        let notional = $0.price * $0.quantity  // four decimals
                        let its: OrderSize = notional < 1_000_000 ? .small : notional < 10_000_000 ? .medium : .large
                        return $0.side == side && its == size
                    }
                    #expect(bar.flow[side, size].notional == chosen.reduce(Int128(0)) { $0 + Int128($1.price * $1.quantity) })
                    #expect(bar.flow[side, size].count == Int64(chosen.count))
                }
            }
        }
    }

    @Test func `Numbers too wide for the fast path give the same sums`() throws {
        let valuation = Valuation(kind: .linear, scales: Scales(price: 0, quantity: 0))!
        var segment = try BarSegment(options: BarOptions(interval: .d1), valuation: valuation)
        let big = FixedPoint.limit
        try segment.add(columns((0..<100).map { Trade(id: TradeID($0), time: 0, price: big, quantity: big, side: .buy) }))
        #expect(segment.bars[0].flow[.buy].notional == Int128(big) * Int128(big) * 100)
        #expect(segment.bars[0].flow[.buy].base == Int128(big) * 100)
    }

    @Test func `A sum beyond 128 bits is an error, not a wrap`() throws {
        let valuation = Valuation(kind: .linear, scales: Scales(price: 0, quantity: 0))!
        var segment = try BarSegment(options: BarOptions(interval: .d1), valuation: valuation)
        let big = FixedPoint.limit
        let batch = columns((0..<200).map { Trade(id: TradeID($0), time: 0, price: big, quantity: big, side: .buy) })
        #expect(throws: BarError.self) { try segment.add(batch) }
    }

    @Test func `Inverse contracts give notional in dollars and base at 1e-12, half to even`() throws {
        var segment = try BarSegment(options: BarOptions(interval: .m1), valuation: Self.inverse)
        // 3 contracts of 100 USD at 80,000.0: 0.00375 exactly; 1 at 30,000.0: 0.003333333333 (…33 rounds down).
        try segment.add(
            columns([
                Trade(id: TradeID(1), time: 0, price: 800_000, quantity: 3, side: .buy),
                Trade(id: TradeID(2), time: 1, price: 300_000, quantity: 1, side: .sell),
            ]))
        #expect(segment.bars[0].flow[.buy].base == 3_750_000_000)
        #expect(segment.bars[0].flow[.buy].notional == 300)
        #expect(segment.bars[0].flow[.sell].base == 3_333_333_333)
    }

    @Test func `Thresholds belong to the larger class`() throws {
        var segment = try BarSegment(
            options: BarOptions(interval: .m1), valuation: Valuation(kind: .spot, scales: Scales(price: 2, quantity: 0))!)
        let prices: [Int64] = [9_999, 10_000, 99_999, 100_000]
        try segment.add(columns(prices.map { Trade(id: TradeID($0), time: 0, price: $0, quantity: 1, side: .sell) }))
        #expect(OrderSize.allCases.map { segment.bars[0].flow[.sell, $0].count } == [1, 2, 1])
    }

    @Test func `Parts with different contract sizes add up in base`() throws {
        let scales = Scales(price: 1, quantity: 0)
        let old = Valuation(kind: .linear, scales: scales, contractSize: FixedPoint(mantissa: 1, scale: 1), sizeScale: 2)!
        let new = Valuation(kind: .linear, scales: scales, contractSize: FixedPoint(mantissa: 1, scale: 2), sizeScale: 2)!
        var first = try BarSegment(options: BarOptions(interval: .d1), valuation: old)
        try first.add(columns([Trade(id: TradeID(1), time: 0, price: 400_000, quantity: 5, side: .buy)]))
        var second = try BarSegment(options: BarOptions(interval: .d1), valuation: new)
        try second.add(columns([Trade(id: TradeID(2), time: 1, price: 400_000, quantity: 5, side: .buy)]))
        try first.append(second)
        #expect(first.bars[0].flow[.buy].base == 55)  // 0.5 + 0.05 at two digits
        #expect(first.bars[0].flow[.buy].notional == 22_000_000)  // 22,000.000
    }
}
