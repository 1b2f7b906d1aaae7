import Lake
import MarketModel
import MarketService
import OrderFlow
import Synchronization
import TestSupport
import Testing

/// Open interest of several venues over a day, as a market service tells of it.
@Suite struct InterestMarketTests {
    private static let period: Int64 = 60_000_000
    private static let start = CivilDate(epochDay: 20_000).microseconds + 20 * 3_600_000_000

    private func sample(_ venue: Venue, _ coin: String, _ margin: MarginKind, _ quantity: Int64, at time: Int64) -> OpenInterestSample {
        let contract = OpenInterestContract(venue: venue, symbol: "\(coin)-\(margin)", coin: coin, quote: "USDT", margin: margin)
        // Four thousand and some dollars a coin, a little more each minute.
        let price = 4_000_000 + (time - Self.start) / Self.period
        let value = OpenInterest(quantity: FixedPoint(mantissa: quantity, scale: 2), usd: FixedPoint(mantissa: quantity * price, scale: 5))
        return OpenInterestSample(contract: contract, value: value, time: time)
    }

    private func sweep(_ venue: Venue, _ round: Int64, _ quantity: Int64, period: Int64 = Self.period) -> InterestSweep {
        let time = Self.start + round * period
        return InterestSweep(
            venue: venue, time: time,
            samples: [
                sample(venue, "ETH", .stable, quantity, at: time), sample(venue, "ETH", .coin, quantity / 3, at: time),
                sample(venue, "XRP", .stable, 7, at: time),
            ])
    }

    @Test func `All is the sum of fresh venues, changes are those of a day's rounds, before and after a restart`() throws {
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let period = 5 * Self.period
        let venues: [Venue: Int64] = [.binanceFutures: period, .okxPerps: period, .deribit: period]
        var market = try InterestMarket(lake: lake, venues: venues)
        let last: Int64 = 300
        func binance(_ round: Int64) -> InterestSweep { sweep(.binanceFutures, round, 90_000 + round, period: period) }
        func okx(_ round: Int64) -> InterestSweep { sweep(.okxPerps, round, 45_000 + 3 * round, period: period) }
        for round in 0...last {
            try market.take(binance(round))
            // OKX has a hole of four rounds around the moment an hour before the end.
            if !(last - 14...last - 11).contains(round) { try market.take(okx(round)) }
        }
        let now = Self.start + last * period
        for turn in 0..<2 {
            let table = try market.table("ETH", at: now)
            #expect(table.missing == [.deribit] && table.rows.map(\.exchange) == [nil, "Binance", "OKX"], "turn \(turn)")
            #expect(table.rows[0].sum == table.rows[1].sum + table.rows[2].sum)
            for (row, said) in zip(table.rows.dropFirst(), [binance, okx]) {
                func sum(_ round: Int64) -> InterestSum { InterestSum(said(round).samples.filter { $0.contract.coin == "ETH" }) }
                #expect(row.sum == sum(last))
                let expected = [1, 3, 6, 12, 48, 288].map { ago -> Int128? in
                    row.exchange == "OKX" && ago == 12 ? nil : InterestSum.change(from: sum(last - ago).usd, to: sum(last).usd)
                }
                #expect(row.changes == expected)
            }
            // All together an hour ago: Binance alone is known at both times.
            #expect(table.rows[0].changes[3] == table.rows[1].changes[3])
            #expect(try market.table("DOGE", at: now).rows.isEmpty)
            market.stop()
            guard turn == 0 else { break }
            market = try InterestMarket(lake: lake, venues: venues)
            // Nothing counts until the venues have spoken again.
            #expect(try market.table("ETH", at: now).rows.isEmpty)
            try market.take(binance(last))
            try market.take(okx(last))
        }
    }

