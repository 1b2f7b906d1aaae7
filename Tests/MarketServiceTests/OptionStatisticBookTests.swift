import Glibc
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
        let rows = book.statistics(of: .usIndices, .volume, in: Self.all)
        #expect(rows.map(\.day.epochDay) == [20_002, 20_001, 20_000])
        #expect(rows.map(\.count.calls) == [9, 4, 3])
        #expect(rows.map(\.source) == ["file", "cboe", "occ"])
        #expect(book.statistics(of: .usIndices, .openInterest, in: Self.all).isEmpty)
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
        let rows = try #require(book.statistics(of: tencent, in: Self.all))
        #expect(rows.map(\.volume.calls) == [4, 3, 2, 1])
        #expect(rows.map { $0.openInterest?.calls } == [nil, 200, 100, nil])
        #expect(book.statistics(of: OptionUnderlying(place: .hongKong, code: "00005"), in: Self.all) == nil)
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
            rows = book.statistics(of: bitcoin, in: Self.all) ?? []
            usleep(10_000)
        }
        #expect(rows.map(\.day.epochDay) == [20_500])
        #expect(rows.first.map { [$0.volume.calls, $0.volume.puts] } == [30, 17])
        #expect(rows.first?.openInterest == nil)
    }
}
