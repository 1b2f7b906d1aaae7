import Foundation
import Lake
import MarketModel
import MarketService
import OrderFlow
import Recorder
import TestSupport
import Testing

/// What questions may cost, and work that ends when its client has left.
@Suite struct QueryCostTests {
    private static let start = CivilDate(epochDay: 20_000).microseconds
    private static let hour: Int64 = 3_600_000_000

    private let folder: Folder
    private let lake: Lake

    init() throws {
        folder = try Folder()
        lake = try Lake(directory: folder.path, create: true)
    }

    /// Imports trades of a contract at some times, the first of which is the earliest, and returns what the lake holds of it.
    private func tape(_ times: [Int64], _ symbol: String = "BTCUSDT") throws -> TapeSummary {
        let rows = times.enumerated().map { "\($1 / 1000),100.5,1,\($0 % 2 == 0 ? "buy" : "sell"),\($0 + 1)\n" }
        let file = try folder.file("\(symbol).csv", "time,price,quantity,side,id\n" + rows.joined())
        var options = ImportOptions(venue: .binanceFutures, symbol: symbol, threads: 1)
        options.force = true
        _ = try TapeImport(lake: lake, options: options).run(files: [file])
        return try #require(try lake.tape(venue: .binanceFutures, symbol: symbol))
    }

    private func taker(_ change: (inout QueryLimits) -> Void = { _ in }) throws -> TakerMarket {
        var limits = QueryLimits()
        change(&limits)
        return TakerMarket(lake: lake, market: try MarketService(source: LakeSource(lake)), threads: 2, limits: limits)
    }

    @Test func `The trades of a stretch are those of its days, all of a whole day and about as many as lie in a part`() throws {
        var random = Seeded.fresh()
        let days = 20
        let times = (0..<days).flatMap { day in
            let count = Int.random(in: 1...50, using: &random)
            return (0..<count).map { Self.start + Int64(day) * CivilDate.dayLength + Int64($0) * 1_600_000_000 }
        }
        let tape = try tape(times)
        func cost(_ from: Int64, _ to: Int64) -> Int { QueryCost.trades(of: tape.days, in: from..<to) }
        #expect(cost(.min, .max) == times.count && cost(Self.start - 9, Self.start) == 0)
        #expect(cost(times[times.count - 1] + 1, .max) == 0 && QueryCost.trades(of: [], in: .min ..< .max) == 0)
        for _ in 0..<500 {
            let from = Self.start + Int64.random(in: -CivilDate.dayLength...21 * CivilDate.dayLength, using: &random)
            let to = from + Int64.random(in: 0...5 * CivilDate.dayLength, using: &random)
            let there = times.count { from <= $0 && $0 < to }
            // At both ends the trades of a day are not known one by one.
            #expect(abs(cost(from, to) - there) <= 3, "\(from) \(to)")
            let middle = Int64.random(in: from...to, using: &random)
            #expect(cost(from, middle) + cost(middle, to) >= cost(from, to))
        }
    }

