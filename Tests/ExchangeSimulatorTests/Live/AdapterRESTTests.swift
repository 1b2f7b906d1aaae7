import ExchangeSimulator
import Feeds
import MarketModel
import TestSupport
import Testing
import Transport

/// Millrace's own REST adapters against the simulator, without sockets.
struct AdapterRESTTests {
    static let market = SimulatedMarket(seed: 7)

    /// An exchange without limits, since the test's clock stands still.
    static func patient() -> SimulatedExchange {
        var options = ExchangeOptions()
        options.weightPerMinute = 1_000_000
        return SimulatedExchange(market: market, options: options)
    }

    /// Asks until all pages are read.
    static func ask(
        _ adapter: any RESTAdapter, _ first: RESTRequest, _ exchange: SimulatedExchange, now: Int64 = start
    ) throws -> (trades: [FeedTrade], instruments: [ListedInstrument], last: RESTOutcome) {
        var reader = RESTReader(adapter: adapter)
        var (trades, instruments): ([FeedTrade], [ListedInstrument]) = ([], [])
        var request = first
        while true {
            let target = String(request.url.dropFirst("http://x".count))
            let host = try #require(SimulatedHost.allCases.first { target.hasPrefix($0.prefix + "/") })
            let asked = try Request(String(target.dropFirst(host.prefix.count)))
            let response = exchange.answer(host, asked, path: asked.path, now: now)
            let answer = RESTAnswer(status: response.status.code, body: Array(response.bodyText.utf8)) { response.header($0) }
            let outcome = reader.read(answer, to: request)
            trades += reader.page.trades
            instruments += reader.page.instruments
            #expect(reader.page.faults == 0)
            guard case .more(let next) = outcome else { return (trades, instruments, outcome) }
            request = next
        }
    }

    static func adapter(_ venue: Venue) throws -> any RESTAdapter {
        let host = try #require(SimulatedHost.allCases.first { $0.venues.contains(venue) })
        return try #require(FeedCatalogue.rest(of: venue, endpoints: Endpoints(rest: "http://x" + host.prefix, sockets: [])))
    }

    @Test(arguments: SimulatedHost.allCases.flatMap(\.venues))
    func `Instruments are listed with their contract sizes and steps`(venue: Venue) throws {
        let adapter = try Self.adapter(venue)
        let found = try Self.ask(adapter, adapter.instruments(), SimulatedExchange(market: Self.market))
        #expect(found.last == .done)
        let tapes = Self.market.tapes(of: venue)
        #expect(Set(found.instruments.map(\.instrument.symbol)) == Set(tapes.map(\.instrument.symbol)))
        for listed in found.instruments {
            let instrument = try #require(Self.market.tape(venue, listed.instrument.symbol)).instrument
            #expect(listed.status == .trading)
            #expect(listed.instrument.kind == instrument.kind)
            #expect(listed.instrument.contractSize.normalized == instrument.contractSize.normalized)
            #expect(listed.priceTick?.normalized == FixedPoint(mantissa: instrument.tick, scale: instrument.priceDecimals).normalized)
            #expect(listed.quantityStep?.normalized == FixedPoint(mantissa: instrument.step, scale: instrument.quantityDecimals).normalized)
        }
    }

    @Test(arguments: [
        StreamCase.all[0], StreamCase.all[1], StreamCase.all[3], StreamCase.all[5], StreamCase.all[6], StreamCase.all[7], StreamCase.all[8],
    ])
    func `A hole is repaired by ids to exactly the market's trades`(stream: StreamCase) throws {
        var random = Seeded.fresh()
        let adapter = try Self.adapter(stream.venue)
        let tape = try #require(Self.market.tape(stream.venue, stream.symbol))
        for _ in 0..<5 {
            let edge = tape.edge(at: start)
            let first = edge - Int64.random(in: 1500...4000, using: &random)
            let last = first + Int64.random(in: 0...1400, using: &random)
            let trades = tape.trades(first..<last + 1)
            let isOKX = stream.host == .okx
            let ids = isOKX ? trades[0].firstFill + 1...trades[trades.count - 1].lastFill + 1 : first + 1...last + 1
            let request = try #require(adapter.trades(stream.symbol, ids: ids))
            let found = try Self.ask(adapter, request, Self.patient())
            #expect(found.last == .done)
            var byFill = stream
            byFill.byFill = isOKX
            let expected = trades.flatMap { byFill.expected($0, tape.instrument) }
            #expect(found.trades.sorted { $0.id < $1.id } == expected)
        }
    }

    @Test(arguments: StreamCase.all.filter { $0.venue != .binanceSpot || !$0.byFill })
    func `The newest trades are read`(stream: StreamCase) throws {
        let adapter = try Self.adapter(stream.venue)
        let found = try Self.ask(adapter, adapter.recentTrades(stream.symbol, limit: 100), SimulatedExchange(market: Self.market))
        let tape = try #require(Self.market.tape(stream.venue, stream.symbol))
        let newest = tape.trade(tape.edge(at: start) - 1)
        #expect(found.trades.count >= 60)
        #expect(found.trades.map(\.time).max().map { $0 >= newest.time / 1000 * 1000 } == true)
    }

    @Test func `Refusals and limits are understood`() throws {
        let adapter = try Self.adapter(.binanceFutures)
        let old = try #require(adapter.trades("BTCUSDT", ids: 1...10))
        guard case .refused = try Self.ask(adapter, old, SimulatedExchange(market: Self.market)).last else {
            Issue.record("an old hole was not refused")
            return
        }
        let plan = try FaultPlan(text: "+0s refuse for=1h status=418 retry=9", start: start)
        let exchange = SimulatedExchange(market: Self.market, plan: plan)
        for venue in SimulatedHost.allCases.flatMap(\.venues) {
            let adapter = try Self.adapter(venue)
            guard case .limited = try Self.ask(adapter, adapter.instruments(), exchange).last else {
                Issue.record("\(venue) is not limited")
                continue
            }
        }
    }
}
