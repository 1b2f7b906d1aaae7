import Lake
import MarketModel
import SQLite
import TapeSequencer
import TestSupport
import Testing

/// What a lake knows of trades that are not there, and of ids that are no trades.
@Suite struct MissingTradesTests {
    private static let tomorrow = CivilDate(epochDay: Recording.day.epochDay + 1)

    private func read(_ lake: Lake, _ tape: TapeSummary) throws -> [Int64] {
        try lake.newest(tape, count: .max / 2).id
    }

    @Test func `Ids given out for no trade are no holes, in the journal, after a restart and once sealed`() throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let rows = Recording.rows(60, using: &random)
        var written = rows
        for index in [10, 11, 30, 58, 59] { written[index].trade.quantity = 0 }
        let trades = rows.indices.filter { written[$0].trade.quantity > 0 && $0 != 20 }.map { rows[$0].trade.id.integer }
        written.remove(at: 20)
        func check(_ isOpen: Bool) throws {
            let tape = try #require(try lake.tape(venue: .binanceSpot, symbol: "BTCUSDT"))
            #expect(tape.days.map(\.isOpen) == [isOpen])
            #expect(tape.rows == 54 && tape.lastTime == rows[57].trade.time)
            #expect(tape.holes.map(\.from) == [rows[20].trade.id.integer] && tape.holes.map(\.count) == [1])
            #expect(try read(lake, tape) == trades)
            #expect(tape.lastID == rows[59].trade.id.integer, "what follows is not asked for")
            try lake.verify(threads: 1) { if !$0.isHarmless { Issue.record("\($0)") } }
        }
        let first = try Journal(lake: lake, venue: .binanceSpot, report: { Issue.record("\($0)") })
        first.append(try first.open(Recording.instrument(), scales: Recording.scales).symbol, written)
        try first.flush()
        try check(true)
        first.close()
        let second = try Journal(lake: lake, venue: .binanceSpot, report: { Issue.record("\($0)") })
        try check(true)
        #expect(try second.open(Recording.instrument(), scales: Recording.scales).lastID == rows[59].trade.id.integer)
        #expect(try second.seal(before: Self.tomorrow) == [Recording.day])
        try check(false)
        second.close()
    }

    @Test func `A day that brings nothing but ids of no trades leaves them known`() throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let journal = try Journal(lake: lake, venue: .binanceSpot, report: { Issue.record("\($0)") })
        let name = try journal.open(Recording.instrument(), scales: Recording.scales).symbol
        let rows = Recording.rows(10, using: &random)
        var void = Recording.rows(1, firstID: 1010, start: Self.tomorrow.microseconds, using: &random)
        void[0].trade.quantity = 0
        let after = CivilDate(epochDay: Self.tomorrow.epochDay + 1)
        journal.append(name, rows + void + Recording.rows(5, firstID: 1011, start: after.microseconds, using: &random))
        try journal.flush()
        for _ in 0..<2 {
            let tape = try #require(try lake.tape(venue: .binanceSpot, symbol: "BTCUSDT"))
            #expect(tape.days.map(\.date) == [Recording.day, after] && tape.holes.isEmpty)
            try journal.seal(before: CivilDate(epochDay: after.epochDay + 1))
        }
        #expect(try lake.tape(venue: .binanceSpot, symbol: "BTCUSDT")?.days.contains { $0.isOpen } == false)
        journal.close()
    }

    @Test func `Times of which trades may be missing are known through restarts and sealing, and forgotten once nothing was`() throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let instrument = Recording.instrument(.uuid)
        let rows = Recording.rows(20, .uuid, using: &random)
        let start = Recording.day.microseconds
        let doubt = TapeLoss(timeFrom: start + 10, timeTo: start + 20, state: .open)
        let hole = TapeLoss(timeFrom: start + 50, timeTo: start + 90, state: .abandoned)
        let filled = TapeLoss(timeFrom: start + 60, timeTo: start + 65, state: .repaired)
        func losses() throws -> [TapeLoss] { try #require(try lake.tape(venue: .binanceSpot, symbol: "BTCUSDT")).losses }

        let first = try Journal(lake: lake, venue: .binanceSpot, report: { Issue.record("\($0)") })
        var name = try first.open(instrument, scales: Recording.scales).symbol
        first.note(name, doubt)
        first.append(name, rows)
        for loss in [hole, filled] { first.note(name, loss) }
        try first.flush()
        #expect(try losses() == [doubt, hole, filled])
        first.close()

        let second = try Journal(lake: lake, venue: .binanceSpot, report: { Issue.record("\($0)") })
        let tape = try second.open(instrument, scales: Recording.scales)
        #expect(tape.losses == [doubt] && tape.newest.map(\.trade.id) == rows.map(\.trade.id))
        name = tape.symbol
        #expect(try second.seal(before: Self.tomorrow) == [Recording.day])
        #expect(try losses() == [doubt, hole, filled])
        second.close()

        // The day is sealed, and its journal gone: the rows are known still, and what is found out of its doubt is noted all the same.
        let third = try Journal(lake: lake, venue: .binanceSpot, report: { Issue.record("\($0)") })
        let again = try third.open(instrument, scales: Recording.scales)
        #expect(again.losses == [doubt] && Set(again.newest.map(\.trade.id)) == Set(rows.map(\.trade.id)))
        third.note(again.symbol, TapeLoss(timeFrom: doubt.timeFrom, timeTo: doubt.timeTo, state: .cleared))
        try third.flush()
        #expect(try losses() == [hole, filled])
        try third.seal(before: Self.tomorrow)
        #expect(try losses() == [hole, filled])
        var known = 0
        try lake.verify(threads: 1) { finding in
            #expect(finding.kind == .knownHole)
        }
        for loss in try losses() where loss.state != .repaired { known += loss == hole ? 1 : 0 }
        #expect(known == 1)
        third.close()
    }

    @Test func `A catalogue of the format before this one is taken over`() throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        do {
            let lake = try Lake(directory: folder.path, create: true)
            let journal = try Journal(lake: lake, venue: .binanceSpot)
            journal.append(
                try journal.open(Recording.instrument(), scales: Recording.scales).symbol, Recording.rows(30, using: &random))
            try journal.seal(before: Self.tomorrow)
            journal.close()
        }
        do {
            let database = try Database(path: folder.path + "/catalogue.sqlite", create: false)
            try database.execute(
                """
                DROP TABLE losses;
                DROP TABLE covers;
                ALTER TABLE pending DROP COLUMN cover_from;
                ALTER TABLE pending DROP COLUMN cover_to;
                UPDATE meta SET value = 2 WHERE key = 'format';
                """)
        }
        for _ in 0..<2 {
            let lake = try Lake(directory: folder.path, create: false)
            #expect(try lake.tape(venue: .binanceSpot, symbol: "BTCUSDT")?.rows == 30)
            try lake.verify(threads: 1) { Issue.record("\($0)") }
        }
    }
}
