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

    /// Rows as a venue may give them: late ones, repetitions, contradictions.
    static func disorder(_ rows: [JournalRow], _ random: inout Seeded) -> [JournalRow] {
        var result: [JournalRow] = []
        for row in rows {
            result.append(row)
            if Int.random(in: 0...9, using: &random) == 0 {
                var again = row
                again.source = Bool.random(using: &random) ? .rest : .stream
                if Bool.random(using: &random) { again.trade.price += Int64.random(in: -3...3, using: &random) }
                again.received += Int64.random(in: -2...2, using: &random)
                result.insert(again, at: Int.random(in: 0...result.count, using: &random))
            }
            if Int.random(in: 0...4, using: &random) == 0, result.count > 3 {
                result.swapAt(result.count - 1, Int.random(in: (result.count - 4)..<result.count, using: &random))
            }
        }
        return result
    }

    /// What a tape of these rows is, as the rules say it.
    static func tape(_ rows: [JournalRow], _ kind: TradeIDKind) -> [TapeRow] {
        let order = TapeOrder(tradeIDs: kind)
        let days = Dictionary(grouping: rows) { CivilDate(microseconds: $0.trade.time) }
        return days.sorted { $0.key < $1.key }.flatMap { _, rows in
            Dictionary(grouping: rows) { order.key(of: $0.trade) }.sorted { $0.key < $1.key }.flatMap { _, group in
                order.group(rows: group.map { TapeRow($0.trade, source: $0.source, arrival: $0.received) })
            }
        }
    }

    /// All rows of a tape with their arrival times.
    static func read(_ lake: Lake, _ tape: TapeSummary, threads: Int = 2) throws -> [TapeRow] {
        let all = Mutex<[TapeRow]>([])
        try lake.read(
            tape, columns: TapeColumnSet.all.union([.arrival, .source]), threads: threads,
            reduction: TapeReduction<[TapeRow]>(
                begin: { _ in [] },
                add: { part, batch in
                    var batch = copy batch
                    if batch.id.isEmpty { batch.id = [Int64](repeating: 0, count: batch.count) }
                    part += (0..<batch.count).map { batch.row($0, ordinal: 0) }
                }),
            fold: { part in all.withLock { $0 += part } })
        return all.withLock { $0 }
    }

    @Test(arguments: TradeIDKind.allCases)
    func `Open days are read like sealed ones, by anyone, while they are written; sealing changes nothing`(kind: TradeIDKind) throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let other = try Lake(directory: folder.path, create: false)
        let journal = try Journal(lake: lake, venue: .binanceSpot, commitMilliseconds: 250, report: { Issue.record("\($0)") })
        let name = try journal.open(Recording.instrument(kind), scales: Recording.scales).symbol
        let start = Recording.day.microseconds + CivilDate.dayLength - 20_000_000
        let rows = Self.disorder(Recording.rows(6000, kind, start: start, using: &random), &random)
        var given: [JournalRow] = []
        while given.count < rows.count {
            let part = Array(rows[given.count..<min(rows.count, given.count + Int.random(in: 1...1500, using: &random))])
            given += part
            #expect(journal.append(name, part))
            try journal.flush()
            let version = try other.liveVersion
            let tape = try #require(try other.tape(venue: .binanceSpot, symbol: "BTCUSDT"))
            #expect(tape.days.allSatisfy { $0.isOpen })
            let expected = Self.tape(given, kind).map { TapeRow($0.trade, source: $0.source, arrival: $0.arrival) }
            #expect(try Self.read(other, tape) == expected)
            if kind == .contiguous { #expect(tape.rows == expected.count) }
            let newest = try other.newest(tape, count: 100)
            #expect((0..<newest.count).map { newest[$0] } == expected.suffix(100).map(\.trade))
            #expect(try other.liveVersion == version)
        }
        let expected = Self.tape(rows, kind).map { TapeRow($0.trade, source: $0.source, arrival: $0.arrival) }
        // A journal that outlives its sealing, as a death in between leaves it, is no second set of rows.
        let journals = folder.path + "/journal/\(Recording.day)"
        journal.close()
        try FileManager.default.copyItem(atPath: journals, toPath: folder.path + "/kept")
        let next = try Journal(lake: lake, venue: .binanceSpot, report: { Issue.record("\($0)") })
        let sealed = try next.seal(before: CivilDate(epochDay: Recording.day.epochDay + 1))
        #expect(sealed == [Recording.day] && !FileManager.default.fileExists(atPath: journals))
        var tape = try #require(try other.tape(venue: .binanceSpot, symbol: "BTCUSDT"))
        #expect(tape.days.map(\.isOpen) == [false, true] && tape.days.first?.date == Recording.day)
        #expect(try Self.read(other, tape) == expected)
        let hash = tape.days.first?.fileHash
        next.close()
        try FileManager.default.copyItem(atPath: folder.path + "/kept", toPath: journals)
        tape = try #require(try other.tape(venue: .binanceSpot, symbol: "BTCUSDT"))
        #expect(tape.days.map(\.isOpen) == [true, true])
        #expect(try Self.read(other, tape) == expected)
        let last = try Journal(lake: lake, venue: .binanceSpot, report: { Issue.record("\($0)") })
        #expect(try last.seal(before: CivilDate(epochDay: Recording.day.epochDay + 2)).count == 2)
        last.close()
        tape = try #require(try other.tape(venue: .binanceSpot, symbol: "BTCUSDT"))
        #expect(tape.days.first?.fileHash == hash && !tape.days.contains { $0.isOpen })
        #expect(try Self.read(other, tape) == expected)
        #expect(tape.days.allSatisfy { $0.arrivals.rows == $0.rows })
        try lake.verify(threads: 1) { Issue.record("\($0)") }
    }

    @Test func `Holes are known while they are open, when they are filled and when nobody fills them`() throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let journal = try Journal(lake: lake, venue: .binanceSpot, report: { Issue.record("\($0)") })
        let name = try journal.open(Recording.instrument(), scales: Recording.scales).symbol
        let rows = Recording.rows(100, using: &random)
        let hole = { (from: Int, to: Int, state: TapeHole.State) in
            TapeHole(
                from: rows[from].trade.id.integer, to: rows[to].trade.id.integer, state: state, timeFrom: rows[from - 1].trade.time,
                timeTo: rows[to + 1].trade.time)
        }
        func states() throws -> [TapeHole.State] { try lake.tape(venue: .binanceSpot, symbol: "BTCUSDT")?.holes.map(\.state) ?? [] }
        journal.append(name, Array(rows[..<20]))
        journal.append(name, Array(rows[30..<50] + rows[60...]))
        try journal.flush()
        #expect(try states() == [.open, .open])
        journal.note(name, hole(20, 29, .open))
        journal.append(name, Array(rows[20..<30]))
        journal.note(name, hole(50, 59, .abandoned))
        try journal.flush()
        #expect(try states() == [.repaired, .abandoned])
        #expect(try lake.tape(venue: .binanceSpot, symbol: "BTCUSDT")?.openHoles == [hole(50, 59, .abandoned)])
        try journal.seal(before: CivilDate(epochDay: Recording.day.epochDay + 1))
        #expect(try states() == [.repaired, .abandoned])
        try lake.verify(threads: 1) { if !$0.isHarmless { Issue.record("\($0)") } }
        // Late rows open a journal of the sealed day again.
        journal.append(name, Array(rows[50..<60]))
        try journal.flush()
        #expect(try states() == [.repaired, .repaired])
        try journal.seal(before: CivilDate(epochDay: Recording.day.epochDay + 1))
        #expect(try states() == [.repaired, .repaired])
        #expect(try lake.tape(venue: .binanceSpot, symbol: "BTCUSDT")?.rows == 100)
        journal.close()
    }

    @Test func `Finer scales in the middle of a day show every row at the finest`() throws {
        var random = Seeded.fresh()
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let journal = try Journal(lake: lake, venue: .binanceSpot, report: { Issue.record("\($0)") })
        let coarse = try journal.open(Recording.instrument(), scales: Recording.scales)
        let rows = Recording.rows(60, using: &random)
        journal.append(coarse.symbol, Array(rows[..<20]))
        try journal.flush()
        try journal.seal(before: CivilDate(epochDay: Recording.day.epochDay + 1))
        journal.append(coarse.symbol, Array(rows[20..<40]))
        let fine = try journal.open(Recording.instrument(), scales: Scales(price: 4, quantity: 5))
        #expect(fine.scales == Scales(price: 4, quantity: 5))
        let finer = rows.map { row in
            var row = row
            row.trade.price *= 100
            return row
        }
        journal.append(fine.symbol, Array(finer[40...]))
        try journal.flush()
        for _ in 0..<2 {
            let tape = try #require(try lake.tape(venue: .binanceSpot, symbol: "BTCUSDT"))
            #expect(tape.scales == fine.scales)
            #expect(try Self.read(lake, tape).map(\.trade) == finer.map(\.trade))
            try journal.seal(before: CivilDate(epochDay: Recording.day.epochDay + 1))
        }
        try lake.verify(threads: 1) { Issue.record("\($0)") }
        journal.close()
    }
}
