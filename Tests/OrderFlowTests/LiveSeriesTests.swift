import MarketModel
import OrderFlow
import TestSupport
import Testing

/// Bars that grow trade by trade, against bars of the finished tape.
struct LiveSeriesTests {
    private static let valuation = BarSegmentTests.linear
    private static let everyColumn = Dataset<BarRow>.all.flatMap(\.columns)

    private func cells(_ row: BarRow) -> [Cell] { Self.everyColumn.map { $0.value(row) } }

    /// What an import of the trades gives, by start.
    private func imported(_ trades: [Trade], _ interval: Interval) throws -> [Int64: BarRow] {
        var options = BarOptions(interval: interval, parts: everyPart)
        options.lateness = BarOptions.unbounded
        var segment = try BarSegment(options: options, valuation: Self.valuation)
        try segment.add(OrderFlowTests.columns(trades))
        return Dictionary(uniqueKeysWithValues: rows(segment).map { ($0.time, $0) })
    }

    /// A recorder in small: trades in batches, some of them held back and brought late, bars closed by a clock, read again where it is asked.
    private func follow(
        _ tape: [Trade], _ interval: Interval, grace: Int64, lateShare: Int, _ random: inout Seeded
    ) throws -> [Int64: BarRow] {
        var series = try LiveSeries(
            options: BarOptions(interval: interval, parts: everyPart), valuation: Self.valuation, wholeness: TapeWholeness(holes: []),
            grace: grace)
        var known: [Trade] = []
        var held: [Trade] = []
        var told: [Int64: BarRow] = [:]
        var stale: Set<Int64> = []
        var clock = Int64.min

        func bar(_ start: Int64) throws -> TradeBar? {
            let trades = known.filter { interval.start(of: $0.time) == start }.sorted { $0.id < $1.id }
            var segment = try BarSegment(options: BarOptions(interval: interval, parts: everyPart), valuation: Self.valuation)
            try segment.add(OrderFlowTests.columns(trades))
            return segment.takeAll().first
        }
        func advance() throws {
            for start in series.close(at: clock) { series.provide(start, try bar(start)) }
            for row in series.takeRows() { told[row.time] = row }
            stale.formUnion(series.takeLate())
        }

        var at = 0
        while at < tape.count {
            let end = min(tape.count, at + Int.random(in: 1...40, using: &random))
            let held_ = tape[at..<end].filter { _ in Int.random(in: 0..<100, using: &random) < lateShare }
            let now = tape[at..<end].filter { trade in !held_.contains(trade) }
            held += held_
            known += now
            try series.add(OrderFlowTests.columns(now), 0..<now.count)
            if Int.random(in: 0..<10, using: &random) == 0 {
                known += held
                try series.addLate(OrderFlowTests.columns(held), 0..<held.count)
                held = []
            }
            clock = max(clock, tape[at..<end].map(\.time).max() ?? clock)
            try advance()
            at = end
        }
        known += held
        try series.addLate(OrderFlowTests.columns(held), 0..<held.count)
        clock += 2 * interval.microseconds + grace
        try advance()

        // Closed bars that changed are told of again, with the scores worked out anew from there on.
        if let first = stale.min() {
            let through = series.takenThrough
            var (scores, from) = series.beginRescore(from: first)
            for start in Set(known.map { interval.start(of: $0.time) }).sorted() where start <= through && start >= from ?? .min {
                guard let bar = try bar(start) else { continue }
                told[start] = scores.next(bar)
            }
            series.finishRescore(scores)
        }
        #expect(stale.isSubset(of: told.keys))
        return told
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `Final rows are those of an import, whatever comes late and whenever bars close`(seed: UInt64) throws {
        var random = Seeded(seed &* 7919)
        for interval in [Interval.s5, .m1, .m5, .h1] {
            for (grace, late) in [(Int64(1_000_000), 0), (1_000_000, 5), (0, 20)] {
                let tape = randomTape(seed: seed, count: 1500)
                let wanted = try imported(tape, interval)
                let told = try follow(tape, interval, grace: grace, lateShare: late, &random)
                #expect(told.keys.sorted() == wanted.keys.sorted(), "seed \(seed), \(interval.name), grace \(grace)")
                for (start, row) in wanted {
                    let found = told[start].map(cells)
                    #expect(found == cells(row), "seed \(seed), \(interval.name), grace \(grace), bar \(start)")
                }
            }
        }
    }

    @Test func `Rows come in time order with the scores of the month although a bar is still being read`() throws {
        let tape = randomTape(seed: 9, count: 1200)
        let interval = Interval.m1
        var series = try LiveSeries(
            options: BarOptions(interval: interval, parts: everyPart), valuation: Self.valuation, wholeness: TapeWholeness(holes: []),
            grace: 10_000_000)
        try series.add(columns(tape), 0..<tape.count)
        let starts = Set(tape.map { interval.start(of: $0.time) }).sorted()
        series.disorder(at: starts[1])
        let due = series.close(at: (tape.map(\.time).max() ?? 0) + 100_000_000)
        #expect(due == [starts[1]])
        #expect(series.takeRows().map(\.time) == [starts[0]])
        var segment = try BarSegment(options: BarOptions(interval: interval, parts: everyPart), valuation: Self.valuation)
        try segment.add(columns(tape.filter { interval.start(of: $0.time) == starts[1] }))
        series.provide(starts[1], segment.takeAll().first)
        let rest = series.takeRows()
        let wanted = try imported(tape, interval)
        #expect(rest.map(\.time) == Array(starts.dropFirst()))
        for row in rest { #expect(wanted[row.time].map(cells) == cells(row)) }
    }

    @Test func `An open bar shows what an import up to now shows, and goes on growing`() throws {
        let tape = randomTape(seed: 3, count: 300)
        var series = try LiveSeries(
            options: BarOptions(interval: .m1, parts: everyPart), valuation: Self.valuation, wholeness: TapeWholeness(holes: []),
            grace: .max / 4)
        for count in 1...tape.count {
            try series.add(columns(tape), (count - 1)..<count)
            guard count % 29 == 0 || count == tape.count else { continue }
            let wanted = try imported(Array(tape[..<count]), .m1)
            let open = series.openRows()
            #expect(open.map(\.time) == wanted.keys.sorted())
            for row in open { #expect(wanted[row.time].map(cells) == cells(row)) }
        }
    }
}
