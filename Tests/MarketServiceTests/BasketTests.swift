import Foundation
import Lake
import MarketModel
import MarketService
import OrderFlow
import Recorder
import TestSupport
import Testing

/// Bars and trades of spot, linear and inverse members together, against sums made trade by trade.
@Suite struct BasketTests {
    private static let start = CivilDate(epochDay: 20_454).microseconds
    /// How members are imported and valued: digits after the point of prices and quantities, and the contract size.
    private struct Tape {
        let name: String
        let price: Int
        let quantity: Int
        let size: WideDecimal
        var isInverse = false
        var hasIDs = true
        var trades: [Trade] = []

        var venue: String { String(name.prefix { $0 != ":" }) }
        var symbol: String { String(name.drop { $0 != ":" }.dropFirst()) }

        /// What a trade is worth, and its base.
        func value(_ trade: Trade) -> (base: WideDecimal, notional: WideDecimal) {
            let units = WideDecimal(mantissa: Int128(trade.quantity) * size.mantissa, scale: quantity + size.scale)
            guard isInverse else {
                return (units, WideDecimal(mantissa: units.mantissa * Int128(trade.price), scale: units.scale + price))
            }
            // To the twelfth digit, half to even.
            let top = units.mantissa * 1_000_000_000_000 * (0..<price).reduce(1) { power, _ in power * 10 }
            let (quotient, rest) = top.quotientAndRemainder(dividingBy: Int128(trade.price))
            let isUp = rest * 2 > Int128(trade.price) || (rest * 2 == Int128(trade.price) && quotient % 2 == 1)
            return (WideDecimal(mantissa: quotient + (isUp ? 1 : 0), scale: 12), units)
        }
    }

    private let folder: Folder
    private let lake: Lake

    init() throws {
        folder = try Folder()
        lake = try Lake(directory: folder.data("lake"), create: true)
    }

    private static func tapes(_ random: inout Seeded, _ count: Int) -> [Tape] {
        var tapes = [
            Tape(name: "binance-spot:BTCUSDT", price: 2, quantity: 5, size: WideDecimal(mantissa: 1)),
            Tape(name: "okx-perps:BTC-USDT-SWAP", price: 1, quantity: 2, size: WideDecimal(mantissa: 1, scale: 2)),
            Tape(name: "binance-coin-futures:BTCUSD_PERP", price: 1, quantity: 0, size: WideDecimal(mantissa: 100), isInverse: true),
            Tape(name: "bybit-spot:BTCUSDT", price: 2, quantity: 6, size: WideDecimal(mantissa: 1), hasIDs: false),
        ]
        for place in tapes.indices {
            // Each begins and ends at another time.
            var time = start + Int64(place) * 7_200_000_000
            for id in 1...count {
                time += [0, 0, 1000, 1000, 45_000_000, 120_000_000].randomElement(using: &random) ?? 0
                tapes[place].trades.append(
                    Trade(
                        id: TradeID(Int64(id)), time: time, price: Int64.random(in: 5_000_000...9_999_999, using: &random),
                        quantity: Int64.random(in: 1...99_999, using: &random),
                        side: [.buy, .sell, .buy, .sell, .unknown].randomElement(using: &random) ?? .buy))
            }
        }
        return tapes
    }

    private func bring(_ tape: Tape) throws {
        func decimal(_ mantissa: Int64, _ scale: Int) -> String { "\(FixedPoint(mantissa: mantissa, scale: scale))" }
        let lines = tape.trades.map { trade in
            "\(trade.time / 1000),\(decimal(trade.price, tape.price)),\(decimal(trade.quantity, tape.quantity)),\(trade.side.name)"
                + (tape.hasIDs ? ",\(trade.id.integer)\n" : "\n")
        }
        let file = try folder.file("\(tape.venue).csv", "time,price,quantity,side" + (tape.hasIDs ? ",id\n" : "\n") + lines.joined())
        let venue = try #require(Venue(tape.venue))
        _ = try TapeImport(lake: lake, options: ImportOptions(venue: venue, symbol: tape.symbol, threads: 1)).run(files: [file])
    }

