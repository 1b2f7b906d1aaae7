import MarketModel
import TapeSequencer
import TestSupport
import Testing

/// Live rows whose ids tell nothing of order.
struct ArrivalTapeTests {
    private func trade(_ id: Int64, isLate: Bool = false) -> LiveTrade {
        LiveTrade(
            Trade(id: TradeID(high: id &* 0x9e37, low: UInt64(id)), time: id * 10, price: 100 + id, quantity: 1, side: .buy), received: id,
            isLate: isLate)
    }

    /// Of a venue whose rows come in the order of their times.
    private static let ordered = disorder(0)

    private static func disorder(_ time: Int64) -> ArrivalTape.Options {
        var options = ArrivalTape.Options()
        options.disorder = time
        return options
    }

    private func released(_ actions: [ArrivalTape.Action]) -> [Int64] {
        actions.compactMap { if case .release(let trade) = $0 { Int64(trade.trade.id.low) } else { nil } }
    }

    private func late(_ actions: [ArrivalTape.Action]) -> [Int64] {
        actions.compactMap { if case .late(let trade) = $0 { Int64(trade.trade.id.low) } else { nil } }
    }

    private func question(_ actions: [ArrivalTape.Action]) -> Int? {
        actions.compactMap { if case .askRecent(let round) = $0 { round } else { nil } }.last
    }

    @Test func `Rows are released as they come, and what comes twice is dropped`() {
        var tape = ArrivalTape()
        var actions: [ArrivalTape.Action] = []
        tape.resumed(at: 0, &actions)
        #expect(actions.isEmpty, "a tape without rows misses nothing")
        for id: Int64 in [1, 2, 2, 3, 1, 4] { tape.take(trade(id), &actions) }
        #expect(released(actions) == [1, 2, 3, 4])
        #expect(tape.duplicates == 2)
    }

    @Test func `An answer that reaches back fills the loss, without a hole where nothing was missed`() {
        var tape = ArrivalTape(options: Self.ordered)
        var actions: [ArrivalTape.Action] = []
        tape.resumed(at: 0, &actions)
        for id: Int64 in 1...5 { tape.take(trade(id), &actions) }
        tape.interrupted()
        actions = []
        tape.resumed(at: 1, &actions)
        #expect(actions == [.askRecent(1)])
        tape.take(trade(9), &actions)
        let hole = TimeHole(timeBefore: 50, timeAfter: 90)
        #expect(actions == [.askRecent(1), .doubted(hole), .release(trade(9))], "the doubt comes before the row that raises it")
        actions = []
        tape.answered(1, [trade(9), trade(8), trade(7), trade(6), trade(5)], at: 2, &actions)
        #expect(
            actions == [
                .cleared(hole), .opened(hole), .late(trade(6, isLate: true)), .late(trade(7, isLate: true)), .late(trade(8, isLate: true)),
                .filled(hole),
            ])

