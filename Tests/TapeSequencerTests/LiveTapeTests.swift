import MarketModel
import TapeSequencer
import TestSupport
import Testing

struct LiveTapeTests {
    private static func trade(_ id: Int64, price: Int64 = 100) -> Trade {
        Trade(id: TradeID(id), time: id * 1000, price: price, quantity: 1, side: .buy)
    }

    /// A tape with its actions gathered.
    private struct Driver {
        var tape: LiveTape
        var actions: [LiveTape.Action] = []

        init(after last: Int64? = nil, _ change: (inout LiveTape.Options) -> Void = { _ in }) {
            var options = LiveTape.Options()
            change(&options)
            tape = LiveTape(after: last.map { (id: $0, time: $0 * 1000) }, options: options)
        }

        mutating func take(_ ids: some Sequence<Int64>, from source: TradeSource = .stream, at now: Int64 = 0) {
            for id in ids { tape.take(LiveTrade(LiveTapeTests.trade(id), received: 0, source: source), at: now, &actions) }
        }

        mutating func tick(_ now: Int64) { tape.tick(at: now, &actions) }

        mutating func ended(_ range: ClosedRange<Int64>, _ outcome: LiveTape.RepairOutcome, at now: Int64) {
            tape.repairEnded(range, outcome, at: now, &actions)
        }

        var released: [Int64] { actions.compactMap { if case .release(let row) = $0 { row.trade.id.integer } else { nil } } }
        var late: [Int64] { actions.compactMap { if case .late(let row) = $0 { row.trade.id.integer } else { nil } } }
        var asked: [ClosedRange<Int64>] { actions.compactMap { if case .repair(let range) = $0 { range } else { nil } } }
        var abandoned: Int { actions.count { if case .abandoned = $0 { true } else { false } } }
    }

    @Test func `Rows in order are released at once, and repetitions once`() {
        var driver = Driver()
        driver.take([5, 6, 6, 7, 5, 8])
        #expect(driver.released == [5, 6, 7, 8])
        #expect(driver.tape.duplicates == 2)
        #expect(driver.tape.edge == 9)
        #expect(driver.tape.deadline == nil)
    }

    @Test func `Rows out of order wait for those before them`() {
        var driver = Driver()
        driver.take([1, 4, 3])
        #expect(driver.released == [1])
        driver.take([2])
        #expect(driver.released == [1, 2, 3, 4])
        #expect(driver.tape.deadline == nil)
        #expect(driver.asked.isEmpty)
    }

    @Test func `A hole opens when patience ends, and does not hold up the edge`() {
        var driver = Driver { $0.patience = 100 }
        driver.take([1, 5], at: 10)
        driver.tick(109)
        #expect(driver.released == [1])
        #expect(driver.tape.deadline == 110)
        driver.tick(110)
        #expect(driver.released == [1, 5])
        #expect(driver.actions.contains(.opened(IDHole(from: 2, to: 4, timeBefore: 1000, timeAfter: 5000))))
        #expect(driver.asked == [2...4])
        driver.take([6], at: 111)
        #expect(driver.released == [1, 5, 6])
    }

    @Test func `A repair's rows are late, and the last one fills the hole`() {
        var driver = Driver { $0.patience = 0 }
        driver.take([1, 5])
        driver.tick(0)
        driver.take([2, 4], from: .rest)
        #expect(driver.late == [2, 4])
        driver.ended(2...4, .answered, at: 5)
        #expect(driver.asked == [2...4], "nothing was gained for all of the range: it waits")
        driver.tick(driver.tape.deadline!)
        #expect(driver.asked == [2...4, 3...3])
        driver.take([3], from: .rest)
        #expect(driver.actions.last == .filled(IDHole(from: 2, to: 4, timeBefore: 1000, timeAfter: 5000)))
        #expect(driver.tape.openHoles.isEmpty)
    }

    @Test func `Down time is a hole like any other, asked for page by page`() {
        var driver = Driver(after: 1000) {
            $0.patience = 0
            $0.repairSpan = 1000
        }
        driver.take([3500])
        driver.tick(0)
        #expect(driver.asked == [1001...2000])
        driver.take(1001...2000, from: .rest)
        driver.ended(1001...2000, .answered, at: 1)
        #expect(driver.asked == [1001...2000, 2001...3000])
        driver.take(2001...3000, from: .rest)
        driver.ended(2001...3000, .answered, at: 2)
        driver.take(3001...3499, from: .rest)
        #expect(driver.late == Array(1001...3499))
        #expect(driver.tape.openHoles.isEmpty)
    }