    @Test func `A question that would be made of too many trades is refused before any of them is read`() throws {
        _ = try tape((0..<300).map { Self.start + Int64($0) * Self.hour })
        let all = Self.start..<Self.start + 300 * Self.hour
        func bars(_ taker: TakerMarket, _ interval: Interval, _ range: Range<Int64>, limit: Int = 1000) throws -> Int {
            let contracts = taker.contracts(of: "BTC")
            return try taker.bars(contracts, interval: interval, from: range.lowerBound, to: range.upperBound, limit: limit).count
        }
        let (enough, few) = (try taker { $0.trades = 300 }, try taker { $0.trades = 250 })
        #expect(try bars(enough, .h1, all) == 300)
        let contract = try #require(few.contracts.first)
        // Files that are not there cannot be read.
        try FileManager.default.removeItem(atPath: folder.path + "/tape")
        for interval in [Interval.h1, .d1] {
            let error = #expect(throws: QueryCostError.self) { try bars(few, interval, all) }
            #expect(error?.description.hasPrefix("the answer would be made of 300 trades, and 250 are read for one") == true)
            #expect(throws: QueryCostError.self) {
                try few.footprints(contract, interval: interval, from: all.lowerBound, to: all.upperBound, limit: 1000)
            }
        }
        // Fewer bars, or a shorter time, are tried.
        #expect(throws: LakeError.self) { try bars(few, .h1, all, limit: 200) }
        #expect(throws: LakeError.self) { try bars(few, .h1, all.lowerBound..<all.lowerBound + 245 * Self.hour) }
    }

    /// Hourly readings of a contract's open interest on some days.
    private func readings(days: Int) throws -> [OpenInterestReading] {
        let contract = try #require(OpenInterestContract(venue: .okxPerps, symbol: "BTC-USDT-SWAP"))
        return (0..<Int64(days * 24)).map { step in
            OpenInterestReading(
                contract: contract, quantity: FixedPoint(mantissa: 1000 + (step * step) % 977, scale: 2),
                usd: FixedPoint(mantissa: 500_000 + (step * step) % 977), time: Self.start + step * Self.hour)
        }
    }

    @Test func `Open interest of many days is read some days at a time, and bars go over the seams`() throws {
        let readings = try readings(days: 41)
        _ = try lake.importInterest(readings)
        let market = try InterestMarket(lake: lake, venues: [:])
        for interval in [Interval.h1, .h4, .d1, .w1] {
            let from = interval.start(of: Self.start + 3 * CivilDate.dayLength)
            let to = Self.start + 38 * CivilDate.dayLength + 5 * Self.hour
            let bars = try market.bars("BTC", interval: interval, measure: .usd, from: from, to: to)
            let expected = Dictionary(grouping: readings.filter { from <= $0.time && $0.time < to }) { interval.start(of: $0.time) }
            #expect(bars.map(\.start) == expected.keys.sorted())
            for bar in bars {
                let units = (expected[bar.start] ?? []).map { Int128($0.usd?.mantissa ?? 0) * 100_000_000 }
                #expect(bar.open == units.first && bar.close == units.last && bar.high == units.max() && bar.low == units.min())
            }
        }
        var limits = QueryLimits()
        limits.files = 41
        // What was said shortly before the first bar is looked for on the day before.
        let (from, to) = (Self.start + CivilDate.dayLength, Self.start + 41 * CivilDate.dayLength)
        let enough = try InterestMarket(lake: lake, venues: [:], limits: limits)
        #expect(try enough.bars("BTC", interval: .d1, measure: .usd, from: from, to: to).count == 40)
        limits.files = 40
        let few = try InterestMarket(lake: lake, venues: [:], limits: limits)
        let error = #expect(throws: QueryCostError.self) { try few.bars("BTC", interval: .d1, measure: .usd, from: from, to: to) }
        #expect(error?.description.contains("made of 41 files, and 40 are read for one") == true)
        #expect(try few.bars("BTC", interval: .d1, measure: .usd, from: from + CivilDate.dayLength, to: to).count == 39)
    }

    @Test func `Work of every kind ends when it is cancelled, and nothing of it is kept`() throws {
        _ = try tape((0..<400).map { Self.start + Int64($0) * Self.hour })
        for number in 0..<3 { _ = try tape([Self.start + 1000], "C\(number)USDT") }
        _ = try lake.importInterest(try readings(days: 41))
        let end = Self.start + 400 * Self.hour
        let (taker, interest) = (try taker(), try InterestMarket(lake: lake, venues: [:]))
        let contracts = taker.contracts(of: "BTC")
        let kinds: [(name: String, work: (() -> Bool) throws -> Void)] = [
            ("bars", { _ = try taker.bars(contracts, interval: .d1, from: Self.start, to: end, limit: 1000, isCancelled: $0) }),
            ("bars of hours", { _ = try taker.bars(contracts, interval: .h1, from: Self.start, to: end, limit: 1000, isCancelled: $0) }),
            (
                "footprints",
                { _ = try taker.footprints(contracts[0], interval: .h1, from: Self.start, to: end, limit: 1000, isCancelled: $0) }
            ),
            ("sums", { _ = try taker.sums("BTC", last: 10 * Self.hour, at: end, isCancelled: $0) }),
            (
                "open interest",
                {
                    _ = try interest.bars(
                        "BTC", interval: .h1, measure: .usd, from: Self.start, to: Self.start + 41 * CivilDate.dayLength, isCancelled: $0)
                }
            ),
            ("tapes", { _ = try lake.tapes(isCancelled: $0) }),
        ]
        for (name, work) in kinds {
            for patience in 0..<3 {
                var asked = 0
                #expect(throws: CancellationError.self, "\(name)") {
                    try work {
                        asked += 1
                        return asked > patience
                    }
                }
                #expect(asked == patience + 1, "\(name)")
            }
            #expect(throws: Never.self, "\(name)") { try work { false } }
        }
    }

    @Test func `Windows of options are read a few days at a time, and no more than are allowed`() throws {
        let contract = try #require(OptionContract(venue: .okxOptions, symbol: "BTC-USD-261225-100000-C"))
        let store = try OptionStore(lake: lake)
        defer { store.close() }
        let days = 40
        let one = FixedPoint(mantissa: 1)
        _ = try store.append(
            (0..<Int64(days)).compactMap { day in
                OptionTrade(
                    contract: contract, id: "\(day + 1)", time: Self.start + day * CivilDate.dayLength + Self.hour, side: .buy, price: one,
                    contracts: one, quantity: one, source: .rest)
            })
        let now = Self.start + Int64(days) * CivilDate.dayLength + 17 * Self.hour
        let market = OptionMarket(lake: lake)
        let rows = try market.rows("BTC", exchanges: ["OKX"], .d1, last: days, at: now)
        #expect(rows.map(\.flow.trades) == Array(repeating: 1, count: days - 1) + [0])
        var limits = QueryLimits()
        limits.files = 10
        let few = OptionMarket(lake: lake, limits: limits)
        #expect(throws: QueryCostError.self) { try few.rows("BTC", exchanges: ["OKX"], .d1, last: 20, at: now) }
        #expect(try few.rows("BTC", exchanges: ["OKX"], .d1, last: 5, at: now).count == 5)
        let fresh = OptionMarket(lake: lake)
        var asked = 0
        #expect(throws: CancellationError.self) {
            try fresh.rows("BTC", exchanges: ["OKX"], .d1, last: days, at: now) {
                asked += 1
                return asked > 1
            }
        }
        #expect(asked == 2)
        #expect(try fresh.rows("BTC", exchanges: ["OKX"], .d1, last: days, at: now) == rows)
    }
}
