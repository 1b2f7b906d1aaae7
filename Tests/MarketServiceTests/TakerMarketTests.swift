import Foundation
import Lake
import MarketModel
import MarketService
import OrderFlow
import Recorder
import TapeSequencer
import TestSupport
import Testing

/// What takers bought and sold, by any interval and part of a tape, against sums made trade by trade.
@Suite struct TakerMarketTests {
    private static let start = CivilDate(epochDay: 20_001).microseconds

    private let folder: Folder
    private let lake: Lake
    private let journal: Journal
    private let name: JournalSymbol
    private let live: LiveMarket
    private let sink: any LiveTapeSink
    private let market: MarketService
    private let taker: TakerMarket

    private static let instrument = Instrument(venue: .binanceFutures, symbol: "BTCUSDT")
    private static let scales = Scales(price: 1, quantity: 3)

    /// A tape with two days of a dump and a third that is being recorded.
    init() throws {
        folder = try Folder()
        lake = try Lake(directory: folder.path, create: true)
        journal = try Journal(lake: lake, venue: .binanceFutures)
        name = try journal.open(Self.instrument, scales: Self.scales).symbol
        live = LiveMarket(lake: lake) { Issue.record("\($0)") }
        let journal = journal
        sink = try live.begin(
            LiveTapeStart(instrument: Self.instrument, scales: Self.scales, tape: nil, settle: { try journal.flush() }))
        market = try MarketService(source: LakeSource(lake), live: live)
        taker = TakerMarket(lake: lake, market: market, threads: 2)
    }

    private static func trades(_ random: inout Seeded, _ ids: Range<Int>, from start: Int64, to end: Int64) -> [Trade] {
        ids.map { id in
            let regular = start + (end - start) * Int64(id - ids.lowerBound) / Int64(ids.count)
            // Some times step back, none over the first midnight; trades pause for hours.
            let time = max(start, regular - (id % 9 == 0 ? 3_000_000 : 0))
            return Trade(
                id: TradeID(Int64(id)), time: time - time % 1000, price: Int64.random(in: 999_800...1_000_300, using: &random),
                quantity: Int64.random(in: 1...99_999, using: &random),
                side: [.buy, .sell, .unknown][Int.random(in: 0...2, using: &random)])
        }
    }

    private func importing(_ trades: [Trade]) throws {
        let lines = trades.map { trade in
            "\(trade.time / 1000),\(trade.price / 10).\(trade.price % 10),\(trade.quantity / 1000)."
                + "\(String(trade.quantity % 1000 + 1000).dropFirst()),\(trade.side.name),\(trade.id.integer)\n"
        }
        let file = try folder.file("\(trades[0].id.integer).csv", "time,price,quantity,side,id\n" + lines.joined())
        _ = try TapeImport(lake: lake, options: ImportOptions(venue: .binanceFutures, symbol: "BTCUSDT", threads: 1)).run(files: [file])
        try market.refresh()
    }

    /// A bar as text: its start and the sums of both sides at scales of 3 and 4.
    private static func expected(_ trades: [Trade], _ interval: Interval, _ from: Int64, _ to: Int64, _ limit: Int) -> [String] {
        var sums: [Int64: [Int128]] = [:]
        for trade in trades {
            let start = interval.start(of: trade.time)
            guard from <= start, start < to else { continue }
            var sum = sums[start] ?? [0, 0, 0, 0]
            if trade.side != .unknown {
                let place = trade.side == .buy ? 0 : 2
                sum[place] += Int128(trade.quantity)
                sum[place + 1] += Int128(trade.quantity) * Int128(trade.price)
            }
            sums[start] = sum
        }
        return sums.sorted { $0.key < $1.key }.prefix(limit).map { "\($0.key) \($0.value)" }
    }

    private static func text(_ bar: TakerBar) -> String {
        let sums = [bar.buy, bar.sell].flatMap { side -> [Int128] in
            [(side.base, 3), (side.notional, 4)].map { number, scale in
                number.adding(WideDecimal(scale: scale))?.mantissa ?? -1
            }
        }
        return "\(bar.start) \(sums)"
    }