        tape.interrupted()
        actions = []
        tape.resumed(at: 3, &actions)
        tape.answered(2, [trade(9), trade(8)], at: 4, &actions)
        #expect(actions == [.askRecent(2)])
    }

    @Test func `An answer that does not reach back leaves a hole of the time it does not tell of`() {
        var tape = ArrivalTape(after: [trade(1).trade, trade(2).trade], options: Self.ordered)
        var actions: [ArrivalTape.Action] = []
        tape.resumed(at: 0, &actions)
        #expect(actions == [.askRecent(1)], "what was printed since the tape was last recorded may be missing")
        tape.take(trade(20), &actions)
        actions = []
        tape.answered(1, [trade(20), trade(19), trade(18)], at: 2, &actions)
        let hole = TimeHole(timeBefore: 20, timeAfter: 180)
        let doubt = TimeHole(timeBefore: 20, timeAfter: 200)
        #expect(
            actions == [
                .cleared(doubt), .opened(hole), .late(trade(18, isLate: true)), .late(trade(19, isLate: true)), .abandoned(hole),
            ])
    }

    @Test func `A question that fails is asked again, later and later, and then given up`() {
        var tape = ArrivalTape(after: [trade(1).trade], options: Self.ordered)
        var actions: [ArrivalTape.Action] = []
        var now: Int64 = 0
        tape.resumed(at: now, &actions)
        tape.take(trade(5), &actions)
        var waits: [Int64] = []
        while let round = question(actions) {
            actions = []
            tape.failed(round, at: now, &actions)
            guard let due = tape.deadline else { break }
            waits.append(due - now)
            now = due
            tape.tick(at: now, &actions)
        }
        #expect(waits == [1, 2, 4, 8, 16].map { $0 * 500_000_000 })
        let hole = TimeHole(timeBefore: 10, timeAfter: 50)
        #expect(actions == [.cleared(hole), .opened(hole), .abandoned(hole)])
    }

    @Test func `A venue that answers nothing and prints nothing leaves a hole that ends with its next trade`() {
        var tape = ArrivalTape(after: [trade(1).trade], options: Self.ordered)
        var actions: [ArrivalTape.Action] = []
        tape.resumed(at: 0, &actions)
        while let round = question(actions) {
            actions = []
            tape.failed(round, at: 0, &actions)
            tape.tick(at: tape.deadline ?? 0, &actions)
        }
        #expect(actions.isEmpty && tape.deadline == nil)
        tape.take(trade(90), &actions)
        let hole = TimeHole(timeBefore: 10, timeAfter: 900)
        #expect(actions == [.opened(hole), .abandoned(hole), .release(trade(90))])
    }

    @Test func `A venue that is lost again before it has answered leaves a hole up to the last row after that`() {
        var tape = ArrivalTape(after: [trade(1).trade], options: Self.ordered)
        var actions: [ArrivalTape.Action] = []
        tape.resumed(at: 0, &actions)
        tape.take(trade(5), &actions)
        tape.take(trade(6), &actions)
        tape.interrupted()
        tape.resumed(at: 1, &actions)
        tape.take(trade(20), &actions)
        var now: Int64 = 1
        while let round = question(actions) {
            actions = []
            tape.failed(round, at: now, &actions)
            now = tape.deadline ?? now
            tape.tick(at: now, &actions)
        }
        let hole = TimeHole(timeBefore: 10, timeAfter: 200)
        #expect(
            actions == [.cleared(TimeHole(timeBefore: 10, timeAfter: 50)), .cleared(hole), .opened(hole), .abandoned(hole)])
    }

    @Test func `A doubt that an earlier process left is settled by an answer from before it, and by no other`() {
        let rows = [1, 2, 7, 8].map { trade($0).trade }
        let doubt = TimeHole(timeBefore: 25, timeAfter: 70)
        var tape = ArrivalTape(after: rows, doubts: [doubt], options: Self.ordered)
        var actions: [ArrivalTape.Action] = []
        tape.resumed(at: 0, &actions)
        #expect(actions == [.askRecent(1)])
        actions = []
        // Trade 7 is known, but from after the doubt: it proves nothing.
        tape.answered(1, [trade(7), trade(8), trade(9)], at: 1, &actions)
        let rest = TimeHole(timeBefore: 25, timeAfter: 70)
        #expect(actions == [.cleared(doubt), .opened(rest), .release(trade(9)), .abandoned(rest)])

        tape = ArrivalTape(after: rows, doubts: [doubt], options: Self.ordered)
        actions = []
        tape.resumed(at: 0, &actions)
        actions = []
        tape.answered(1, [trade(2), trade(7), trade(8)], at: 1, &actions)
        #expect(actions == [.cleared(doubt)])
    }

    @Test func `An answer from before the last loss, or from an old copy, proves nothing`() {
        var tape = ArrivalTape(after: [trade(1).trade], options: Self.ordered)
        var actions: [ArrivalTape.Action] = []
        tape.resumed(at: 0, &actions)
        tape.take(trade(3), &actions)
        tape.interrupted()
        tape.resumed(at: 1, &actions)
        tape.take(trade(7), &actions)
        actions = []
        tape.answered(1, [trade(3), trade(2), trade(1)], at: 2, &actions)
        #expect(actions.isEmpty)
        // A trade from after the loss had been seen when this is asked: an answer without it is older than that.
        tape.failed(2, at: 2, &actions)
        tape.tick(at: tape.deadline ?? 0, &actions)
        #expect(actions == [.askRecent(3)])
        actions = []
        tape.answered(3, [trade(3), trade(2), trade(1)], at: 3, &actions)
        #expect(actions.isEmpty && tape.deadline != nil)
    }

    @Test func `An answer that knows of none of the rows since the venue is back is an old copy, also if they came after the question`() {
        var tape = ArrivalTape(after: [trade(1).trade, trade(2).trade], options: Self.ordered)
        var actions: [ArrivalTape.Action] = []
        tape.resumed(at: 0, &actions)
        #expect(actions == [.askRecent(1)])
        tape.take(trade(20), &actions)
        actions = []
        // Rows 16 to 19 are in neither.
        tape.answered(1, (1...15).map { trade($0) }, at: 1, &actions)
        #expect(actions.isEmpty)
        tape.tick(at: tape.deadline ?? 0, &actions)
        #expect(actions == [.askRecent(2)])
        actions = []
        tape.answered(2, (1...21).map { trade($0) }, at: 2, &actions)
        #expect(late(actions) == Array(3...19) + [21])
    }

    @Test func `Where rows come after newer ones, a hole reaches as far behind the oldest row that is known again`() {
        // The venue prints trades of the times 10, 40, 30, 60, 50, ...: 50 comes after 60, so an answer that begins with 50 lacks 60.
        var tape = ArrivalTape(after: [trade(1).trade], options: Self.disorder(10))
        var actions: [ArrivalTape.Action] = []
        tape.resumed(at: 0, &actions)
        tape.take(trade(9), &actions)
        #expect(actions == [.askRecent(1), .doubted(TimeHole(timeBefore: 0, timeAfter: 100)), .release(trade(9))])
        actions = []
        tape.answered(1, [trade(5), trade(8), trade(7), trade(9)], at: 1, &actions)
        #expect(actions.last == .abandoned(TimeHole(timeBefore: 0, timeAfter: 60)))
    }

    @Test func `Whatever is lost and answered, every row is told of once, and holes say where rows are missing`() {
        var random = Seeded.fresh()
        for _ in 0..<200 {
            // The venue prints trades after up to so many newer ones, and some come late or are lost on the way.
            let lateness = Int64.random(in: 0...4, using: &random)
            let printed = (1...300 as ClosedRange<Int64>).map { (place: $0 + Int64.random(in: 0...lateness, using: &random), id: $0) }
                .sorted { ($0.place, $0.id) < ($1.place, $1.id) }.map(\.id)
            var options = Self.disorder(2 * lateness * 10)
            options.firstWait = 0
            options.tries = 2
            var tape = ArrivalTape(options: options)
            var underway: [(due: Int, id: Int64)] = []
            var actions: [ArrivalTape.Action] = []
            tape.resumed(at: 0, &actions)
            var isConnected = true
            for (place, id) in printed.enumerated() {
                let now = Int64(place)
                switch Int.random(in: 0..<40, using: &random) {
                case 0:
                    isConnected = false
                    underway = []
                    tape.interrupted()
                case 1 where !isConnected:
                    isConnected = true
                    tape.resumed(at: now, &actions)
                default: break
                }
                if isConnected {
                    underway.append((place + (Bool.random(using: &random) ? 0 : Int.random(in: 0...Int(lateness), using: &random)), id))
                    for row in underway where row.due <= place { tape.take(trade(row.id), &actions) }
                    underway.removeAll { $0.due <= place }
                }
                guard isConnected, let round = question(actions), Int.random(in: 0..<4, using: &random) == 0 else { continue }
                actions.removeAll { if case .askRecent = $0 { true } else { false } }
                if Int.random(in: 0..<3, using: &random) == 0 {
                    tape.failed(round, at: now, &actions)
                    tape.tick(at: now, &actions)
                    continue
                }
                let reach = Int.random(in: 1...30, using: &random)
                tape.answered(round, printed[max(0, place - reach)...place].map { trade($0) }, at: now, &actions)
            }
            for row in underway { tape.take(trade(row.id), &actions) }
            if !isConnected { tape.resumed(at: 300, &actions) }
            // The last loss ends with a row, and unanswered.
            tape.take(trade(400), &actions)
            tape.tick(at: 300, &actions)
            while let round = question(actions) {
                actions.removeAll { if case .askRecent = $0 { true } else { false } }
                tape.failed(round, at: 300, &actions)
                tape.tick(at: 300, &actions)
            }
            #expect(tape.deadline == nil)
            let told = released(actions) + late(actions)
            #expect(Set(told).count == told.count)
            let holes = actions.compactMap { if case .abandoned(let hole) = $0 { hole } else { nil } }
            // A tape begins with its first row, whatever the venue printed before that.
            let rows = printed.drop { !told.contains($0) }
            let unsaid = Set(rows).subtracting(told).filter { id in
                !holes.contains { $0.timeBefore <= id * 10 && id * 10 <= $0.timeAfter }
            }
            #expect(unsaid.isEmpty)
        }
    }
}
