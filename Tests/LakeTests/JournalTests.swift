import Foundation
import Lake
import MarketModel
import Synchronization
import TapeSequencer
import TestSupport
import Testing

/// Trades as a venue's stream gives them, and a journal to put them into.
struct Recording {
    static let day = CivilDate(epochDay: 20_000)
    static let scales = Scales(price: 2, quantity: 5)

    static func instrument(_ kind: TradeIDKind = .contiguous, symbol: String = "BTCUSDT") -> Instrument {
        var instrument = Instrument(venue: .binanceSpot, symbol: symbol)
        instrument.tradeIDs = kind
        return instrument
    }

    /// Rows in tape order, from shortly before midnight on where `start` says so.
    static func rows(
        _ count: Int, _ kind: TradeIDKind = .contiguous, firstID: Int64 = 1000, start: Int64? = nil, using random: inout Seeded
    )
        -> [JournalRow]
    {
        var time = start ?? day.microseconds
        return (0..<count).map { index in
            time += Int64.random(in: 0...3, using: &random) == 0 ? 0 : Int64.random(in: 0...20_000, using: &random)
            let id =
                kind == .uuid
                ? TradeID(high: Int64.random(in: .min ... .max, using: &random), low: UInt64.random(in: 0 ... .max, using: &random))
                : kind == .none ? TradeID(0) : TradeID(firstID + Int64(index) * (kind == .integer ? 3 : 1))
            let trade = Trade(
                id: id, time: time, price: 6_000_000 + Int64.random(in: -500...500, using: &random),
                quantity: Int64.random(in: 1...200_000, using: &random), side: Bool.random(using: &random) ? .buy : .sell,
                fills: Int32.random(in: 1...20, using: &random))
            return JournalRow(
                trade, source: Int.random(in: 0...30, using: &random) == 0 ? .rest : .stream,
                received: time + Int64.random(in: 1000...80_000, using: &random))
        }
    }
}

@Suite struct JournalTests {
    @Test(arguments: TradeIDKind.allCases)
    func `Batches are read back as they were written, and a flipped or missing byte shows`(kind: TradeIDKind) {
        var random = Seeded.fresh()
        for _ in 0..<60 {
            var rows = Recording.rows(Int.random(in: 1...300, using: &random), kind, using: &random)
            for index in rows.indices where Int.random(in: 0...9, using: &random) == 0 {
                rows[index].received = [0, .max, .min, 1].randomElement(using: &random) ?? 0
                rows[index].ordinal = Int32.random(in: .min ... .max, using: &random)
                rows[index].trade.price = Int64.random(in: 1 ... .max, using: &random)
                rows[index].trade.fills = Int32.random(in: .min ... .max, using: &random)
                if kind == .contiguous { rows[index].trade.id = TradeID(Int64.random(in: .min ... .max, using: &random)) }
            }
            let bytes = JournalBatch.encode(rows, instrument: 7, number: 99, wideIDs: kind == .uuid)
            var columns = JournalColumns()
            #expect(JournalBatch.decode(bytes, instrument: 7, number: 99, into: &columns) == rows.count)
            let expected = rows.map { TapeRow($0.trade, ordinal: $0.ordinal, source: $0.source, arrival: $0.received) }
            #expect((0..<columns.count).map { columns.row($0) } == expected)
            #expect(JournalBatch.decode(bytes, instrument: 8, number: 99, into: &columns) == nil)
            #expect(JournalBatch.decode(bytes, instrument: 7, number: 98, into: &columns) == nil)
            var flipped = bytes
            flipped[Int.random(in: 0..<bytes.count, using: &random)] ^= 1 << UInt8.random(in: 0...7, using: &random)
            #expect(JournalBatch.decode(flipped, instrument: 7, number: 99, into: &columns) == nil)
            let cut = Array(bytes.prefix(Int.random(in: 0..<bytes.count, using: &random)))
            #expect(JournalBatch.decode(cut, instrument: 7, number: 99, into: &columns) == nil)
            #expect(columns.count == rows.count)
        }
    }

    @Test func `What was flushed is there when the journal is opened again, and acknowledged ids rise`() throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        let rows = Recording.rows(5000, using: &random)
        let durable = Mutex<[Int64]>([])
        do {
            let lake = try Lake(directory: folder.path, create: true)
            let journal = try Journal(
                lake: lake, venue: .binanceSpot, commitMilliseconds: 5,
                onCommit: { commits in
                    durable.withLock { $0 += commits.map(\.durableID.integer) }
                })
            let tape = try journal.open(Recording.instrument(), scales: Recording.scales, stream: "aggTrades")
            #expect(tape.lastID == nil && tape.newest.isEmpty && tape.scales == Recording.scales)
            var start = 0
            while start < rows.count {
                let end = min(rows.count, start + Int.random(in: 1...400, using: &random))
                #expect(journal.append(tape.symbol, Array(rows[start..<end])))
                if Int.random(in: 0...3, using: &random) == 0 { try journal.flush() }
                start = end
            }
            try journal.flush()
            #expect(journal.waitingRows == 0 && journal.problem == nil)
            let seen = durable.withLock { $0 }
            #expect(seen == seen.sorted() && seen.last == rows.last?.trade.id.integer)
            #expect(throws: LakeError.self) { try Journal(lake: lake, venue: .binanceSpot) }
            journal.close()
        }
        let lake = try Lake(directory: folder.path, create: false)
        let journal = try Journal(lake: lake, venue: .binanceSpot, report: { Issue.record("\($0)") })
        let tape = try journal.open(Recording.instrument(), scales: Scales(price: 1, quantity: 6))
        #expect(tape.scales == Scales(price: 2, quantity: 6))
        #expect(tape.lastID == rows.last?.trade.id.integer && tape.lastTime == rows.map { $0.trade.time }.max())
        #expect(tape.newest.count == Journal.newestRows)
        #expect(tape.newest.last?.trade.quantity == (rows.last?.trade.quantity ?? 0) * 10)
        journal.close()
    }
}