    @Test(arguments: [UInt64(1), 2, 3])
    func `Bars are the sums of their trades, of a dump and of what is being recorded, the first time and again`(seed: UInt64) throws {
        print("seed \(seed)")
        var random = Seeded(seed)
        let day = CivilDate.dayLength
        var trades = Self.trades(&random, 1..<3001, from: Self.start, to: Self.start + 2 * day - 5_000_000)
        try importing(trades)
        let newest = Self.trades(&random, 3001..<4001, from: Self.start + 2 * day, to: Self.start + 2 * day + 40_000_000_000)
        // Every third of the second half is missing at first, and comes late.
        let late = newest.filter { $0.id.integer >= 3501 && $0.id.integer % 3 == 0 }
        let inTime = newest.filter { $0.id.integer < 3501 || $0.id.integer % 3 != 0 }
        let steps = [Array(inTime.prefix(500)), Array(inTime.dropFirst(500)), late]
        for (step, rows) in steps.enumerated() {
            trades += rows
            journal.append(name, rows.map { JournalRow($0, received: $0.time) })
            sink.take(rows.map { LiveTrade($0, received: $0.time, source: step < 2 ? .stream : .rest, isLate: step == 2) })
            let contract = try #require(taker.contracts(of: "BTC").first)
            for _ in 0..<60 {
                let interval = try #require([Interval.m1, .m3, .m15, .h1, .h4, .h6, .d1, .w1].randomElement(using: &random))
                let from = interval.start(of: Int64.random(in: Self.start - day...Self.start + 3 * day, using: &random))
                let to = from + Int64.random(in: 1...4 * day, using: &random)
                let limit = Int.random(in: 1...(step == 0 ? 30 : 1000), using: &random)
                let bars = try taker.bars([contract], interval: interval, from: from, to: to, limit: limit)
                #expect(
                    bars.map(Self.text) == Self.expected(trades, interval, from, to, limit), "\(interval.name) \(from) \(to) \(limit)")
            }
        }
        live.stop()
        journal.close()
    }

    @Test(arguments: [UInt64(4), 5])
    func `Footprints are the sums of their trades by price`(seed: UInt64) throws {
        print("seed \(seed)")
        var random = Seeded(seed)
        let trades = Self.trades(&random, 1..<2001, from: Self.start, to: Self.start + 2 * CivilDate.dayLength)
        try importing(trades)
        let contract = try #require(taker.contracts.first)
        for interval in [Interval.m5, .h4, .d1] {
            let bars = try taker.footprints(contract, interval: interval, from: Self.start, to: .max / 2, limit: 400)
            let starts = Set(trades.filter { $0.side != .unknown }.map { interval.start(of: $0.time) }).sorted()
            #expect(bars.map(\.start) == Array(starts.prefix(400)))
            for bar in bars {
                let own = trades.filter { $0.side != .unknown && interval.start(of: $0.time) == bar.start }
                // Prices around 100,000.0: levels of 2 below it, of 5 from there on.
                let width: Int64 = (own.map(\.price).min() ?? 0) >= 1_000_000 ? 50 : 20
                #expect(bar.width == width)
                let levels = Dictionary(grouping: own) { $0.price / width * width }.sorted { $0.key < $1.key }
                #expect(bar.levels.map(\.price) == levels.map(\.key))
                for (level, trades) in zip(bar.levels, levels.map(\.value)) {
                    for (sum, side) in [(level.buy, TakerSide.buy), (level.sell, .sell)] {
                        let side = trades.filter { $0.side == side }
                        #expect(sum.count == Int64(side.count))
                        #expect(sum.base == side.reduce(0) { $0 + Int128($1.quantity) })
                        #expect(sum.notional == side.reduce(0) { $0 + Int128($1.quantity) * Int128($1.price) })
                    }
                }
            }
        }
        live.stop()
        journal.close()
    }
}
