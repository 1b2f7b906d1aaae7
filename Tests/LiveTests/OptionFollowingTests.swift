import ExchangeSimulator
import Feeds
import Foundation
import Lake
import MarketModel
import Recorder
import TestSupport
import Testing
import Transport

/// Options recorded over real sockets: what is in the lake in the end is what the simulated market traded, each trade once.
@Suite(.serialized) struct OptionFollowingTests {
    private static func now() -> Int64 { Int64(Date().timeIntervalSince1970 * 1_000_000) }

    /// A simulator that trades every day as much as a venue on a good one, and tells of blocks two seconds late.
    private static func simulator(seed: UInt64, faults: String = "") throws -> LiveSimulator {
        var options = ExchangeOptions()
        options.optionTradesPerSecond = 8
        options.blockDelay = 2_000_000
        options.weightPerMinute = 1_000_000
        let plan = try FaultPlan(text: faults, start: now())
        return try LiveSimulator(SimulatedExchange(market: SimulatedMarket(seed: seed), plan: plan, options: options))
    }

    private func collector(
        _ venue: Venue, _ families: [OptionFamily], _ simulator: LiveSimulator, _ lake: Lake, _ store: OptionStore, _ said: Said
    ) throws -> OptionCollector {
        var options = OptionCollector.Options()
        options.endpoints = simulator.endpoints(venue)
        options.sweepSeconds = 4
        return try OptionCollector(venue, families: families, lake: lake, store: store, options: options) { said.add($0) }
    }

    /// As one would see it who was not told when anything was received, nor by whom.
    private func plain(_ trades: [OptionTrade]) -> [OptionTrade] {
        trades.map { trade in
            var trade = trade
            (trade.received, trade.source, trade.index, trade.volatility) = (nil, .rest, nil, nil)
            return trade
        }
    }

    private func isWhole(_ lake: Lake, _ family: OptionFamily, _ market: SimulatedOptions, _ times: Range<Int64>) throws -> Bool {
        let held = plain(try lake.optionTrades(of: family, from: times.lowerBound, to: times.upperBound))
        return held == plain(market.trades(of: family, in: times)) && !held.isEmpty
    }

    /// What is missing, and what should not be there, in a few words.
    private func difference(_ lake: Lake, _ families: [OptionFamily], _ market: SimulatedOptions, _ times: Range<Int64>) -> String {
        families.map { family in
            let truth = plain(market.trades(of: family, in: times))
            let held = plain((try? lake.optionTrades(of: family, from: times.lowerBound, to: times.upperBound)) ?? [])
            let missing = truth.filter { !held.contains($0) }
            let surplus = held.filter { !truth.contains($0) }
            return
                "\(family): \(held.count) of \(truth.count), missing \(missing.count) \(missing.prefix(2)), surplus \(surplus.count) \(surplus.prefix(2))"
        }.joined(separator: "; ")
    }

    @Test(arguments: [(Venue.okxOptions, ["BTC-USD", "ETH-USD"]), (.deribitOptions, ["BTC"])])
    func `What is recorded is what was traded, through cuts, gaps and a restart`(venue: Venue, names: [String]) throws {
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let store = try OptionStore(lake: lake)
        let said = Said()
        let simulator = try Self.simulator(
            seed: 21, faults: "+6s gap for=2s venue=\(venue.name)\n+10s drop venue=\(venue.name)\n+13s gap for=1s venue=\(venue.name)")
        defer { simulator.stop() }
        let market = simulator.exchange.optionMarket
        let families = try names.map { try #require(OptionFamily(venue: venue, name: $0)) }
        var running = try collector(venue, families, simulator, lake, store, said)
        #expect(waitUntil { running.isSettled }, "\(said.last)")
        let from = Self.now()
        usleep(16_000_000)
        let before = Self.now() - 4_000_000
        #expect(
            waitUntil(seconds: 300) { (try? families.allSatisfy { try isWhole(lake, $0, market, from..<before) }) == true },
            "\(said.last) \(difference(lake, families, market, from..<before))")
        running.stop()
        // While nobody follows, the market goes on.
        usleep(4_000_000)
        running = try collector(venue, families, simulator, lake, store, said)
        #expect(waitUntil { running.isSettled }, "\(said.last)")
        usleep(3_000_000)
        let to = Self.now() - 4_000_000
        #expect(
            waitUntil(seconds: 300) { (try? families.allSatisfy { try isWhole(lake, $0, market, from..<to) }) == true },
            "\(said.last) \(difference(lake, families, market, from..<to))")
        // And it is known to be so: what was cut and repaired is said to be.
        func coverage(_ family: OptionFamily) throws -> OptionCoverage { try lake.optionCoverage(of: family, .book, in: from..<to) }
        #expect(
            waitUntil(seconds: 300) { (try? families.allSatisfy { try coverage($0).gaps(in: from..<to).isEmpty }) == true },
            "\(said.last) \(families.map { try? coverage($0).gaps(in: from..<to) })")
        for family in families { #expect(try coverage(family).quality(of: from..<to) == .repaired) }
        running.stop()
        for family in families {
            let held = try lake.optionTrades(of: family, from: from, to: to)
            let truth = market.trades(of: family, in: from..<to)
            #expect(plain(held) == plain(truth))
            #expect(held.contains { $0.isBlock } && held.allSatisfy { $0.received.map { $0 > from } ?? false })
            // Both ways of telling were needed, and the better one wins.
            #expect(Set(held.map(\.source)).isSubset(of: [.webSocket, .rest]) && held.contains { $0.source == .rest })
        }
        #expect(said.contains { $0.contains("disconnected") } && running.problem == nil)
        // Sealed, it is the same.
        try store.seal(before: CivilDate(microseconds: Self.now() + 2 * CivilDate.dayLength))
        for family in families { #expect(try isWhole(lake, family, market, from..<to)) }
    }

    @Test func `A size that the table does not know comes from the venue's list`() throws {
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let store = try OptionStore(lake: lake)
        let said = Said()
        let simulator = try Self.simulator(seed: 22)
        defer { simulator.stop() }
        let family = try #require(OptionFamily("okx:ETH-USD"))
        var options = OptionCollector.Options()
        options.endpoints = simulator.endpoints(.okxOptions)
        options.sizes = OptionSizes()
        let running = try OptionCollector(.okxOptions, families: [family], lake: lake, store: store, options: options) { said.add($0) }
        #expect(waitUntil { running.isSettled && running.count > 0 })
        let from = Self.now()
        usleep(3_000_000)
        let to = Self.now() - 2_500_000
        let market = simulator.exchange.optionMarket
        #expect(waitUntil { (try? isWhole(lake, family, market, (from - 1_000_000)..<to)) == true })
        running.stop()
        #expect(said.contains { $0 == "okx-options: a contract of okx-options ETH-USD is on 0.1 coins" })
    }
}
