import ExchangeSimulator
import Foundation
import Lake
import MarketModel
import MarketService
import OrderFlow
import Recorder
import Synchronization
import TapeSequencer
import Testing

/// What is recorded live against the venue's own dump of the same trades.
struct LiveEqualsArchiveTests {
    /// The final rows that a live market told of, the last revision of each.
    private final class Told: Sendable {
        private let rows = Mutex<[String: [Int64: BarRow]]>([:])

        func take(_ message: LiveMessage) {
            guard case .bar(let instrument, let interval, let row, isOpen: false, _) = message else { return }
            rows.withLock { $0["\(instrument) \(interval.name)", default: [:]][row.time] = row }
        }

        func rows(_ instrument: Instrument, _ interval: Interval) -> [Int64: BarRow] {
            rows.withLock { $0["\(instrument) \(interval.name)"] ?? [:] }
        }
    }

    /// All columns of all datasets but the scores, which run with a month that the dump has more of.
    private func cells(_ row: BarRow) -> [Cell] {
        Dataset<BarRow>.all.flatMap(\.columns).filter { $0.name != "flow_toxicity_score" && $0.name != "quality" }.map { $0.value(row) }
    }

    /// The columns in which a row is not as it should be, with both values.
    private func difference(_ row: BarRow?, _ wanted: [Cell]) -> [String] {
        guard let row else { return ["there is no such row"] }
        return zip(cells(row), wanted).enumerated().filter { $0.element.0 != $0.element.1 }.map { "\($0.offset): \($0.element)" }
    }

    private func rows(_ lake: Lake, _ tape: TapeSummary, _ interval: Interval) throws -> [Int64: BarRow] {
        let found = Mutex<[Int64: BarRow]>([:])
        let options = BarOptions(interval: interval, parts: LiveOptions.everything)
        try BarQuery.rows(lake, tape, from: nil, to: nil, options: options, threads: 1) { row in
            found.withLock { $0[row.time] = row }
        }
        return found.withLock { $0 }
    }

    @Test(arguments: ["", "+2s gap for=1500ms; +5s drop"])
    func `Live bars, bars of the recorded tape and bars of the dump are the same, after a repair too`(faults: String) throws {
        let intervals = [Interval.s1, .s5, .m1, .m3]
        let start = Int64(Date().timeIntervalSince1970 * 1_000_000)
        let bench = try LiveBench(market: LiveBench.market(seed: 11), plan: FaultPlan(text: faults, start: start))
        var options = LiveOptions()
        options.intervals = intervals
        options.revisionDelay = 200_000
        let live = LiveMarket(lake: bench.lake, options: options) { Issue.record("\($0)") }
        let told = Told()
        let instruments = LiveBench.instruments
        _ = live.subscribe(instruments.flatMap { one in intervals.map { .bars(one.venue, one.symbol, $0) } }) { told.take($0) }
        try bench.record(into: live)
        let end = start + 12_000_000
        #expect(
            waitUntil(seconds: 300) {
                instruments.allSatisfy { venue, symbol in
                    guard let one = live.instrument(venue, symbol), let last = one.last else { return false }
                    return last.trade.time > end && !one.gaps.contains { $0.state == .open }
                }
            })
        // The bars of the last seconds close by the clock, and repairs are told of a moment after them.
        usleep(6_000_000)
        bench.stop()
        live.stop()

        for (venue, symbol) in instruments {
            let recorded = try #require(try bench.lake.tape(venue: venue, symbol: symbol))
            let (first, last) = (try #require(recorded.firstTime), try #require(recorded.lastTime))
            let archive = try bench.archive(venue, symbol, from: first, to: last)
            let imported = try #require(try archive.tape(venue: venue, symbol: symbol))
            for interval in intervals {
                let wanted = try rows(archive, imported, interval)
                let taped = try rows(bench.lake, recorded, interval)
                let told = told.rows(recorded.instrument, interval)
                // Bars that began before the recording, or had not ended with it, are not the same tape's. Bybit's ids tell nothing of a gap.
                let whole = wanted.keys.filter { start in
                    start > first && start + interval.microseconds < end && (venue.tradeIDs == .contiguous || faults.isEmpty)
                }
                if interval == .s1, faults.isEmpty || venue.tradeIDs == .contiguous { #expect(whole.count > 5) }
                for start in whole {
                    let cells = cells(wanted[start]!)
                    let note: Comment = "\(venue) \(interval.name) bar \(start) '\(faults)'"
                    #expect(difference(taped[start], cells).isEmpty, note)
                    #expect(difference(told[start], cells).isEmpty, note)
                }
            }
        }
    }
}
