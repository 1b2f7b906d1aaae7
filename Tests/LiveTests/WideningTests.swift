import ExchangeSimulator
import Feeds
import Foundation
import JSONReading
import Lake
import MarketModel
import Recorder
import TapeSequencer
import Testing

/// Instruments whose rows have more digits than their tape.
struct WideningTests {
    /// A venue's own REST but for its list of instruments, which is another's.
    private struct OtherListing: RESTAdapter {
        let own: any RESTAdapter
        let other: any RESTAdapter

        var venue: Venue { own.venue }
        var rates: [RateLimit] { own.rates }

        func instruments() -> RESTRequest { other.instruments() }
        func trades(_ symbol: String, ids: ClosedRange<Int64>) -> RESTRequest? { own.trades(symbol, ids: ids) }
        func recentTrades(_ symbol: String, limit: Int) -> RESTRequest { own.recentTrades(symbol, limit: limit) }
        func read(_ body: JSONValue, of request: RESTRequest, into page: inout RESTPage) -> RESTOutcome {
            own.read(body, of: request, into: &page)
        }
        func refusal(status: Int, body: JSONValue?, of request: RESTRequest) -> RESTOutcome {
            own.refusal(status: status, body: body, of: request)
        }
    }

    @Test(arguments: [(Venue.binanceSpot, "BTCUSDT"), (.okxPerps, "BTC-USDT-SWAP")])
    func `An instrument whose trades need more digits than its venue says is taken up again, and nothing is missing`(
        venue: Venue, symbol: String
    ) throws {
        let market = LiveBench.market(seed: 9)
        var coarse = try #require(SimulatedInstrument.usual.first { $0.venue == venue && $0.symbol == symbol })
        coarse.priceDecimals = 0
        coarse.quantityDecimals = 0
        let lists = try LiveBench(market: SimulatedMarket(seed: 9, instruments: [coarse]))
        let other = try #require(FeedCatalogue.rest(of: venue, endpoints: lists.endpoints(venue)))
        let bench = try LiveBench(market: market)
        try bench.record([(venue, symbol)], listing: { OtherListing(own: $0, other: other) }, options: { $0.firstTrades = 0 })
        #expect(waitUntil(seconds: 300) { bench.said.contains { $0.contains("more digits") } })
        let enough = bench.capture.look(venue, \.rows.count) + 300
        #expect(waitUntil(seconds: 300) { bench.capture.look(venue, \.rows.count) > enough && !bench.capture.progress(venue).isAsking })
        bench.stop()
        let rows = try TapeRow.recorded(bench, venue, symbol)
        #expect(rows.count > 300)
        #expect(try rows == TapeRow.dumped(bench, venue, symbol, like: rows))
        #expect(try bench.lake.tape(venue: venue, symbol: symbol)?.openHoles.isEmpty == true)
    }
}
