import Foundation
import Lake
import MarketModel
import MarketService
import Recorder
import TestSupport
import Testing

/// Trades page by page, in the order of time, of tapes whose ids and times disagree.
@Suite struct TradePageTests {
    private static let start: Int64 = 1_746_057_600_000
    /// Removed with the suite.
    private let folder: Folder

    init() throws { folder = try Folder() }

    /// Trades by id, two days of them: storms within a millisecond, and times that step back, some of them by more than a row group.
    private static func tape(_ count: Int, _ random: inout Seeded) -> [Trade] {
        var time = start
        return (0..<count).map { index in
            if Int.random(in: 0...3, using: &random) == 0 {
                time += Int64.random(in: 0...(2 * 172_000_000 / Int64(count) * 4), using: &random)
            }
            let day = time - time % 86_400_000
            let back: Int64 =
                switch Int.random(in: 0...9999, using: &random) {
                case 0: 40_000_000
                case 1..<50: Int64.random(in: 1...500, using: &random)
                default: 0
                }
            return Trade(
                id: TradeID(Int64(index + 1)), time: max(day, time - back) * 1000, price: Int64.random(in: 100...999, using: &random),
                quantity: 1,
                side: Bool.random(using: &random) ? .buy : .sell)
        }
    }

    private func lake(_ trades: [Trade]) throws -> Lake {
        let lines = trades.map { "\($0.time / 1000),\($0.price),\($0.quantity),\($0.side.name),\($0.id.integer)\n" }
        let file = try folder.file("trades.csv", "time,price,quantity,side,id\n" + lines.joined())
        let lake = try Lake(directory: folder.data("lake"), create: true)
        _ = try TapeImport(lake: lake, options: ImportOptions(venue: .binanceSpot, symbol: "BTCUSDT", threads: 2)).run(files: [file])
        return lake
    }

    private static func page(_ lake: Lake, from: Int64, to: Int64, atLeast count: Int?) throws -> TradePage {
        try #require(try TradePage.open(lake, venue: .binanceSpot, symbol: "BTCUSDT", from: from, to: to, atLeast: count))
    }

    @Test func `Trades come in the order of time, those of one time together and in the order of ids`() throws {
        var random = Seeded.fresh()
        let trades = Self.tape(700_000, &random)
        let lake = try self.lake(trades)
        let expected = trades.map { ($0.time, $0.id.integer) }.sorted { $0 < $1 }
        var page = try Self.page(lake, from: 0, to: .max, atLeast: nil)
        var found: [(Int64, Int64)] = []
        var batches = 0
        while let rows = try page.next() {
            if let last = found.last, let first = rows.time.first { #expect(last.0 < first, "a time is divided") }
            found += zip(rows.time, rows.id)
            batches += 1
        }
        #expect(found.count == expected.count && zip(found, expected).allSatisfy { $0 == $1 })
        #expect(batches >= 3)
    }

    @Test func `Pages of any size that begin anywhere hold every trade once, and end with a whole millisecond`() throws {
        var random = Seeded.fresh()
        let trades = Self.tape(300_000, &random)
        let lake = try self.lake(trades)
        let expected = trades.map { ($0.time, $0.id.integer) }.sorted { $0 < $1 }
        for _ in 0..<12 {
            let size = [1, 7, 500, 20_000, 270_000].randomElement(using: &random) ?? 1
            let begin = expected[Int.random(in: 0..<expected.count, using: &random)].0 + Int64.random(in: -1500...1500, using: &random)
            let end = min(begin + Int64(size) * 3_000_000, .max)
            let wanted = expected.filter { $0.0 >= begin && $0.0 < end }.prefix(60 * size)
            var (found, next): ([(Int64, Int64)], Int64?) = ([], begin)
            while let from = next, found.count < wanted.count {
                var page = try Self.page(lake, from: from, to: end, atLeast: size)
                var held: [(Int64, Int64)] = []
                while let rows = try page.next() { held += zip(rows.time, rows.id) }
                #expect(page.goesOnAt == nil || held.count >= size)
                #expect(page.goesOnAt.map { $0 % 1000 == 0 && $0 > from } ?? true)
                #expect(held.allSatisfy { page.times.contains($0.0) })
                found += held
                next = page.goesOnAt
            }
            #expect(zip(found, wanted).allSatisfy { $0 == $1 } && found.count >= wanted.count, "from \(begin) to \(end) by \(size)")
        }
    }

    @Test func `What is asked before or after the tape is an empty page`() throws {
        var random = Seeded.fresh()
        let trades = Self.tape(1000, &random)
        let lake = try self.lake(trades)
        for (from, to) in [(Int64(0), Int64(1)), (Self.start * 1000 * 2, .max), (5, 5), (9, 5)] {
            var page = try Self.page(lake, from: from, to: to, atLeast: 10)
            #expect(try page.next() == nil && page.goesOnAt == nil)
        }
        #expect(try TradePage.open(lake, venue: .okxSpot, symbol: "BTCUSDT", from: 0, to: .max, atLeast: nil) == nil)
    }

    @Test func `A page of more trades than may be read is refused before any is`() throws {
        var random = Seeded.fresh()
        let lake = try self.lake(Self.tape(1000, &random))
        var limits = QueryLimits()
        limits.trades = 500
        #expect(throws: QueryCostError.self) {
            try TradePage.open(lake, venue: .binanceSpot, symbol: "BTCUSDT", from: 0, to: .max, atLeast: nil, limits: limits)
        }
        #expect(try TradePage.open(lake, venue: .binanceSpot, symbol: "BTCUSDT", from: 0, to: .max, atLeast: 10, limits: limits) != nil)
    }

    @Test func `Where a day is replaced while a page is read the new one is read on from there, and no trade comes twice`() throws {
        let day: Int64 = 86_400_000
        func trades(_ ids: Range<Int64>, on number: Int64) -> [Trade] {
            ids.map { id in
                Trade(
                    id: TradeID(id), time: (Self.start + number * day + id * 10) * 1000, price: 100, quantity: 1, side: .buy)
            }
        }
        let (first, second) = (trades(1..<2001, on: 0), trades(2001..<4001, on: 1))
        let lake = try self.lake(first + second.filter { $0.id.integer % 2 == 0 })
        var page = try Self.page(lake, from: 0, to: .max, atLeast: nil)
        var ids = try #require(try page.next()).id
        #expect(ids == first.map(\.id.integer))
        // The second day now has twice as many trades, with prices of one digit more.
        let finer = second.map { "\($0.time / 1000),100.5,1,buy,\($0.id.integer)\n" }
        let file = try folder.file("second.csv", "time,price,quantity,side,id\n" + finer.joined())
        _ = try TapeImport(lake: lake, options: ImportOptions(venue: .binanceSpot, symbol: "BTCUSDT", threads: 1)).run(files: [file])
        while let rows = try page.next() {
            ids += rows.id
            #expect(page.scales.price == 1 && rows.price.allSatisfy { $0 == 1000 || $0 == 1005 })
        }
        #expect(ids == (first + second).map(\.id.integer))
    }
}
