import ExchangeSimulator
import Feeds
import MarketModel
import Testing
import Transport

/// The REST side of the feeds, over libcurl, against simulated exchanges on loopback.
struct ClientTests {
    private static let market = SimulatedMarket(seed: 11)

    private static func host(_ venue: Venue) -> SimulatedHost {
        switch venue {
        case .binanceSpot: .binanceSpot
        case .binanceFutures: .binanceFutures
        case .binanceCoinFutures: .binanceCoinFutures
        case .okxSpot, .okxPerps: .okx
        default: .bybit
        }
    }

    /// A client of one venue: what it asks is answered by the simulator.
    private struct Client {
        let simulator: LiveSimulator
        let http: HTTPClient
        let adapter: any RESTAdapter
        var reader: RESTReader

        init(_ venue: Venue, plan: FaultPlan = .none) throws {
            let exchange = SimulatedExchange(market: ClientTests.market, plan: plan)
            // Time stands still: answers do not change while they are compared.
            simulator = try LiveSimulator(exchange, clock: SimulatorClock { start })
            var options = ClientOptions()
            options.proxy = ""
            http = try HTTPClient(options: options)
            let host = ClientTests.host(venue)
            let endpoints = Endpoints(rest: simulator.url(host), sockets: [simulator.stream(host)])
            adapter = try #require(FeedCatalogue.rest(of: venue, endpoints: endpoints))
            reader = RESTReader(adapter: adapter)
        }

        mutating func ask(_ request: RESTRequest) throws -> (answer: RESTAnswer, outcome: RESTOutcome) {
            let answer =
                if let body = request.body { try http.post(request.url, body: Array(body.utf8)) } else { try http.get(request.url) }
            let read = RESTAnswer(status: answer.status, body: answer.body) { answer.header($0) }
            return (read, reader.read(read, to: request))
        }
    }

    private static let venues: [Venue] = [
        .binanceSpot, .binanceFutures, .binanceCoinFutures, .okxSpot, .okxPerps, .bybitSpot, .bybitLinear, .bybitInverse,
    ]

    @Test(arguments: venues)
    func `Everything listed is read with its sizes`(venue: Venue) throws {
        var client = try Client(venue)
        defer { client.simulator.stop() }
        var request = client.adapter.instruments()
        var found: [String: ListedInstrument] = [:]
        while true {
            let (_, outcome) = try client.ask(request)
            for listed in client.reader.page.instruments { found[listed.instrument.symbol] = listed }
            #expect(client.reader.page.faults == 0)
            guard case .more(let next) = outcome else {
                #expect(outcome == .done)
                break
            }
            request = next
        }
        let expected = Self.market.tapes(of: venue).map(\.instrument)
        #expect(Set(found.keys) == Set(expected.map(\.symbol)))
        for instrument in expected {
            let listed = try #require(found[instrument.symbol])
            #expect(listed.status == .trading)
            #expect(listed.instrument.base == instrument.base && listed.instrument.quote == instrument.quote)
            #expect(listed.instrument.kind == instrument.kind)
            if listed.instrument.countsContracts { #expect(listed.instrument.contractSize == instrument.contractSize) }
            #expect(listed.priceTick == FixedPoint(mantissa: instrument.tick, scale: instrument.priceDecimals).normalized)
            #expect(listed.quantityStep == FixedPoint(mantissa: instrument.step, scale: instrument.quantityDecimals).normalized)
        }
    }

    @Test(arguments: venues.prefix(5))
    func `Holes of several pages are filled, id by id`(venue: Venue) throws {
        var client = try Client(venue)
        defer { client.simulator.stop() }
        var queue = RepairQueue(adapter: client.adapter, atOnce: 1)
        var budget = RateBudget(client.adapter.rates)
        var wanted: [String: ClosedRange<Int64>] = [:]
        for tape in Self.market.tapes(of: venue).prefix(3) {
            let edge = tape.edge(at: start)
            guard edge > 4000 else { continue }
            // OKX numbers fills, Binance orders.
            let last = venue.name.hasPrefix("okx") ? tape.trade(edge - 100).lastFill : edge - 100
            let range = last - (venue.name.hasPrefix("okx") ? 349 : 2499)...last
            wanted[tape.instrument.symbol] = range
            let isTaken = queue.want(.ids(tape.instrument.symbol, range))
            #expect(isTaken)
        }
        #expect(!wanted.isEmpty)
        var read: [String: Set<Int64>] = [:]
        var ended: [RepairQueue.Ended] = []
        var now: Int64 = 0
        while !queue.isEmpty {
            guard let request = queue.next(now: now, budget: &budget) else {
                now = try #require(queue.deadline(now: now, budget: budget))
                continue
            }
            let (answer, outcome) = try client.ask(request)
            for trade in client.reader.page.trades { read[trade.symbol, default: []].insert(trade.id.integer) }
            budget.answered(request, answer, outcome, now: now)
            queue.answered(request, outcome, into: &ended)
        }
        #expect(ended.count == wanted.count && ended.allSatisfy { $0.ending == .answered }, "\(ended)")
        for (symbol, range) in wanted { #expect(read[symbol].map { $0.count } == range.count && read[symbol]?.min() == range.lowerBound) }
    }

    @Test(arguments: venues)
    func `The newest trades are those before now, oldest first`(venue: Venue) throws {
        var client = try Client(venue)
        defer { client.simulator.stop() }
        let symbol = try #require(Self.market.tapes(of: venue).first?.instrument.symbol)
        let (_, outcome) = try client.ask(client.adapter.recentTrades(symbol, limit: 50))
        #expect(outcome == .done)
        let trades = client.reader.page.trades
        #expect(trades.count == 50)
        #expect(zip(trades, trades.dropFirst()).allSatisfy { $0.time <= $1.time })
        #expect(trades.allSatisfy { $0.time <= start && $0.symbol == symbol })
    }

    @Test(arguments: venues)
    func `An unknown symbol is refused`(venue: Venue) throws {
        var client = try Client(venue)
        defer { client.simulator.stop() }
        let (_, outcome) = try client.ask(client.adapter.recentTrades("NOSUCH", limit: 5))
        #expect("\(outcome)".hasPrefix("refused"), "\(outcome)")
    }

    @Test(arguments: venues, [429, 418, 403])
    func `A venue that has had enough is left alone for as long as it says`(venue: Venue, status: Int) throws {
        var fault = Fault(.refuse, from: start - 1, until: start + 1_000_000)
        fault.status = status
        fault.retry = 17
        var client = try Client(venue, plan: FaultPlan([fault]))
        defer { client.simulator.stop() }
        let request = client.adapter.recentTrades("BTCUSDT", limit: 5)
        let (answer, outcome) = try client.ask(request)
        #expect("\(outcome)".hasPrefix("limited"), "\(outcome)")
        var budget = RateBudget(client.adapter.rates)
        budget.answered(request, answer, outcome, now: 0)
        #expect(budget.ready(request, now: 0) == 17_000_000_000)
    }
}
