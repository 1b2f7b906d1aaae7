import ExchangeSimulator
import Feeds
import MarketModel
import TestSupport
import Testing
import Transport

/// Millrace's own readers of open interest against the simulator, without sockets.
struct InterestTests {
    static let market = SimulatedMarket(seed: 7)

    /// An exchange without limits, since the test's clock stands still.
    static func exchange(_ plan: String = "") throws -> SimulatedExchange {
        var options = ExchangeOptions()
        options.weightPerMinute = 1_000_000
        return SimulatedExchange(market: market, plan: try FaultPlan(text: plan, start: start), options: options)
    }

    /// The prefix of a venue's host.
    static func prefix(_ venue: Venue) throws -> String {
        if let host = SimulatedInterestHost.allCases.first(where: { $0.venue == venue }) { return host.prefix }
        return try #require(SimulatedHost.allCases.first { $0.venues.contains(venue) }).prefix
    }

    struct Swept {
        var samples: [OpenInterestSample] = []
        var faults: [OpenInterestFault: Int] = [:]
        var unchanged = 0
    }

    /// One sweep of a venue.
    static func sweep(_ sweep: inout OpenInterestSweep, _ exchange: SimulatedExchange, now: Int64) throws -> Swept {
        var budget = RateBudget([])
        var swept = Swept()
        let until = sweep.sweeps + 1
        while sweep.sweeps < until {
            let request = try #require(sweep.next(now: now * 1000, budget: &budget))
            let target = String(request.url.dropFirst("http://x".count))
            let response = try answer(target, body: request.body, exchange, now: now)
            let answer = RESTAnswer(status: response.status.code, body: Array(response.bodyText.utf8)) { response.header($0) }
            let result = sweep.answered(request, answer, received: now)
            #expect(result.outcome == .done, "\(request.url)")
            swept.samples += result.samples
            swept.faults.merge(result.faults) { $0 + $1 }
            swept.unchanged = max(swept.unchanged, result.unchanged)
        }
        return swept
    }

    static func answer(_ target: String, body: String?, _ exchange: SimulatedExchange, now: Int64) throws -> Response {
        func request(_ prefix: String) throws -> Transport.Request {
            try Transport.Request(body == nil ? .get : .post, String(target.dropFirst(prefix.count)), body: Array((body ?? "").utf8))
        }
        if let host = SimulatedInterestHost.allCases.first(where: { target.hasPrefix($0.prefix + "/") }) {
            let asked = try request(host.prefix)
            return exchange.answer(host, asked, path: asked.path, now: now)
        }
        let host = try #require(SimulatedHost.allCases.first { target.hasPrefix($0.prefix + "/") })
        let asked = try request(host.prefix)
        return exchange.answer(host, asked, path: asked.path, now: now)
    }