    private func basket(_ names: [String]) throws -> Basket {
        let list = names.map { "'\($0)'" }.joined(separator: ",")
        return try #require(try BasketConfigTests.read("{ baskets: { b: [\(list)] } }").baskets.all.first)
    }

    private func open(_ basket: Basket, recorded: Set<String> = []) throws -> BasketTapes {
        try #require(try BasketTapes.open(lake, basket) { recorded.contains("\($0.name):\($1)") })
    }

    private static func rows(_ reader: BasketReader) throws -> [BasketRow] {
        var (reader, rows) = (reader, [BasketRow]())
        while let more = try reader.next() { rows += more }
        return rows
    }

    private static func isSame(_ a: WideDecimal, _ b: WideDecimal) -> Bool { a.subtracting(b)?.mantissa == 0 }

    @Test func `A basket's bars are the sums of its members' trades, exactly`() throws {
        var random = Seeded.fresh()
        let tapes = Self.tapes(&random, 1500)
        for tape in tapes { try bring(tape) }
        let basket = try basket(tapes.map(\.name))
        #expect(basket.base == "BTC")
        for interval in [Interval.s1, .m1, .m15, .h1, .d1, .w1] {
            let from = Self.start + Int64.random(in: -1...20, using: &random) * 3_600_000_000
            let to = from + Int64.random(in: 1...40, using: &random) * 3_600_000_000
            let rows = try Self.rows(
                BasketReader(lake, open(basket), from: from, to: to, options: BarOptions(interval: interval, parts: []), threads: 2))
            var sums: [Int64: (sides: [TakerVolume], counts: [Int64], members: UInt64)] = [:]
            for (place, tape) in tapes.enumerated() {
                for trade in tape.trades {
                    let start = interval.start(of: trade.time)
                    guard from <= start, start < to else { continue }
                    let (base, notional) = tape.value(trade)
                    let side = Int(trade.side.rawValue) + 1
                    var sum = sums[start] ?? ([TakerVolume](repeating: TakerVolume(), count: 3), [0, 0, 0], 0)
                    let isAdded = sum.sides[side].add(TakerVolume(base: base, notional: notional))
                    #expect(isAdded)
                    sum.counts[side] += 1
                    sum.members |= 1 << UInt64(place)
                    sums[start] = sum
                }
            }
            try #require(rows.map(\.bar.start) == sums.keys.sorted(), "\(interval.name) \(from) \(to)")
            for row in rows {
                let sum = try #require(sums[row.bar.start])
                for (found, wanted) in zip([row.bar.sell, row.bar.unknown, row.bar.buy], sum.sides) {
                    #expect(Self.isSame(found.base, wanted.base) && Self.isSame(found.notional, wanted.notional))
                }
                #expect([row.bar.sellCount, row.bar.buyCount] == [sum.counts[0], sum.counts[2]])
                #expect(row.bar.count == sum.counts.reduce(0, +) && row.bar.contributors == sum.members)
                let end = row.bar.start + interval.microseconds
                let covered = tapes.indices.filter { place in
                    let trades = tapes[place].trades
                    return trades[0].time < end && trades[trades.count - 1].time >= row.bar.start
                }
                #expect(row.missing == 0b1111 & ~covered.reduce(0) { $0 | 1 << UInt64($1) })
                #expect(row.quality == .complete && row.repairs == 0)
            }
        }
    }

