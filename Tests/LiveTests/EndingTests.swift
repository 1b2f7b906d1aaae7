import ExchangeSimulator
import Foundation
import MarketModel
import Recorder
import TapeSequencer
import Testing

/// Instruments that end while they are recorded.
struct EndingTests {
    @Test func `A venue that counts anew ends that instrument's recording, says so, and leaves the others alone`() throws {
        let start = Int64(Date().timeIntervalSince1970 * 1_000_000)
        let plan = try FaultPlan(text: "+3s restart venue=binance-spot symbol=BTCUSDT", start: start)
        let bench = try LiveBench(market: LiveBench.market(seed: 5), plan: plan)
        try bench.record()
        #expect(
            waitUntil(seconds: 300) {
                if case .ended = bench.capture.look(.binanceSpot, \.state) { true } else { false }
            })
        let ended = bench.capture.look(.binanceSpot, \.rows.count)
        #expect(ended > 0 && bench.said.contains { $0.contains("anew") })
        // Nothing of the new numbering is on the tape, and the other venues go on.
        let other = bench.capture.look(.okxPerps, \.rows.count)
        #expect(waitUntil(seconds: 300) { bench.capture.look(.okxPerps, \.rows.count) > other + 50 })
        #expect(bench.capture.look(.binanceSpot, \.rows.count) == ended)
        let ids = bench.capture.look(.binanceSpot) { $0.rows.map(\.trade.id.integer) }
        #expect(ids == Array((ids.first ?? 0)..<(ids.first ?? 0) + Int64(ids.count)))
    }

    @Test func `What a venue takes off its list ends, says so, and keeps its tape whole`() throws {
        let start = Int64(Date().timeIntervalSince1970 * 1_000_000)
        let plan = try FaultPlan(text: "+3s delist symbol=BTCUSDT venue=binance-spot", start: start)
        let bench = try LiveBench(market: LiveBench.market(seed: 6), plan: plan)
        try bench.record(options: { $0.listingSeconds = 1 })
        #expect(
            waitUntil(seconds: 300) {
                if case .ended("no longer traded") = bench.capture.look(.binanceSpot, \.state) { true } else { false }
            })
        #expect(bench.said.contains { $0.contains("BTCUSDT is no longer traded") })
        // The symbol of another venue that is spelt the same goes on.
        let other = bench.capture.look(.bybitLinear, \.rows.count)
        #expect(waitUntil(seconds: 300) { bench.capture.look(.bybitLinear, \.rows.count) > other + 50 })
        bench.stop()
        let rows = try TapeRow.recorded(bench, .binanceSpot, "BTCUSDT")
        #expect(rows.count > 50 && rows.allSatisfy { $0.time < start + 3_100_000 })
        #expect(try rows == TapeRow.dumped(bench, .binanceSpot, "BTCUSDT", like: rows))
    }
}
