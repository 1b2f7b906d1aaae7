import ExchangeSimulator
import Feeds
import Foundation
import Lake
import MarketModel
import MarketService
import OrderFlow
import Recorder
import Synchronization
import TestSupport
import Testing
import Transport

/// Open interest asked for over real sockets, of every venue that the simulator speaks for.
struct InterestFollowingTests {
    @Test func `Rounds of all venues are kept and summed, and one that cannot be reached is named as missing`() throws {
        let bench = try LiveBench(market: SimulatedMarket(seed: 11))
        let venues = FeedCatalogue.openInterestVenues
        let adapters = try venues.map { venue in
            // Nobody listens where CME should be.
            let endpoints =
                try venue == .cme ? Endpoints(rest: "http://127.0.0.1:1", sockets: []) : #require(bench.simulator.endpoints(venue))
            return try #require(FeedCatalogue.openInterest(of: venue, endpoints: endpoints))
        }
        let periods = Dictionary(uniqueKeysWithValues: adapters.map { ($0.venue, Int64($0.period) * 1_000_000) })
        let market = try InterestMarket(lake: bench.lake, venues: periods) { [said = bench.said] in said.add($0) }
        let collector = try InterestCollector(adapters, client: ClientOptions(), sink: { try market.take($0) }) { [said = bench.said] in
            said.add($0)
        }
        func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000_000) }
        #expect(waitUntil(seconds: 300) { market.states(at: now()).values.filter { $0 == .unknown }.count == 1 })
        let table = try market.table("BTC", at: now())
        #expect(table.missing == [.cme])
        #expect(Set(table.rows.compactMap(\.exchange)) == Set(venues.filter { $0 != .cme }.map(\.exchange)))
        let sum = table.rows.dropFirst().reduce(into: table.rows[0].sum) { rest, row in
            rest.coinQuantity -= row.sum.coinQuantity
            rest.stableQuantity -= row.sum.stableQuantity
            rest.coinUSD -= row.sum.coinUSD
            rest.stableUSD -= row.sum.stableUSD
        }
        #expect(sum.quantity == 0 && sum.usd == 0 && sum.coinUSD == 0 && table.rows[0].sum.usd > 0)
        #expect(bench.said.contains { $0.hasPrefix("cme: ") })
        // What counted is in the lake.
        collector.stop()
        for venue in venues where venue != .cme {
            #expect(try bench.lake.interestSweep(of: venue, at: now(), tolerance: 600_000_000) != nil)
        }
        market.stop()
    }

    @Test func `Options of both venues are in the lake as the market has them, and a family that cannot be asked takes its coin along`()
        throws
    {
        var market = ExchangeOptions()
        market.optionTradesPerSecond = 8
        market.weightPerMinute = 1_000_000
        let simulator = try LiveSimulator(SimulatedExchange(market: SimulatedMarket(seed: 12), options: market))
        defer { simulator.stop() }
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let said = Said()
        // The simulator has no `BTC-USD_UM`; the coin's other family answers all the while.
        let names = ["okx:BTC-USD", "okx:BTC-USD_UM", "okx:ETH-USD", "deribit:BTC", "deribit:ETH"]
        let families = try names.map { try #require(OptionFamily($0)) }
        let adapters = try FeedCatalogue.optionVenues.map { venue in
            try #require(FeedCatalogue.optionInterest(of: venue, families: families, endpoints: simulator.endpoints(venue)))
        }
        let store = try InterestStore(lake: lake)
        let options = OptionInterest(store: store, venues: [.okxOptions: 1_000_000, .deribitOptions: 1_000_000])
        let rounds = Mutex<[InterestSweep]>([])
        let collector = try InterestCollector(
            adapters, client: ClientOptions(), seconds: 1,
            sink: { sweep in
                try options.take(sweep)
                rounds.withLock { $0.append(sweep) }
            }
        ) { said.add($0) }
        func count(_ venue: Venue) -> Int { rounds.withLock { $0.filter { $0.venue == venue }.count } }
        #expect(waitUntil { count(.okxOptions) >= 5 && count(.deribitOptions) >= 5 }, "\(said.last)")
        collector.stop()
        store.close()
        let taken = rounds.withLock { $0 }
        for round in taken {
            let told = Set(round.samples.map(\.contract.coin))
            #expect(told == (round.venue == .okxOptions ? ["ETH"] : ["BTC", "ETH"]))
            for coin in told {
                let held = try lake.interestSweeps(of: round.venue, coin: coin, at: [round.time], tolerance: 1)
                let samples = try #require(held.first ?? nil).samples
                let time = try #require(samples.first).time
                let family = try #require(families.first { $0.venue == round.venue && $0.name.hasPrefix(coin) })
                let truth = simulator.exchange.optionMarket.openInterest(of: family, at: time)
                #expect(Set(samples.map(\.contract.symbol)) == Set(truth.map(\.contract.symbol)))
                let sum = InterestSum(samples)
                #expect(sum.quantity == truth.reduce(0) { $0 + InterestSum.units($1.coins) } && sum.quantity > 0)
                #expect(sum.usd == truth.reduce(0) { $0 + InterestSum.units($1.usd) } && sum.stableUSD == 0)
            }
        }
        #expect(Set(taken.map { InterestSum($0.samples).quantity }).count > 2)
        #expect(try lake.interestSweeps(of: .okxOptions, coin: "BTC", at: taken.map(\.time), tolerance: 3_000_000).allSatisfy { $0 == nil })
        // Said once, not with every round.
        #expect(
            said.count { _ in true } == 1 && said.contains { $0.contains("open interest of BTC-USD_UM: ") })
    }
}