    @Test func `Trades are merged by time, then by member, and pages hold every one once`() throws {
        var random = Seeded.fresh()
        let tapes = Self.tapes(&random, 2000)
        for tape in tapes { try bring(tape) }
        let tapesOfBasket = try open(basket(tapes.map(\.name)))
        let all = tapes.enumerated().flatMap { place, tape in tape.trades.enumerated().map { (place, $0.offset, $0.element) } }
            .sorted { ($0.2.time, $0.0, $0.1) < ($1.2.time, $1.0, $1.1) }
        func text(_ rows: BasketTradeRows) -> [String] {
            rows.time.indices.map { row in
                "\(rows.time[row]) \(rows.member[row]) \(rows.side[row]) \(FixedPoint(mantissa: rows.price[row], scale: rows.scales.price).normalized)"
                    + " \(FixedPoint(mantissa: rows.quantity[row], scale: rows.scales.quantity).normalized) \(rows.notional[row])"
            }
        }
        func expected(_ trade: (place: Int, offset: Int, trade: Trade)) -> String {
            let tape = tapes[trade.place]
            let notional = tape.value(trade.trade).notional
            return "\(trade.trade.time) \(trade.place) \(trade.trade.side.rawValue)"
                + " \(FixedPoint(mantissa: trade.trade.price, scale: tape.price).normalized)"
                + " \(FixedPoint(mantissa: trade.trade.quantity, scale: tape.quantity).normalized)"
                + " \(ExactQuotient.nearest(notional.mantissa, over: 1, tenTo: notional.scale) ?? 0)"
        }
        for size in [1, 13, 700, 100_000] {
            let begin = Self.start + Int64.random(in: 0...10, using: &random) * 1_234_567_891
            let end = begin + Int64(min(size, 600)) * 60_000_000
            let wanted = all.filter { $0.2.time >= begin && $0.2.time < end }.map { expected($0) }
            var (found, next): ([String], Int64?) = ([], begin)
            while let from = next {
                var page = try BasketTrades(lake, tapesOfBasket, from: from, to: end, atLeast: size)
                var count = 0
                while let rows = try page.next(50) {
                    found += text(rows)
                    count += rows.time.count
                }
                next = page.goesOnAt
                #expect(next.map { $0 % 1000 == 0 && count >= size } ?? true)
            }
            #expect(found == wanted, "\(begin) by \(size): \(found.count) of \(wanted.count)")
        }
        for count in [1, 50, 7000, 9000] {
            let start = try #require(try BasketTrades.start(ofNewest: count, lake, tapesOfBasket))
            let oldest = all[max(0, all.count - count)].2.time
            #expect(start == oldest - oldest % 1000)
        }
        let least = try FixedPoint(text: "500000")
        var prints = try BasketTrades(lake, tapesOfBasket, from: 0, to: .max, atLeast: nil, least: least)
        var large: [String] = []
        while let rows = try prints.next(1000) { large += text(rows) }
        let limit = WideDecimal(mantissa: Int128(least.mantissa), scale: least.scale)
        let worth = all.filter { (tapes[$0.0].value($0.2).notional.subtracting(limit)?.mantissa ?? -1) >= 0 }
        #expect(!large.isEmpty && large == worth.map { expected($0) })
    }

