import Lake
import MarketModel
import MarketService
import OrderFlow
import TapeSequencer
import TestSupport
import Testing

/// Rows of bars, a stretch at a time, of a tape that changes meanwhile.
@Suite struct BarReaderTests {
    private static let day = CivilDate(epochDay: 20_000)
    /// Removed with the suite.
    private let folder: Folder

    init() throws { folder = try Folder() }

    @Test func `Where the day is sealed while its bars are read they are read on, and none is lost or comes twice`() throws {
        let lake = try Lake(directory: folder.data("lake"), create: true)
        let journal = try Journal(lake: lake, venue: .binanceSpot, report: { Issue.record("\($0)") })
        var instrument = Instrument(venue: .binanceSpot, symbol: "BTCUSDT")
        instrument.tradeIDs = .contiguous
        let name = try journal.open(instrument, scales: Scales(price: 2, quantity: 5)).symbol
        let rows = (0..<40_000).map { index in
            let time = Self.day.microseconds + Int64(index) * 2_000_000
            let trade = Trade(
                id: TradeID(Int64(index + 1)), time: time, price: 6_000_000 + Int64(index % 700), quantity: 100_000,
                side: index % 3 == 0 ? .sell : .buy)
            return JournalRow(trade, source: .stream, received: time)
        }
        #expect(journal.append(name, rows))
        try journal.flush()

        let options = BarOptions(interval: .s1, parts: [])
        func bars() throws -> BarReader {
            try #require(
                try BarReader.open(lake, venue: .binanceSpot, symbol: "BTCUSDT", from: 0, to: .max, options: options, threads: 2))
        }
        func prints() throws -> FootprintReader {
            try #require(
                try FootprintReader.open(lake, venue: .binanceSpot, symbol: "BTCUSDT", from: 0, to: .max, interval: .s1, threads: 2))
        }
        var (reader, levels) = (try bars(), try prints())
        #expect(!reader.isSealed && !levels.isSealed)
        var found = try #require(try reader.next())
        var footprints = try #require(try levels.next())
        #expect(found.count < rows.count && footprints.count < rows.count)
        #expect(try journal.seal(before: CivilDate(epochDay: Self.day.epochDay + 1)) == [Self.day])
        while let more = try reader.next() { found += more }
        while let more = try levels.next() { footprints += more }
        #expect(found.map(\.time) == rows.map(\.trade.time))
        #expect(footprints.map(\.bar.start) == rows.map(\.trade.time))

        var after = try bars()
        #expect(after.isSealed && after.revision != reader.revision)
        var wanted: [BarRow] = []
        while let more = try after.next() { wanted += more }
        #expect(found.map(\.deltaNotional) == wanted.map(\.deltaNotional))
    }
}
