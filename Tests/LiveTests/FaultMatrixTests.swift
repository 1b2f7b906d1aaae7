import ExchangeSimulator
import Foundation
import MarketModel
import Recorder
import TapeSequencer
import Testing

/// Each misbehaviour at each venue: the tape ends up like an undisturbed one, or says what it lacks.
@Suite(.serialized)
struct FaultMatrixTests {
    /// A fault, and for which venues the tape must be whole afterwards: those whose ids tell what is missing.
    struct Misbehaviour: Sendable, CustomStringConvertible {
        var rules: String
        /// REST does not have it either: the tape of venues with ids must say so.
        var isLost = false
        /// Times are not those of the undisturbed venue.
        var bendsTime = false

        var description: String { rules }
    }

    static let misbehaviours: [Misbehaviour] = [
        Misbehaviour(rules: "+3s drop"),
        Misbehaviour(rules: "+3s storm for=2s every=300ms"),
        Misbehaviour(rules: "+3s mute for=2s"),
        Misbehaviour(rules: "+3s half"),
        Misbehaviour(rules: "+3s gap for=1s"),
        Misbehaviour(rules: "+3s lose for=500ms", isLost: true),
        Misbehaviour(rules: "+3s duplicate for=3s"),
        Misbehaviour(rules: "+3s reorder for=3s"),
        Misbehaviour(rules: "+3s drip for=2s rate=2000"),
        Misbehaviour(rules: "+3s refuse for=3s status=429 retry=1; +4s drop"),
        Misbehaviour(rules: "+3s clock for=2s by=60s", bendsTime: true),
        Misbehaviour(rules: "+3s surprise for=2s shape=field"),
        Misbehaviour(rules: "+3s surprise for=2s shape=channel"),
        Misbehaviour(rules: "+3s surprise for=2s shape=row"),
        Misbehaviour(rules: "+3s surprise for=1s shape=oversize size=6000000"),
    ]

    /// Which markets are followed: `MILLRACE_SEEDS=1,2,3` names others, and `make soak` asks for more.
    static let seeds: [UInt64] = {
        let named = ProcessInfo.processInfo.environment["MILLRACE_SEEDS"]?.split(separator: ",").compactMap { UInt64($0) } ?? []
        let seeds = named.isEmpty ? [1, UInt64.random(in: 2...UInt64(UInt32.max))] : named
        print("seeds of the fault matrix: \(seeds.map(String.init).joined(separator: ","))")
        return seeds
    }()

    @Test(arguments: seeds)
    func `Whatever goes wrong, the rows are those of an undisturbed tape, and what is missing is known`(seed: UInt64) throws {
        let market = LiveBench.market(seed: seed)
        let start = Int64(Date().timeIntervalSince1970 * 1_000_000)
        let calm = try LiveBench(market: market)
        try calm.record()
        let benches = try Self.misbehaviours.map { misbehaviour in
            (misbehaviour, try LiveBench(market: market, plan: FaultPlan(text: misbehaviour.rules, start: start)))
        }
        for (_, bench) in benches { try bench.record() }
        // Past the last fault and its repair: every tape goes on, and no hole is still being asked for.
        let past = start + 12_000_000
        #expect(
            waitUntil(seconds: 300) {
                ([calm] + benches.map(\.1)).allSatisfy { bench in
                    LiveBench.instruments.allSatisfy { venue, _ in
                        let progress = bench.capture.progress(venue)
                        // A busy machine may have begun some of them late.
                        return progress.received > past && progress.length > 6_000_000 && !progress.isAsking
                    }
                }
            }, "\(benches.map { ($0.0.rules, $0.1.said.last) })")
        calm.stop()
        for (misbehaviour, bench) in benches {
            bench.stop()
            for (venue, _) in LiveBench.instruments {
                compare(bench.capture[venue], calm.capture[venue], venue, misbehaviour, "seed \(seed)")
            }
        }
    }

    private func compare(_ tape: Capture.Tape, _ calm: Capture.Tape, _ venue: Venue, _ misbehaviour: Misbehaviour, _ note: String) {
        let name = "\(venue) '\(misbehaviour)' \(note)"
        let trades = tape.rows.map(\.trade)
        #expect(Set(trades.map(\.id)).count == trades.count, "\(name): a row is told of twice")
        let known = Dictionary(trades.map { ($0.id, $0) }) { first, _ in first }
        let wanted = Dictionary(calm.rows.map { ($0.trade.id, $0.trade) }) { first, _ in first }
        // What both were connected for.
        guard let first = tape.rows.first?.trade, let last = trades.map(\.time).max(), let lastID = trades.map(\.id).max(),
            let calmEnd = calm.rows.map(\.trade.time).max()
        else {
            Issue.record("\(name): nothing was recorded")
            return
        }
        let common = calm.rows.map(\.trade).filter { trade in
            venue.tradeIDs == .contiguous
                ? trade.id >= first.id && trade.id <= lastID
                : trade.time > first.time + 500_000 && trade.time < last - 500_000
        }
        #expect(common.count > 50, "\(name): \(common.count) rows to compare")
        let missing = common.filter { known[$0.id] == nil }
        let admitted = tape.lastGaps.filter { $0.state != .repaired }
        if venue.tradeIDs == .contiguous {
            let unsaid = missing.filter { trade in !admitted.contains { $0.admits(trade) } }
            #expect(
                unsaid.isEmpty, "\(name): \(unsaid.count) rows are missing and no hole says so, first \(String(describing: unsaid.first))")
            if misbehaviour.isLost {
                #expect(!tape.lastGaps.filter { $0.state == .abandoned }.isEmpty, "\(name): no hole was recorded")
            } else {
                #expect(missing.isEmpty, "\(name): \(missing.count) rows could have been had")
                #expect(tape.lastGaps.allSatisfy { $0.state == .repaired }, "\(name)")
            }
        }
        guard !misbehaviour.bendsTime else { return }
        let differing = common.filter { trade in known[trade.id].map { $0 != trade } ?? false }
        #expect(
            differing.isEmpty,
            "\(name): \(differing.count) rows differ, first \(String(describing: differing.first.map { ($0, known[$0.id]) }))")
        let invented = trades.filter { trade in wanted[trade.id] == nil && trade.time > calm.rows[0].trade.time + 500_000 }
            .filter { $0.time < calmEnd - 500_000 }
        #expect(invented.isEmpty, "\(name): \(invented.count) rows nobody printed, first \(String(describing: invented.first))")
    }
}