    static func begin(_ venue: Venue) throws -> OpenInterestSweep {
        let endpoints = Endpoints(rest: "http://x" + (try prefix(venue)), sockets: [])
        return OpenInterestSweep(adapter: try #require(FeedCatalogue.openInterest(of: venue, endpoints: endpoints)))
    }

    static let venues = FeedCatalogue.openInterestVenues.filter { $0 != .cme }

    @Test(arguments: venues)
    func `Every venue's open interest is read as the market has it, in coins and in USD`(venue: Venue) throws {
        let exchange = try Self.exchange()
        var sweep = try Self.begin(venue)
        for minutes in [0, 1, 500] {
            let now = start + Int64(minutes) * 60_000_000
            let truth = exchange.openInterest(venue, at: now)
            let swept = try Self.sweep(&sweep, exchange, now: now)
            #expect(swept.faults == [:])
            #expect(swept.samples.count == truth.count && truth.count > 0)
            for open in truth {
                let sample = try #require(swept.samples.first { $0.contract.symbol == open.instrument.symbol })
                let name = CoinName(open.instrument.base)
                #expect(sample.contract.coin == name.name)
                #expect(sample.contract.margin == (open.instrument.kind == .inverse ? .coin : .stable))
                // Both come to eight decimals; HTX's inverse swaps by way of a price.
                let coins = try #require(open.coins.times(FixedPoint(mantissa: name.multiple), decimals: 8))
                #expect(abs(sample.value.quantity.double - coins.double) <= 2e-8 + coins.double * 1e-15, "\(open.instrument.symbol)")
                #expect(abs(sample.value.usd.double - open.usd.double) <= 1e-6 + open.usd.double * 1e-15, "\(open.instrument.symbol)")
                #expect(sample.value.usd.mantissa > 0)
                #expect(sample.time / 1000 == now / 1000)
            }
        }
    }

    @Test func `What is open follows from the seed and moves with time`() throws {
        let a = try Self.exchange().openInterest(.deribit, at: start)
        #expect(a == SimulatedExchange(market: SimulatedMarket(seed: 7)).openInterest(.deribit, at: start))
        #expect(a.map(\.amount) != SimulatedExchange(market: SimulatedMarket(seed: 8)).openInterest(.deribit, at: start).map(\.amount))
        #expect(a.map(\.amount) != (try Self.exchange().openInterest(.deribit, at: start + 60_000_000)).map(\.amount))
    }

    @Test(arguments: [Venue.okxPerps, .bybitLinear, .deribit, .krakenFutures])
    func `A venue that freezes tells the same figures and times for ever`(venue: Venue) throws {
        let exchange = try Self.exchange("+10s freeze venue=\(venue)")
        var sweep = try Self.begin(venue)
        let before = try Self.sweep(&sweep, exchange, now: start)
        #expect(before.samples.allSatisfy { $0.time / 1000 == start / 1000 })
        let frozen = try Self.sweep(&sweep, exchange, now: start + 20_000_000)
        for seconds in 3...6 {
            let later = try Self.sweep(&sweep, exchange, now: start + Int64(seconds) * 10_000_000)
            #expect(later.samples.map(\.value) == frozen.samples.map(\.value))
            #expect(later.unchanged == seconds - 2)
        }
        #expect(frozen.samples.map(\.value) != before.samples.map(\.value))
        // Bybit's time is that of the answer; the others' stand still with the figures.
        if venue != .bybitLinear { #expect(frozen.samples.allSatisfy { $0.time == start + 10_000_000 }) }
        // Others go on.
        var other = try Self.begin(.bitmex)
        _ = try Self.sweep(&other, exchange, now: start + 20_000_000)
        #expect(try Self.sweep(&other, exchange, now: start + 30_000_000).unchanged == 0)
    }

    @Test func `A venue that doubles tells twice as much until it is over`() throws {
        let exchange = try Self.exchange("+10s double venue=gate for=10s")
        var sweep = try Self.begin(.gateFutures)
        for (seconds, times) in [(0, 1.0), (10, 2.0), (20, 1.0)] {
            let now = start + Int64(seconds) * 1_000_000
            let truth = exchange.openInterest(.gateFutures, at: now)
            let told = try Self.sweep(&sweep, exchange, now: now)
            for (sample, open) in zip(told.samples, truth) {
                #expect(abs(sample.value.usd.double / open.usd.double - times) < 1e-6)
            }
        }
    }

    @Test(arguments: venues)
    func `A venue that talks nonsense gives faults and no samples`(venue: Venue) throws {
        let exchange = try Self.exchange("+0s nonsense")
        var sweep = try Self.begin(venue)
        var faults: [OpenInterestFault: Int] = [:]
        for seconds in 0..<12 {
            let swept = try Self.sweep(&sweep, exchange, now: start + Int64(seconds) * 60_000_000)
            #expect(swept.samples.isEmpty)
            faults.merge(swept.faults) { $0 + $1 }
        }
        #expect(Set(faults.keys).isSubset(of: [.negative, .notANumber, .missing]))
        #expect(faults.count == 3, "\(faults)")
    }

    @Test func `Histories of Binance and Bybit hold what was open then`() throws {
        let exchange = try Self.exchange()
        let linear = BinanceOpenInterest(.usdMargined, endpoints: Endpoints(rest: "http://x/binance-futures", sockets: []))
        let coin = BinanceOpenInterest(.coinMargined, endpoints: Endpoints(rest: "http://x/binance-coin-futures", sockets: []))
        let bybit = BybitOpenInterest(.linear, endpoints: Endpoints(rest: "http://x/bybit", sockets: []))
        func body(_ request: RESTRequest?) throws -> [UInt8] {
            let request = try #require(request)
            return Array(try Self.answer(String(request.url.dropFirst("http://x".count)), body: nil, exchange, now: start).bodyText.utf8)
        }
        let span = (start - 3_600_000_000)...start
        let histories = [
            (
                OpenInterestHistory.binance(
                    try body(linear.history("1000PEPEUSDT", period: "5m", times: span)), market: .usdMargined, symbol: "1000PEPEUSDT"), 13
            ),
            (
                OpenInterestHistory.binance(
                    try body(coin.history("BTCUSD_PERP", period: "5m", times: span)), market: .coinMargined, symbol: "BTCUSD_PERP"), 13
            ),
            (OpenInterestHistory.bybit(try body(bybit.history("BTCUSDT", interval: "5min")), market: .linear, symbol: "BTCUSDT"), 200),
        ]
        for (history, count) in histories {
            #expect(history.outcome == .done && history.faults == [:])
            #expect(history.readings.count == count)
            for reading in history.readings {
                let open = try #require(
                    exchange.openInterest(reading.contract.venue, at: reading.time).first {
                        $0.instrument.symbol == reading.contract.symbol
                    })
                let coins = try #require(open.coins.times(FixedPoint(mantissa: CoinName(open.instrument.base).multiple), decimals: 8))
                #expect(abs((reading.quantity?.double ?? 0) - coins.double) <= 1e-7 + coins.double * 1e-12)
                if let usd = reading.usd { #expect(abs(usd.double - open.usd.double) <= 1e-6 + open.usd.double * 1e-12) }
            }
        }
    }
}
