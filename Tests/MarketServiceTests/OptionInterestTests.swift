import Lake
import MarketModel
import MarketService
import OrderFlow
import TestSupport
import Testing

/// Rounds of options beside those of contracts: written as they are, and in nothing that is told of contracts.
@Suite struct OptionInterestTests {
    private static let period: Int64 = 300_000_000
    private static let start = CivilDate(epochDay: 20_000).microseconds

    private func sample(_ venue: Venue, _ symbol: String, _ coins: Int64, at time: Int64) -> OpenInterestSample {
        let contract = OpenInterestContract(venue: venue, symbol: symbol, coin: "BTC", quote: "USD", margin: .coin)
        let value = OpenInterest(quantity: FixedPoint(mantissa: coins), usd: FixedPoint(mantissa: coins * 60_000))
        return OpenInterestSample(contract: contract, value: value, time: time)
    }

    private func sweep(_ venue: Venue, _ round: Int64, _ samples: (Int64) -> [OpenInterestSample]) -> InterestSweep {
        let time = Self.start + round * Self.period
        return InterestSweep(venue: venue, time: time, samples: samples(time))
    }

    @Test func `What vanishes, jumps or stands still is written all the same, what is old is not`() throws {
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let store = try InterestStore(lake: lake)
        let options = OptionInterest(store: store, venues: [.okxOptions: Self.period, .deribitOptions: Self.period])
        #expect(options.states(at: Self.start) == [.okxOptions: .unknown, .deribitOptions: .unknown])
        // Two options stand still for an hour, then the larger one expires, and later a third one is ten times as large.
        let counts: [[(String, Int64)]] =
            Array(repeating: [("BTC-USD-260327-60000-C", 9000), ("BTC-USD-260403-60000-C", 1000)], count: 12)
            + [[("BTC-USD-260403-60000-C", 1000)], [("BTC-USD-260403-60000-C", 1000), ("BTC-USD-260410-60000-P", 90_000)]]
        for (round, rows) in counts.enumerated() {
            try options.take(sweep(.okxOptions, Int64(round)) { time in rows.map { sample(.okxOptions, $0.0, $0.1, at: time) } })
        }
        let times = counts.indices.map { Self.start + Int64($0) * Self.period }
        let found = try lake.interestSweeps(of: .okxOptions, coin: "BTC", at: times, tolerance: Self.period)
        #expect(
            found.map { InterestSum($0?.samples ?? []).quantity / InterestSum.unit } == counts.map { Int128($0.reduce(0) { $0 + $1.1 }) })
        let end = times[13]
        #expect(options.states(at: end) == [.okxOptions: .fresh, .deribitOptions: .unknown])
        #expect(options.states(at: end + 3 * Self.period)[.okxOptions] == .fresh)
        #expect(options.states(at: end + 3 * Self.period + 1)[.okxOptions] == .stale(since: end))
        // A sample with a time of its own from more than three periods ago, alone and beside another.
        try options.take(sweep(.deribitOptions, 20) { [sample(.deribitOptions, "BTC-27MAR26-60000-C", 5, at: $0 - 3 * Self.period - 1)] })
        #expect(options.states(at: end)[.deribitOptions] == .unknown)
        try options.take(
            sweep(.deribitOptions, 21) { time in
                [
                    sample(.deribitOptions, "BTC-27MAR26-60000-C", 5, at: time - 3 * Self.period - 1),
                    sample(.deribitOptions, "BTC-27MAR26-70000-C", 7, at: time - 3 * Self.period),
                ]
            })
        let now = Self.start + 30 * Self.period
        let kept = try lake.interestSweep(of: .deribitOptions, at: now, tolerance: CivilDate.dayLength)
        #expect(kept?.samples.map(\.contract.symbol) == ["BTC-27MAR26-70000-C"])
        // Nobody asked for these.
        try options.take(sweep(.okxPerps, 22) { [sample(.okxPerps, "BTC-USD-SWAP", 5, at: $0)] })
        #expect(try lake.interestVenues() == [.deribitOptions, .okxOptions])
        store.close()
    }

    @Test func `Options are in no venue, contract, coin, sum or bar of contracts, whatever the lake holds of them`() throws {
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let store = try InterestStore(lake: lake)
        let options = OptionInterest(store: store, venues: [.okxOptions: Self.period])
        let venues: [Venue: Int64] = [.okxPerps: Self.period, .okxOptions: Self.period]
        let market = try InterestMarket(lake: lake, venues: venues, store: store)
        #expect(throws: LakeError.self) { try InterestMarket(lake: lake, venues: venues) }
        let last: Int64 = 600
        for round in 0...last {
            let one = sweep(.okxOptions, round) { [sample(.okxOptions, "BTC-USD-260327-60000-C", 9000, at: $0)] }
            try options.take(one)
            // The market of contracts takes none.
            try market.take(one)
            try market.take(sweep(.okxPerps, round) { [sample(.okxPerps, "BTC-USD-SWAP", 1000 + round, at: $0)] })
            if round == 580 { try market.seal(at: Self.start + 3 * CivilDate.dayLength) }
        }
        let now = Self.start + last * Self.period
        #expect(market.venues == [.okxPerps] && market.knownVenues == [.okxPerps] && market.coins(at: now) == ["BTC"])
        #expect(market.contracts.map(\.symbol) == ["BTC-USD-SWAP"] && market.states(at: now) == [.okxPerps: .fresh])
        let table = try market.table("BTC", at: now)
        #expect(table.rows.map(\.exchange) == [nil, "OKX"] && table.rows[0].sum.quantity == Int128(1000 + last) * InterestSum.unit)
        let bars = try market.bars("BTC", interval: .h1, measure: .quantity, from: Self.start, to: now + 1)
        #expect(
            bars.count == 51 && bars.last?.close == Int128(1000 + last) * InterestSum.unit
                && bars.allSatisfy { $0.high < 2000 * InterestSum.unit })
        market.stop()
        let again = try InterestMarket(lake: lake, venues: [:])
        #expect(again.knownVenues == [.okxPerps])
        #expect(try lake.interestVenues() == [.okxOptions, .okxPerps])
        #expect(try again.bars("BTC", interval: .h1, measure: .quantity, from: Self.start, to: now + 1).map(\.close) == bars.map(\.close))
    }
}