    @Test func `A hole of one member is the basket's, and who has no tape is missing`() throws {
        var random = Seeded.fresh()
        var tapes = Array(Self.tapes(&random, 400).prefix(2))
        let hole = (tapes[0].trades[199].time, tapes[0].trades[201].time)
        tapes[0].trades.remove(at: 200)
        for tape in tapes { try bring(tape) }
        let names = tapes.map(\.name) + ["bybit-linear:BTCUSDT"]
        let basket = try basket(names)
        let last = tapes.map { $0.trades[399 - ($0.name == tapes[0].name ? 1 : 0)].time }
        for recorded in [Set<String>(), [names[1], names[2]]] {
            let reader = try BasketReader(
                lake, open(basket, recorded: recorded), from: 0, to: .max, options: BarOptions(interval: .m1, parts: []), threads: 1)
            #expect(basket.names(reader.missing) == [names[2]])
            for row in try Self.rows(reader) {
                let end = row.bar.start + 60_000_000
                #expect((row.quality == .gap) == (hole.0 < end && hole.1 >= row.bar.start))
                var missing: UInt64 = 0b100
                if last[0] < row.bar.start { missing |= 1 }
                if tapes[1].trades[0].time >= end || (last[1] < row.bar.start && !recorded.contains(names[1])) { missing |= 2 }
                #expect(row.missing == missing)
            }
        }
        #expect(try BasketTapes.open(lake, self.basket([names[2]])) { _, _ in true } == nil)
        var limits = QueryLimits()
        limits.trades = 700
        let error = #expect(throws: QueryCostError.self) {
            _ = try BasketReader(
                lake, self.open(basket), from: 0, to: .max, options: BarOptions(interval: .m1, parts: []), threads: 1, limits: limits)
        }
        #expect(error?.description.contains("799 trades") == true)
    }

    @Test func `The revision of an answer changes with a member's tape and with the basket, and with nothing else`() throws {
        var random = Seeded.fresh()
        let tapes = Self.tapes(&random, 300)
        for tape in tapes.prefix(2) { try bring(tape) }
        func revision(_ names: [String], to: Int64 = .max) throws -> String {
            try BasketReader(lake, open(basket(names)), from: Self.start, to: to, options: BarOptions(interval: .m1, parts: []), threads: 1)
                .revision
        }
        let names = tapes.map(\.name)
        let before = try revision([names[0], names[1], names[2]])
        #expect(try revision([names[0], names[1], names[2]]) == before)
        #expect(try revision([names[0], names[1]]) != before)
        let early = try revision([names[0], names[2]], to: Self.start + 3_600_000_000)
        try bring(tapes[2])
        #expect(try revision([names[0], names[1], names[2]]) != before)
        // The third begins four hours later.
        #expect(try revision([names[0], names[2]], to: Self.start + 3_600_000_000) == early)
    }

    @Test func `A bar of the stream grows, is final when all members are, and is told again when one was repaired`() throws {
        var random = Seeded.fresh()
        let tapes = Array(Self.tapes(&random, 600).prefix(2))
        for tape in tapes { try bring(tape) }
        let basket = try basket(tapes.map(\.name))
        let rows = try tapes.map { tape in
            let venue = try #require(Venue(tape.venue))
            var reader = try #require(
                try BarReader.open(
                    lake, venue: venue, symbol: tape.symbol, from: 0, to: .max, options: BarOptions(interval: .m1, parts: []), threads: 1))
            var rows: [BarRow] = []
            while let more = try reader.next() { rows += more }
            return Dictionary(uniqueKeysWithValues: rows.map { ($0.time, $0) })
        }
        let shared = Set(rows[0].keys).intersection(rows[1].keys).sorted()
        let start = try #require(shared.first)
        let whole = try #require(
            try Self.rows(
                BasketReader(lake, open(basket), from: start, to: start + 1, options: BarOptions(interval: .m1, parts: []), threads: 1)
            ).first)
        var series = BasketSeries(basket: basket, interval: .m1, patience: 3_000_000, first: start)
        let end = start + 60_000_000
        func isWhole(_ row: BasketRow?) -> Bool {
            guard let row else { return false }
            return row.bar.contributors == 3 && row.bar.count == whole.bar.count
                && Self.isSame(row.bar.buy.notional, whole.bar.buy.notional)
                && Self.isSame(row.bar.sell.base, whole.bar.sell.base)
        }
        let (first, second) = (try #require(rows[0][start]), try #require(rows[1][start]))
        let early = try #require(rows[0].values.min { $0.time < $1.time })
        if early.time < start { #expect(try series.take(early, isOpen: false, from: 0) == nil) }
        var told = try #require(try series.take(first, isOpen: true, from: 0))
        #expect(told.isOpen && told.revision == 0 && told.row.bar.contributors == 1)
        told = try #require(try series.take(second, isOpen: false, from: 1))
        #expect(told.isOpen && isWhole(told.row))
        #expect(try series.settle(at: end + 10_000_000).isEmpty, "one still grows")
        told = try #require(try series.take(first, isOpen: false, from: 0))
        #expect(told.isOpen, "its end is not told before its time")
        #expect(try series.settle(at: end + 2_999_999).isEmpty)
        let settled = try series.settle(at: end + 3_000_000)
        #expect(settled.count == 1 && isWhole(settled.first))
        #expect(try series.settle(at: .max).isEmpty)
        for revision in 1...2 {
            told = try #require(try series.take(second, isOpen: false, from: 1))
            #expect(!told.isOpen && told.revision == revision && isWhole(told.row))
        }
        // As many newer ones as are kept let go of it.
        let newer = rows[0].values.filter { $0.time > start }.sorted { $0.time < $1.time }.prefix(BasketSeries.kept)
        for row in newer { #expect(try series.take(row, isOpen: false, from: 0) != nil) }
        #expect(try (series.take(first, isOpen: false, from: 0) == nil) == (newer.count == BasketSeries.kept))
    }
}
