import ExchangeSimulator
import Feeds
import MarketModel
import Testing
import Transport

/// What is open of the simulated options follows from what they traded, and Millrace's own readers get it out of both venues.
@Suite struct SimulatedOptionInterestTests {
    /// 2026-03-04 12:00 UTC
    private static let now: Int64 = 1_772_625_600_000_000

    private static let exchange: SimulatedExchange = {
        var options = ExchangeOptions()
        options.optionTradesPerSecond = 2
        options.weightPerMinute = 1_000_000
        return SimulatedExchange(market: SimulatedMarket(seed: 7), options: options)
    }()

    /// One sweep of a venue's families, as Millrace's own readers make it.
    private func sweep(_ exchange: SimulatedExchange, _ host: SimulatedHost, _ families: [OptionFamily], now: Int64) throws
        -> (samples: [OpenInterestSample], faults: [OpenInterestFault: Int])
    {
        let venue = try #require(host.optionVenue)
        let adapter = try #require(
            FeedCatalogue.optionInterest(of: venue, families: families, endpoints: Endpoints(rest: "http://h", sockets: [])))
        var sweep = OpenInterestSweep(adapter: adapter)
        var budget = RateBudget([])
        var (samples, faults): ([OpenInterestSample], [OpenInterestFault: Int]) = ([], [:])
        while sweep.sweeps == 0 {
            let request = try #require(sweep.next(now: 1_000_000_000, budget: &budget))
            let asked = try Request(String(request.url.dropFirst("http://h".count)))
            let response = exchange.answer(host, asked, path: asked.path, now: now)
            let answer = sweep.answered(
                request, RESTAnswer(status: response.status.code, body: Array(response.bodyText.utf8)), received: now)
            #expect(answer.outcome == .done, "\(request.url)")
            samples += answer.samples
            faults.merge(answer.faults) { $0 + $1 }
        }
        return (samples, faults)
    }

    @Test func `Open interest is read at both venues as the market has it, option by option`() throws {
        let exchange = Self.exchange
        for host in [SimulatedHost.okx, .deribitOptions] {
            let families = exchange.optionMarket.families.filter { $0.venue == host.optionVenue }
            let (samples, faults) = try sweep(exchange, host, families, now: Self.now + 777)
            #expect(faults == [:])
            let truth = families.flatMap { exchange.optionMarket.openInterest(of: $0, at: Self.now) }
            #expect(samples.count == truth.count && truth.count == 40 * families.count)
            for open in truth {
                let sample = try #require(samples.first { $0.contract.symbol == open.contract.symbol })
                #expect(sample.value == OpenInterest(quantity: open.coins, usd: open.usd) && sample.time == open.time)
                #expect(sample.contract.coin == open.contract.coin && sample.contract.margin == .coin)
            }
            #expect(truth.filter { $0.coins.mantissa > 0 }.count > truth.count / 2)
        }
    }

    @Test func `What is open follows from what was traded: it begins at nothing, moves with trades alone, and ends with the option`() throws
    {
        let (options, other) = (SimulatedOptions(seed: 7, tradesPerSecond: 2), SimulatedOptions(seed: 8, tradesPerSecond: 2))
        for family in options.families {
            #expect(
                options.openInterest(of: family, at: Self.now)
                    == SimulatedOptions(seed: 7, tradesPerSecond: 2).openInterest(of: family, at: Self.now))
            #expect(options.openInterest(of: family, at: Self.now) != other.openInterest(of: family, at: Self.now))
            var before: [String: FixedPoint] = [:]
            var moves = 0
            for minute in Int64(0)..<90 {
                let time = Self.now + minute * 60_000_000
                let open = options.openInterest(of: family, at: time)
                let traded = Set(options.trades(of: family, in: (time - 60_000_000)..<time).map(\.contract.symbol))
                for one in open {
                    #expect(one.contracts.mantissa >= 0 && one.coins.mantissa >= 0 && one.time == time && time < one.contract.expires)
                    guard let old = before[one.contract.symbol], old != one.contracts else { continue }
                    moves += 1
                    #expect(traded.contains(one.contract.symbol))
                }
                before = Dictionary(uniqueKeysWithValues: open.map { ($0.contract.symbol, $0.contracts) })
            }
            #expect(moves > 1000, "\(family): \(moves)")
            // On Friday at 08:00 UTC ten options end and ten begin.
            let expiry = try #require(options.openInterest(of: family, at: Self.now).map(\.contract.expires).min())
            let (last, first) = (options.openInterest(of: family, at: expiry - 1000), options.openInterest(of: family, at: expiry))
            let (ended, begun) = (
                Set(last.map(\.contract)).subtracting(first.map(\.contract)), Set(first.map(\.contract)).subtracting(last.map(\.contract))
            )
            #expect(ended.count == 10 && begun.count == 10 && ended.allSatisfy { $0.expires == expiry })
            #expect(last.contains { ended.contains($0.contract) && $0.coins.mantissa > 0 })
            #expect(first.allSatisfy { !begun.contains($0.contract) || $0.coins.mantissa == 0 })
        }
    }
}
