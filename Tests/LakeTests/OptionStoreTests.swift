import Foundation
import Lake
import MarketModel
import SQLite
import Synchronization
import TestSupport
import Testing

/// Trades of options in the lake: each once, on the day of its execution, whoever tells of it, in whatever order and however late.
@Suite struct OptionStoreTests {
    private static let day = CivilDate(epochDay: 20_500)
    private static let start = day.microseconds
    private static let symbols: [(Venue, String)] = [
        (.okxOptions, "BTC-USD-260327-60000-C"), (.okxOptions, "BTC-USD-260327-60000-P"), (.okxOptions, "BTC-USD-260327-70000-C"),
        (.deribitOptions, "BTC-27MAR26-60000-C"), (.deribitOptions, "SOL_USDC-27MAR26-150d5-P"),
    ]

    private static func trade(
        _ place: Int, _ id: String, at time: Int64, source: OptionSource = .webSocket, isBlock: Bool = false, price: Int64 = 45,
        index: FixedPoint? = FixedPoint(mantissa: 165_372, scale: 1), received: Int64? = nil
    ) throws -> OptionTrade {
        let contract = try #require(OptionContract(venue: symbols[place].0, symbol: symbols[place].1))
        return try #require(
            OptionTrade(
                contract: contract, space: isBlock && symbols[place].0 == .okxOptions ? .block : .book, id: id, time: time,
                received: source == .dump ? nil : received ?? time + 5000, side: .sell, price: FixedPoint(mantissa: price, scale: 3),
                contracts: FixedPoint(mantissa: 2), quantity: FixedPoint(mantissa: 2, scale: 2),
                index: source == .dump ? nil : index, volatility: source == .dump ? nil : FixedPoint(mantissa: 5066, scale: 4),
                isBlock: isBlock, block: isBlock ? "77" : "", source: source))
    }

    private static func random(_ count: Int, using random: inout Seeded) throws -> [OptionTrade] {
        try (0..<count).map { number in
            try trade(
                Int.random(in: symbols.indices, using: &random), "\(number / 2)",
                at: start + Int64.random(in: 0..<2 * CivilDate.dayLength, using: &random),
                source: OptionSource.allCases.randomElement(using: &random) ?? .rest, isBlock: Int.random(in: 0...5, using: &random) == 0,
                price: Int64.random(in: 1...1000, using: &random),
                index: Bool.random(using: &random) ? FixedPoint(mantissa: Int64.random(in: 1...99_999_999, using: &random), scale: 3) : nil)
        }
    }

    /// What should be there: each trade once, by day, family and time.
    private static func truth(_ trades: [OptionTrade]) -> [OptionFamily: [OptionTrade]] {
        struct Place: Hashable {
            var day: CivilDate
            var key: OptionTradeKey
        }
        var merged: [Place: OptionTrade] = [:]
        for trade in trades {
            let place = Place(day: CivilDate(microseconds: trade.time), key: trade.key)
            merged[place] = merged[place].map { $0.merged(trade) } ?? trade
        }
        return Dictionary(grouping: merged.values, by: \.contract.family).mapValues { trades in
            trades.sorted { ($0.time, $0.key) < ($1.time, $1.key) }
        }
    }

    private func held(_ lake: Lake) throws -> [OptionFamily: [OptionTrade]] {
        var result: [OptionFamily: [OptionTrade]] = [:]
        for family in try lake.optionFamilies() {
            result[family] = try lake.optionTrades(of: family, from: 0, to: .max)
        }
        return result
    }

    @Test func `What is appended is read again, open, sealed and partly sealed, by this and another handle`() throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let reader = try Lake(directory: folder.path, create: false)
        let store = try OptionStore(lake: lake)
        var trades = try Self.random(300, using: &random)
        _ = try store.append(trades)
        #expect(try held(reader) == Self.truth(trades))
        #expect(try store.seal(before: Self.day) == [])
        #expect(try store.seal(before: CivilDate(epochDay: Self.day.epochDay + 1)) == [Self.day])
        #expect(try held(reader) == Self.truth(trades) && store.openDays.count == 1)
        // Late ones of the sealed day, and repetitions of others.
        let late = try Self.random(100, using: &random)
        _ = try store.append(late)
        trades += late
        #expect(try held(lake) == Self.truth(trades) && held(reader) == Self.truth(trades))
        #expect(try store.seal(before: CivilDate(epochDay: Self.day.epochDay + 9)).count == 2)
        #expect(try held(lake) == Self.truth(trades) && held(reader) == Self.truth(trades) && store.openDays.isEmpty)
        let family = try #require(OptionFamily("okx:BTC-USD"))
        let (from, to) = (Self.start + 3_600_000_000, Self.start + CivilDate.dayLength + 1)
        #expect(
            try reader.optionTrades(of: family, from: from, to: to)
                == (Self.truth(trades)[family] ?? []).filter { from <= $0.time && $0.time < to })
        #expect(try reader.lastOptionDay(of: family) == CivilDate(epochDay: Self.day.epochDay + 1))
        #expect(try reader.optionTrades(of: #require(OptionFamily("okx:ETH-USD")), from: 0, to: .max).isEmpty)
    }

    @Test func `In whatever order and however often trades come, the sealed files have the same bytes`() throws {
        var random = Seeded.fresh()
        let trades = try Self.random(200, using: &random)
        func files(_ order: [OptionTrade], _ pieces: Int) throws -> [String: Data] {
            let folder = try Folder()
            let lake = try Lake(directory: folder.path, create: true)
            let store = try OptionStore(lake: lake)
            for piece in 0..<pieces {
                _ = try store.append(order.enumerated().filter { $0.offset % pieces == piece }.map(\.element))
                if piece == 1 { try store.seal(before: CivilDate(epochDay: Self.day.epochDay + 1)) }
            }
            _ = try store.append(Array(order.prefix(20)))
            try store.seal(before: CivilDate(epochDay: Self.day.epochDay + 5))
            store.close()
            var result: [String: Data] = [:]
            let all = FileManager.default.enumerator(atPath: folder.path + "/options")?.allObjects as? [String] ?? []
            for name in all where name.hasSuffix(".parquet") {
                result[name] = try Data(contentsOf: URL(fileURLWithPath: folder.path + "/options/" + name))
            }
            return result
        }
        let first = try files(trades, 1)
        #expect(first.count == 6)
        #expect(try files(trades.shuffled(using: &random), 5) == first)
    }

    @Test func `A block that comes a quarter of an hour late is on the day of its execution, though that day is sealed`() throws {
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let store = try OptionStore(lake: lake)
        let next = CivilDate(epochDay: Self.day.epochDay + 1)
        let executed = next.microseconds - 60_000_000
        _ = try store.append([try Self.trade(0, "1", at: executed - 1000), try Self.trade(0, "2", at: next.microseconds + 1)])
        try store.seal(before: next)
        #expect(try store.append([try Self.trade(0, "9", at: executed, isBlock: true, received: executed + 900_000_000)]) == 1)
        try store.seal(before: next)
        let family = try #require(OptionFamily("okx:BTC-USD"))
        let day = try lake.optionTrades(of: family, from: Self.start, to: next.microseconds)
        #expect(day.map(\.id) == ["1", "9"] && day[1].isBlock && day[1].received == executed + 900_000_000 && day[1].block == "77")
        // A leg with the number of a trade of the book is another trade.
        _ = try store.append([try Self.trade(0, "1", at: executed + 1, isBlock: true)])
        #expect(try lake.optionTrades(of: family, from: Self.start, to: next.microseconds).count == 3)
    }

    @Test func `A dump beats REST, REST beats a WebSocket, and what only the weaker one says stays`() throws {
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let store = try OptionStore(lake: lake)
        let family = try #require(OptionFamily("okx:BTC-USD"))
        func price() throws -> [String] {
            try lake.optionTrades(of: family, from: 0, to: .max).map { "\($0.price) \($0.source) \($0.index?.description ?? "-")" }
        }
        #expect(try store.append([try Self.trade(0, "1", at: Self.start + 1, price: 45)]) == 1)
        #expect(try store.append([try Self.trade(0, "1", at: Self.start + 1, source: .dump, price: 44)]) == 0)
        #expect(try price() == ["0.044 dump 16537.2"])
        #expect(try store.append([try Self.trade(0, "1", at: Self.start + 1, source: .rest, price: 46)]) == 0)
        #expect(try price() == ["0.044 dump 16537.2"])
        try store.seal(before: CivilDate(epochDay: Self.day.epochDay + 1))
        _ = try store.append([try Self.trade(0, "1", at: Self.start + 1, source: .rest, price: 46)])
        #expect(try price() == ["0.044 dump 16537.2"])
    }

    /// What a check of the whole lake finds.
    private func findings(_ lake: Lake) throws -> [String] {
        let found = Mutex<[String]>([])
        try lake.verify(threads: 1) { finding in found.withLock { $0.append("\(finding.kind) \(finding.subject)") } }
        return found.withLock { $0 }
    }

    @Test func `One process writes, and what is damaged is said and not read`() throws {
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let store = try OptionStore(lake: lake)
        #expect(throws: LakeError.self) { try OptionStore(lake: lake) }
        _ = try store.append([try Self.trade(0, "1", at: Self.start + 1), try Self.trade(0, "2", at: Self.start + 2)])
        store.close()
        let database = try Database(path: "\(folder.path)/options/\(Self.day).sqlite")
        try database.execute("UPDATE trades SET body = x'0102' || substr(body, 3) WHERE id = '2'")
        let family = try #require(OptionFamily("okx:BTC-USD"))
        #expect(try lake.optionTrades(of: family, from: 0, to: .max).map(\.id) == ["1"])
        #expect(try findings(lake) == ["damaged options/\(Self.day).sqlite"])
        // What the venue tells once more takes its place.
        let again = try OptionStore(lake: lake)
        #expect(try again.append([try Self.trade(0, "2", at: Self.start + 2)]) == 0)
        try again.seal(before: CivilDate(epochDay: Self.day.epochDay + 1))
        #expect(try lake.optionTrades(of: family, from: 0, to: .max).map(\.id) == ["1", "2"])
        #expect(try findings(lake).isEmpty)
        // A sealed file that is cut, and one of another family.
        let path = "\(folder.path)/options/exchange=okx-options/family=BTC-USD/year=2026/month=02/day=16/trades.parquet"
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try whole.prefix(whole.count - 20).write(to: URL(fileURLWithPath: path))
        #expect(throws: LakeError.self) { try lake.optionTrades(of: family, from: 0, to: .max) }
        #expect(try findings(lake).map { $0.prefix(7) } == ["damaged"])
        let other = path.replacing("family=BTC-USD", with: "family=ETH-USD")
        try FileManager.default.createDirectory(
            atPath: (other as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
        try whole.write(to: URL(fileURLWithPath: other))
        #expect(throws: LakeError.self) {
            try lake.optionTrades(of: #require(OptionFamily("okx:ETH-USD")), from: 0, to: .max)
        }
    }

    /// What is in quarantine.
    private func setAside(_ folder: Folder) -> [String] {
        (try? FileManager.default.contentsOfDirectory(atPath: folder.path + "/quarantine").sorted()) ?? []
    }

    @Test func `Damage keeps nothing from being written or sealed, is kept and said, and its day counts as lacking`() throws {
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let family = try #require(OptionFamily("okx:BTC-USD"))
        let said = Mutex<[String]>([])
        let next = CivilDate(epochDay: Self.day.epochDay + 1)
        let times = Self.start..<next.microseconds
        func coverage() throws -> [OptionCoverage.Stretch] { try lake.optionCoverage(of: family, .book, in: times).stretches }
        func store() throws -> OptionStore { try OptionStore(lake: lake) { line in said.withLock { $0.append("\(line)") } } }
        var writing = try store()
        let around = (Self.start - 1000)..<(next.microseconds + 1000)
        let rest = [OptionCoverage.Stretch((Self.start - 1000)..<Self.start, isRepaired: false)]
        let after = [OptionCoverage.Stretch(next.microseconds..<(next.microseconds + 1000), isRepaired: false)]
        _ = try writing.append([try Self.trade(0, "1", at: Self.start + 1), try Self.trade(0, "2", at: Self.start + 2)])
        try writing.take([.whole(family, .book, around, isRepaired: false)])
        writing.close()
        // A row whose bytes are others.
        try Database(path: "\(folder.path)/options/\(Self.day).sqlite").execute(
            "UPDATE trades SET body = x'0102' || substr(body, 3) WHERE id = '2'")
        writing = try store()
        #expect(try coverage() == [.init(around, isRepaired: false)])
        #expect(try writing.seal(before: next) == [Self.day])
        #expect(try lake.optionTrades(of: family, from: 0, to: .max).map(\.id) == ["1"] && coverage() == rest + after)
        #expect(setAside(folder) == ["options_\(Self.day).sqlite"] && said.withLock { $0.count } == 1)
        // A file that is cut: it is set aside when something is to be joined with it.
        let path = "\(folder.path)/options/exchange=okx-options/family=BTC-USD/year=2026/month=02/day=16/trades.parquet"
        let whole = try Data(contentsOf: URL(fileURLWithPath: path))
        try whole.prefix(whole.count - 20).write(to: URL(fileURLWithPath: path))
        _ = try writing.append([try Self.trade(0, "3", at: Self.start + 3)])
        try writing.take([.whole(family, .book, around, isRepaired: true)])
        #expect(try writing.seal(before: next) == [Self.day])
        #expect(try lake.optionTrades(of: family, from: 0, to: .max).map(\.id) == ["3"] && coverage() == rest + after)
        #expect(setAside(folder).count == 2)
        // A journal that is none: what comes is written to a new one.
        writing.close()
        try Data(repeating: 7, count: 8192).write(to: URL(fileURLWithPath: "\(folder.path)/options/\(Self.day).sqlite"))
        writing = try store()
        #expect(try writing.append([try Self.trade(0, "4", at: Self.start + 4)]) == 1)
        #expect(try lake.optionTrades(of: family, from: 0, to: .max).map(\.id) == ["3", "4"])
        #expect(setAside(folder).count == 3)
        // What is known of when tapes are whole is lost with its file: nothing is known.
        writing.close()
        try Data(repeating: 7, count: 8192).write(to: URL(fileURLWithPath: "\(folder.path)/options/coverage.sqlite"))
        #expect(try coverage().isEmpty && findings(lake) == ["damaged options/coverage.sqlite"])
        writing = try store()
        try writing.take([.whole(family, .book, times, isRepaired: true)])
        #expect(try coverage() == [.init(times, isRepaired: true)] && findings(lake).isEmpty && setAside(folder).count == 4)
        writing.close()
    }

    @Test func `When a tape is whole is known to other processes, and the same as in memory`() throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let reader = try Lake(directory: folder.path, create: false)
        let store = try OptionStore(lake: lake)
        let families = try ["okx:BTC-USD", "deribit:BTC"].map { try #require(OptionFamily($0)) }
        #expect(try reader.optionCoverage(of: families[0], .book, in: 0..<100).stretches.isEmpty)
        #expect(try reader.optionCoverageEnd(of: families[0], .book) == nil)
        var truth = [OptionFamily: [OptionPart: OptionCoverage]]()
        for _ in 0..<150 {
            var claims: [OptionClaim] = []
            for _ in 0..<Int.random(in: 0...3, using: &random) {
                let family = families.randomElement(using: &random) ?? families[0]
                let part = Bool.random(using: &random) ? OptionPart.book : .blocks
                let start = Int64.random(in: 0..<1000, using: &random)
                let times = start..<Int64.random(in: start...(start + 200), using: &random)
                if Int.random(in: 0..<4, using: &random) == 0 {
                    claims.append(.lacking(family, part, times))
                    truth[family, default: [:]][part, default: OptionCoverage()].remove(times)
                } else {
                    let isRepaired = Bool.random(using: &random)
                    claims.append(.whole(family, part, times, isRepaired: isRepaired))
                    truth[family, default: [:]][part, default: OptionCoverage()].add(times, isRepaired: isRepaired)
                }
            }
            try store.take(claims)
        }
        for family in families {
            for part in OptionPart.allCases {
                let known = truth[family]?[part] ?? OptionCoverage()
                #expect(try reader.optionCoverage(of: family, part, in: 0..<2000) == known)
                #expect(try reader.optionCoverageEnd(of: family, part) == known.stretches.last?.times.upperBound)
            }
        }
        store.close()
    }

    @Test func `Bytes of a trade that were changed are none, whatever was changed`() throws {
        var random = Seeded.fresh()
        let trade = try Self.trade(0, "1", at: Self.start)
        let bytes = OptionBlob.encode(trade)
        #expect(OptionBlob.decode(bytes, trade.contract, trade.key, time: trade.time) == trade)
        #expect(OptionBlob.decode(bytes, trade.contract, trade.key, time: trade.time + 1) == nil)
        #expect(
            OptionBlob.decode(bytes, trade.contract, OptionTradeKey(symbol: trade.contract.symbol, space: .book, id: "2"), time: trade.time)
                == nil)
        for _ in 0..<500 {
            var changed = bytes
            changed[Int.random(in: 0..<changed.count, using: &random)] ^= UInt8.random(in: 1...255, using: &random)
            #expect(OptionBlob.decode(changed, trade.contract, trade.key, time: trade.time) == nil)
            let cut = Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &random)))
            #expect(OptionBlob.decode(cut, trade.contract, trade.key, time: trade.time) == nil)
        }
    }
}