    @Test func `Repairs that fail are tried again, later and later, and then left to dumps`() {
        var driver = Driver {
            $0.patience = 0
            $0.tries = 4
            $0.firstWait = 10
            $0.longestWait = 25
        }
        driver.take([1, 3])
        driver.tick(0)
        var now: Int64 = 0
        var waits: [Int64] = []
        while driver.abandoned == 0 {
            driver.ended(2...2, .failed, at: now)
            guard let due = driver.tape.deadline else { break }
            waits.append(due - now)
            now = due
            driver.tick(now)
        }
        #expect(waits == [10, 20, 25])
        #expect(driver.actions.last == .abandoned(IDHole(from: 2, to: 2, timeBefore: 1000, timeAfter: 3000), missing: [2...2]))
        #expect(driver.tape.openHoles.isEmpty)
    }

    @Test func `A venue that refuses is not asked again`() {
        var driver = Driver { $0.patience = 0 }
        driver.take([1, 3])
        driver.tick(0)
        driver.ended(2...2, .refused, at: 1)
        #expect(driver.abandoned == 1)
        #expect(driver.tape.deadline == nil)
    }

    @Test func `A better source corrects a row, a stream does not`() {
        var driver = Driver()
        driver.take([1, 2])
        driver.tape.take(LiveTrade(Self.trade(1, price: 7), received: 0, source: .stream), at: 0, &driver.actions)
        #expect(driver.actions.count == 2)
        driver.tape.take(LiveTrade(Self.trade(1, price: 7), received: 0, source: .rest), at: 0, &driver.actions)
        #expect(driver.actions.last == .replace(LiveTrade(Self.trade(1, price: 7), received: 0, source: .rest, isLate: true)))
        driver.tape.take(LiveTrade(Self.trade(1, price: 7), received: 0, source: .rest), at: 0, &driver.actions)
        #expect(driver.actions.count == 3)
    }

    @Test func `A venue that counts anew is noticed, old rows that come again are not that`() {
        var driver = Driver {
            $0.restartAfter = 3
            $0.memory = 8
        }
        driver.take(1_000_000...1_000_010)
        driver.take([900, 901, 902, 903])
        #expect(driver.released.count == 11, "these rows are older than the tape's last")
        for id: Int64 in 1...3 {
            let trade = Trade(id: TradeID(id), time: 2_000_000_000 + id, price: 1, quantity: 1, side: .sell)
            driver.tape.take(LiveTrade(trade, received: 0), at: 0, &driver.actions)
        }
        #expect(driver.actions.last == .restarted(last: 1_000_010, first: 1))
    }

    @Test func `What waits is bounded`() {
        var driver = Driver { $0.capacity = 10 }
        driver.take([1])
        driver.take(3...13)
        #expect(driver.released == [1] + Array(3...13))
        #expect(driver.asked == [2...2])
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `Whatever is lost, repeated and shuffled, the tape ends up whole`(seed: UInt64) {
        var random = Seeded(seed)
        var driver = Driver {
            $0.patience = 50
            $0.repairSpan = 7
            $0.firstWait = 5
        }
        var now: Int64 = 0
        var stream: [Int64] = []
        for id: Int64 in 1...2000 {
            if Int.random(in: 0..<10, using: &random) > 0 || id == 1 || id == 2000 { stream.append(id) }
            if Int.random(in: 0..<20, using: &random) == 0 { stream.append(max(1, id - Int64.random(in: 0...30, using: &random))) }
        }
        for index in stream.indices.dropFirst().dropLast() {
            let other = min(stream.count - 2, index + Int.random(in: 0...4, using: &random))
            stream.swapAt(index, other)
        }
        var answered = 0
        func repairs(_ driver: inout Driver) {
            while answered < driver.asked.count {
                let range = driver.asked[answered]
                answered += 1
                if Int.random(in: 0..<4, using: &random) == 0 {
                    driver.ended(range, .failed, at: now)
                } else {
                    driver.take(range.shuffled(using: &random), from: .rest, at: now)
                    driver.ended(range, .answered, at: now)
                }
            }
        }
        for id in stream {
            now += Int64.random(in: 0...20, using: &random)
            driver.take([id], at: now)
            driver.tick(now)
            repairs(&driver)
        }
        while let due = driver.tape.deadline {
            now = max(now, due)
            driver.tick(now)
            repairs(&driver)
        }
        #expect(driver.released == driver.released.sorted(), "seed \(seed)")
        #expect((driver.released + driver.late).sorted() == Array(1...2000), "seed \(seed)")
        #expect(driver.tape.openHoles.isEmpty && driver.abandoned == 0, "seed \(seed)")
    }
}
