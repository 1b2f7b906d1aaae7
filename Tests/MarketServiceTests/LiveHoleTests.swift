import Lake
import MarketModel
import MarketService
import OrderFlow
import Recorder
import TapeSequencer
import TestSupport
import Testing

/// What live bars say of holes that were there when their recording began.
@Suite struct LiveHoleTests {
    private static let start = CivilDate(epochDay: 20_000).microseconds

    private func row(_ id: Int64) -> JournalRow {
        JournalRow(
            Trade(id: TradeID(id), time: Self.start + id * 1000, price: 100, quantity: 1, side: .buy), received: Self.start + id * 1000)
    }

    @Test func `A hole from before the start that is filled leaves repaired bars, and a doubt says nothing of them`() throws {
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let journal = try Journal(lake: lake, venue: .binanceSpot)
        let instrument = Instrument(venue: .binanceSpot, symbol: "BTCUSDT")
        let scales = Scales(price: 2, quantity: 3)
        let name = try journal.open(instrument, scales: scales).symbol
        journal.append(name, (Int64(1)...10).filter { $0 != 5 }.map { row($0) })
        try journal.flush()
        let live = LiveMarket(lake: lake) { Issue.record("\($0)") }
        let tape = try #require(try lake.tape(venue: .binanceSpot, symbol: "BTCUSDT"))
        let sink = try live.begin(LiveTapeStart(instrument: instrument, scales: scales, tape: tape, settle: { try journal.flush() }))
        func quality() -> BarQuality? { live.newestRow(.binanceSpot, "BTCUSDT", .m1)?.row.quality }
        #expect(quality() == .gap)
        let hole = try #require(tape.openHoles.first)
        #expect(hole.from == 5 && hole.to == 5)
        journal.append(name, row(5))
        sink.take([LiveTrade(row(5).trade, received: Self.start, source: .rest, isLate: true)])
        sink.take(LiveGap(ids: 5...5, timeFrom: hole.timeFrom, timeTo: hole.timeTo, missing: 0, state: .repaired))
        #expect(quality() == .repaired)
        live.stop()
        journal.close()
    }

    @Test func `A time that is in doubt when the recording begins colours no bar until it is settled`() throws {
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let journal = try Journal(lake: lake, venue: .bybitLinear)
        let instrument = Instrument(venue: .bybitLinear, symbol: "BTCUSDT")
        let scales = Scales(price: 2, quantity: 3)
        let name = try journal.open(instrument, scales: scales).symbol
        journal.note(name, TapeLoss(timeFrom: Self.start + 3000, timeTo: Self.start + 5000, state: .open))
        journal.append(name, (Int64(1)...10).map { row($0) })
        try journal.flush()
        let live = LiveMarket(lake: lake) { Issue.record("\($0)") }
        let tape = try #require(try lake.tape(venue: .bybitLinear, symbol: "BTCUSDT"))
        let sink = try live.begin(LiveTapeStart(instrument: instrument, scales: scales, tape: tape, settle: { try journal.flush() }))
        func quality() -> BarQuality? { live.newestRow(.bybitLinear, "BTCUSDT", .m1)?.row.quality }
        #expect(quality() == .complete)
        sink.take(LiveGap(ids: nil, timeFrom: Self.start + 3000, timeTo: Self.start + 5000, missing: nil, state: .abandoned))
        #expect(quality() == .gap)
        live.stop()
        journal.close()
    }
}
