import Foundation
import Lake
import MarketModel
import MarketService
import Synchronization
import TestSupport
import Testing

/// Option statistics in memory: the best source of each day, what was open the day before, and what is written while it is asked.
@Suite struct OptionStatisticBookTests {
    private static let all = CivilDate(epochDay: 0)...CivilDate(epochDay: 40_000)

    private func statement(
        _ subject: OptionSubject, _ day: Int, _ calls: Int64, _ source: OptionStatisticSource = .occ, _ measure: OptionMeasure = .volume
    ) throws -> OptionStatement {
        let count = try #require(PutCallCount(calls: calls, puts: 7))
        return OptionStatement(subject: subject, day: CivilDate(epochDay: day), measure: measure, source: source, count: count)
    }

    @Test func `Of several sources of a day the best is believed, in whatever order they came`() throws {
        let folder = try Folder()
        defer { _ = folder }
        let lake = try Lake(directory: folder.data("lake"), create: true)
        let index = OptionSubject.market(.usIndices)
        try lake.keepOptionStatements([statement(index, 20_000, 3, .occ), statement(index, 20_001, 4, .cboe)], origin: "a", at: 1)
        try lake.keepOptionStatements([statement(index, 20_000, 1, .cboe), statement(index, 20_002, 9, .file)], origin: "b", at: 2)
        try lake.keepOptionStatements([statement(index, 20_002, 5, .occ)], origin: "c", at: 3)
        let book = OptionStatisticBook(lake: lake, exchanges: [])
        defer { book.stop() }
        book.follow { Issue.record("\($0)") }
        let rows = book.rows(of: .usIndices, .volume, in: Self.all)
        #expect(rows.map(\.day.epochDay) == [20_000, 20_001, 20_002])
        #expect(rows.map(\.count.calls) == [3, 4, 9])
        #expect(rows.map(\.source) == ["occ", "cboe", "file"])
        #expect(book.rows(of: .usIndices, .openInterest, in: Self.all).isEmpty)
    }

    @Test func `An underlying's day has what was open at the end of the trading day before, and none where nobody said lately`() throws {
        let folder = try Folder()
        defer { _ = folder }
        let lake = try Lake(directory: folder.data("lake"), create: true)
        let tencent = OptionUnderlying(place: .hongKong, code: "00700")
        let subject = OptionSubject.underlying(tencent)
        try lake.keepOptionStatements(
            [
                statement(subject, 20_000, 1), statement(subject, 20_003, 2), statement(subject, 20_004, 3), statement(subject, 20_020, 4),
                statement(subject, 20_000, 100, .occ, .openInterest), statement(subject, 20_003, 200, .occ, .openInterest),
            ], origin: "a", at: 1)
        let book = OptionStatisticBook(lake: lake, exchanges: [])
        defer { book.stop() }
        book.follow { Issue.record("\($0)") }
        let rows = try #require(book.rows(of: tencent, in: Self.all))
        #expect(rows.map(\.volume.calls) == [1, 2, 3, 4])
        #expect(rows.map { $0.openInterest?.calls } == [nil, 100, 200, nil])
        #expect(book.rows(of: OptionUnderlying(place: .hongKong, code: "00005"), in: Self.all) == nil)
    }

    @Test func `A file that is damaged meanwhile is told of once, and what was read before is answered on`() throws {
        let folder = try Folder()
        defer { _ = folder }
        let path = folder.data("lake")
        let lake = try Lake(directory: path, create: true)
        try lake.keepOptionStatements(
            (0..<2000).map { try statement(.market(.usIndices), 10_000 + $0, Int64($0)) }, origin: "a", at: 1)
        let said = Mutex<[String]>([])
        let book = OptionStatisticBook(lake: lake, exchanges: [])
        defer { book.stop() }
        book.follow { line in said.withLock { $0.append("\(line)") } }
        #expect(book.rows(of: .usIndices, .volume, in: Self.all).count == 2000)
        // A row that is new makes the book read again; pages that are none are in its way.
        try lake.keepOptionStatements([statement(.market(.usIndices), 30_000, 1)], origin: "b", at: 2)
        let file = try FileHandle(forUpdating: URL(fileURLWithPath: path + "/options/statistics.sqlite"))
        for page in 2..<20 {
            try file.seek(toOffset: UInt64(page) * 4096)
            try file.write(contentsOf: Data(repeating: 0xA5, count: 4096))
        }
        try file.close()
        for _ in 0..<1000 where said.withLock({ $0.isEmpty }) { usleep(10_000) }
        #expect(said.withLock { $0 }.contains { $0.hasPrefix("what publishers say of options cannot be read") })
        #expect(book.rows(of: .usIndices, .volume, in: Self.all).count >= 2000)
        let lines = said.withLock { $0.count }
        usleep(4_500_000)
        #expect(said.withLock { $0.count } == lines)
    }

    @Test func `Coins are counted from whole days of the tape, in hundredths of a coin`() throws {
        let folder = try Folder()
        defer { _ = folder }
        let lake = try Lake(directory: folder.data("lake"), create: true)
        let store = try OptionStore(lake: lake)
        let family = try #require(OptionFamily("okx:BTC-USD"))
        func trade(_ symbol: String, _ id: Int, _ day: Int, _ contracts: Int64, isBlock: Bool = false) throws -> OptionTrade {
            let contract = try #require(OptionContract(venue: .okxOptions, symbol: symbol))
            return try #require(
                OptionTrade(
                    contract: contract, space: isBlock ? .block : .book, id: "\(id)", time: CivilDate(epochDay: day).microseconds + 5,
                    side: .buy, price: FixedPoint(mantissa: 1, scale: 2), contracts: FixedPoint(mantissa: contracts),
                    quantity: FixedPoint(mantissa: contracts, scale: 2), isBlock: isBlock, source: .rest))
        }
        try store.append([
            trade("BTC-USD-260327-60000-C", 1, 20_500, 30), trade("BTC-USD-260327-60000-P", 1, 20_500, 12),
            trade("BTC-USD-260327-60000-P", 2, 20_500, 5, isBlock: true), trade("BTC-USD-260327-60000-C", 2, 20_501, 8),
        ])
        let whole = CivilDate(epochDay: 20_500).microseconds..<CivilDate(epochDay: 20_501).microseconds
        try store.take(OptionPart.allCases.map { .whole(family, $0, whole, isRepaired: false) })
        store.close()
        let book = OptionStatisticBook(lake: lake, exchanges: ["OKX"])
        defer { book.stop() }
        book.follow { Issue.record("\($0)") }
        let bitcoin = OptionUnderlying(place: .crypto, code: "BTC")
        var rows: [UnderlyingOptionStatistic] = []
        for _ in 0..<500 where rows.isEmpty {
            rows = Array(book.rows(of: bitcoin, in: Self.all) ?? [])
            usleep(10_000)
        }
        #expect(rows.map(\.day.epochDay) == [20_500])
        #expect(rows.first.map { [$0.volume.calls, $0.volume.puts] } == [30, 17])
        #expect(rows.first?.openInterest == nil)
    }
}