    @Test func `A frozen venue and a doubled coin are left out of sums and of the lake, and an operator is told once`() throws {
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let told = Mutex<[String]>([])
        let market = try InterestMarket(lake: lake, venues: [.okxPerps: Self.period, .gateFutures: Self.period]) { line in
            told.withLock { $0.append("\(line)") }
        }
        let frozen = sweep(.gateFutures, 0, 60_000)
        for minute in Int64(0)...12 {
            try market.take(sweep(.okxPerps, minute, minute == 6 ? 180_000 : 90_000))
            let time = Self.start + minute * Self.period
            let samples = frozen.samples.map { OpenInterestSample(contract: $0.contract, value: $0.value, time: time) }
            try market.take(InterestSweep(venue: .gateFutures, time: time, samples: samples))
            let table = try market.table("ETH", at: time)
            let exchanges = table.rows.compactMap(\.exchange)
            #expect(exchanges == (minute < 6 ? ["OKX", "Gate"] : minute == 6 ? [] : ["OKX"]))
        }
        let now = Self.start + 12 * Self.period
        #expect(market.states(at: now)[.gateFutures] == .frozen(since: Self.start))
        #expect(told.withLock { $0.count } == 2)
        let bars = try market.bars("ETH", interval: .m1, measure: .quantity, from: Self.start, to: now + 1)
        // Nothing of the doubled round; of Gate no more than what it said until it was known to stand still, held for three periods.
        let okx: Int128 = (900 + 300) * InterestSum.unit, gate: Int128 = (600 + 200) * InterestSum.unit
        #expect(bars.map(\.close) == (0...12).filter { $0 != 6 }.map { $0 <= 8 ? okx + gate : okx })
        market.stop()
    }

    @Test func `Changes over holes are those of the newest round, or reading of a history, within two periods before`() throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        defer { _ = folder }
        let period: Int64 = 300_000_000
        let venues: [Venue] = [.binanceFutures, .okxPerps, .deribit]
        let market = try InterestMarket(
            lake: Lake(directory: folder.path, create: true), venues: Dictionary(uniqueKeysWithValues: venues.map { ($0, period) }))
        // What was recorded, whole, and what a history says of one contract of the first venue.
        var rounds: [Venue: [(time: Int64, stable: Int128, all: Int128)]] = [:]
        var readings: [(time: Int64, usd: Int128)] = []
        func usd(_ samples: [OpenInterestSample]) -> Int128 { InterestSum(samples).usd }
        var history: [OpenInterestReading] = []
        for step in Int64(-290)..<0 where Int.random(in: 0...9, using: &random) > 2 {
            let reading = sample(
                .binanceFutures, "ETH", .stable, Int64.random(in: 9000...9900, using: &random), at: Self.start + step * period)
            history.append(
                OpenInterestReading(
                    contract: reading.contract, quantity: reading.value.quantity, usd: reading.value.usd, time: reading.time))
            readings.append((reading.time, usd([reading])))
        }
        _ = try market.add(history)
        var silence: [Venue: Int] = [:]
        var known = 0
        for step in Int64(0)..<330 {
            for venue in venues {
                // Holes of a round, of some, or of an hour.
                if silence[venue, default: 0] == 0, Int.random(in: 0...19, using: &random) == 0 {
                    silence[venue] = [1, 2, 3, 4, 13].randomElement(using: &random)
                }
                if silence[venue, default: 0] > 0 {
                    silence[venue, default: 0] -= 1
                    continue
                }
                let sweep = sweep(venue, step, Int64.random(in: 9000...9900, using: &random), period: period)
                try market.take(sweep)
                let coin = sweep.samples.filter { $0.contract.coin == "ETH" }
                rounds[venue, default: []].append((sweep.time, usd(coin.filter { $0.contract.margin == .stable }), usd(coin)))
            }
            guard Int.random(in: 0...5, using: &random) == 0 else { continue }
            let now = Self.start + step * period + Int64.random(in: 0..<period, using: &random)
            let fresh = venues.filter { now - (rounds[$0]?.last?.time ?? .min / 2) <= 3 * period }
            var expected: [Int128?] = []
            for window in InterestTable.windows {
                var (old, new): (Int128, Int128) = (0, 0)
                for venue in fresh {
                    guard let last = rounds[venue]?.last else { continue }
                    let moment = now - window
                    if let then = rounds[venue]?.last(where: { $0.time <= moment && $0.time >= moment - 2 * period }) {
                        old += then.all
                        new += last.all
                    } else if venue == .binanceFutures,
                        let then = readings.last(where: { $0.time <= moment && $0.time >= moment - 600_000_000 })
                    {
                        old += then.usd
                        new += last.stable
                    }
                }
                expected.append(InterestSum.change(from: old, to: new))
            }
            let table = try market.table("ETH", at: now)
            #expect(table.rows.first?.changes == (fresh.isEmpty ? nil : expected), "step \(step)")
            #expect(Set(table.rows.first?.venues ?? []) == Set(fresh))
            known += expected.count { $0 != nil }
        }
        #expect(known > 50)
    }
}
