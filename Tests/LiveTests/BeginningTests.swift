import ExchangeSimulator
import Foundation
import MarketModel
import Recorder
import TapeSequencer
import Testing

/// Instruments whose tape begins with their recording.
struct BeginningTests {
    @Test(arguments: [Venue.binanceSpot, .okxPerps])
    func `A tape begins with the trades that its venue still tells of, without a gap to those that come`(venue: Venue) throws {
        let bench = try LiveBench(market: LiveBench.market(seed: 9))
        // There is something to tell of.
        usleep(4_000_000)
        let begun = Int64(Date().timeIntervalSince1970 * 1_000_000)
        let symbol = try #require(LiveBench.instruments.first { $0.venue == venue }).symbol
        try bench.record([(venue, symbol)], options: { $0.firstTrades = 3000 })
        #expect(waitUntil(seconds: 300) { bench.capture.look(venue) { $0.rows.contains { $0.trade.time > begun + 2_000_000 } } })
        bench.stop()
        let rows = try TapeRow.recorded(bench, venue, symbol)
        #expect(rows.filter { $0.time < begun - 1_000_000 }.count > 10)
        #expect(try rows == TapeRow.dumped(bench, venue, symbol, like: rows))
    }
}
