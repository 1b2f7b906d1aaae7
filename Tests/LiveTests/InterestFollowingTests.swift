import ExchangeSimulator
import Feeds
import Foundation
import Lake
import MarketModel
import MarketService
import OrderFlow
import Recorder
import Synchronization
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
}
