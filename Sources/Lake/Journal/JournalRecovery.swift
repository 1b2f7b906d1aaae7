import MarketModel
import Notices
import SQLite
import TapeSequencer

/// An instrument that was found in a journal, with its newest rows.
struct JournalFound: Sendable {
    var instrument: JournalInstrument
    /// The newest rows, at the instrument's scales.
    var newest: [ScaledRow]
}

/// A row and the scales it has.
struct ScaledRow: Sendable {
    var row: TapeRow
    var scales: Scales

    func rescaled(to wider: Scales) -> TapeRow {
        var row = row
        row.trade.price &*= FixedPoint.powersOfTen[max(0, wider.price - scales.price)]
        row.trade.quantity &*= FixedPoint.powersOfTen[max(0, wider.quantity - scales.quantity)]
        return row
    }
}

/// Reads a venue's journals when its recording begins, and replaces damaged ones by what can be read of them.
struct JournalRecovery {
    let lake: String
    let venue: Venue
    let report: @Sendable (Notice) -> Void

    /// Hands sound files to the store and returns what is in them, older days first.
    func run(_ store: JournalStore) throws -> [JournalFound] {
        var found: [JournalFound] = []
        for (day, _) in JournalPath.all(lake, venue: venue) {
            let path = JournalPath.file(lake, day, venue)
            try finishReplacing(path)
            var (replay, newest) = try read(path)
            if !replay.damage.isEmpty {
                try replace(path, day, replay)
                (replay, newest) = try read(path)
            }
            guard replay.lastBatch > 0 || !replay.notes.isEmpty else {
                JournalFile.remove(path)
                continue
            }
            store.adopt(try JournalFile(lake: lake, day: day, venue: venue, holding: replay.instruments, lastBatch: replay.lastBatch))
            for (number, instrument) in replay.instruments.sorted(by: { $0.key < $1.key }) {
                let rows = (newest[number] ?? []).suffix(Journal.newestRows)
                found.append(JournalFound(instrument: instrument, newest: rows.map { ScaledRow(row: $0, scales: instrument.scales) }))
            }
        }
        return found
    }

    /// Reads a file, with the newest rows of each instrument.
    private func read(_ path: String) throws -> (JournalReplay, [Int64: [TapeRow]]) {
        var newest: [Int64: [TapeRow]] = [:]
        let replay = try JournalReplay(path: path) { number, rows in
            let first = max(0, rows.count - Journal.newestRows)
            newest[number, default: []] += (first..<rows.count).map { rows.row($0) }
            guard let count = newest[number]?.count, count > 4 * Journal.newestRows else { return }
            newest[number]?.removeFirst(count - Journal.newestRows)
        }
        return (replay, newest)
    }

    /// Writes what could be read of a damaged file into a new one, and moves the damaged one to `quarantine/`.
    ///
    /// The new file is whole before the old one is touched; a death in between is made good by ``finishReplacing(_:)``.
    private func replace(_ path: String, _ day: CivilDate, _ replay: JournalReplay) throws {
        let fresh = path + ".new"
        for name in [fresh + ".part"] + JournalPath.companions.map({ fresh + ".part" + $0 }) { FileSystem.remove(name) }
        do {
            let copy = try JournalCopy(path: fresh + ".part")
            _ = try JournalReplay(path: path) { number, rows in
                if let instrument = replay.instruments[number] { try copy.append(instrument, rows) }
            }
            try copy.finish(notes: replay.notes, of: replay.instruments)
        }
        for name in JournalPath.companions { FileSystem.remove(fresh + ".part" + name) }
        try FileSystem.replace(fresh, by: fresh + ".part")
        try FileSystem.synchronizeDirectory(JournalPath.directory(lake, day))
        let damage = replay.damage.prefix(5).joined(separator: "; ")
        report(.error("\(.file, path) is damaged: \(.reason, damage); the rest of it is kept, the file moved to quarantine/"))
        try finishReplacing(path)
    }

    private func finishReplacing(_ path: String) throws {
        let fresh = path + ".new"
        guard FileSystem.size(fresh) != nil else { return }
        // The log first: beside the new file it would be taken for its own.
        for suffix in ["-wal", "-shm", ""] where FileSystem.size(path + suffix) != nil {
            try QuarantineFolder.take(path + suffix, lake: lake)
        }
        FileSystem.remove(JournalPath.mark(path))
        try FileSystem.replace(path, by: fresh)
        if let slash = path.lastIndex(of: "/") { try FileSystem.synchronizeDirectory(String(path[..<slash])) }
    }
}

/// A new journal file that is filled with what could be read of another.
final class JournalCopy {
    private let database: Database
    private var numbers: [JournalInstrument: Int64] = [:]
    private var held: [Int64: JournalInstrument] = [:]
    private var lastBatch: Int64 = 0

    init(path: String) throws {
        database = try Database(path: path, create: true)
        try database.execute(JournalFile.tables)
        try database.execute("BEGIN IMMEDIATE")
    }

    func append(_ instrument: JournalInstrument, _ columns: JournalColumns) throws {
        let number = number(of: instrument)
        guard var known = held[number] else { return }
        let rows = (0..<columns.count).map { index -> JournalRow in
            let row = columns.row(index)
            return JournalRow(row.trade, source: row.source, received: row.arrival, ordinal: row.ordinal)
        }
        lastBatch += 1
        let body = JournalBatch.encode(rows, instrument: number, number: lastBatch, wideIDs: known.instrument.tradeIDs == .uuid)
        let (batch, previous) = (lastBatch, known.lastBatch)
        try database.withConnection { try $0.runKept("INSERT INTO batches VALUES (?, ?, ?, ?)", batch, number, previous, body) }
        known.note(rows, batch: lastBatch)
        held[number] = known
    }

    private func number(of instrument: JournalInstrument) -> Int64 {
        let key = JournalInstrument(instrument.instrument, scales: instrument.scales)
        if let known = numbers[key] { return known }
        let number = Int64(numbers.count + 1)
        numbers[key] = number
        held[number] = key
        return number
    }

    func finish(notes: [Int64: [JournalNote]], of instruments: [Int64: JournalInstrument]) throws {
        for (old, list) in notes {
            guard let instrument = instruments[old] else { continue }
            let number = number(of: instrument)
            for note in list {
                let (from, to) = note.key
                try database.run("INSERT OR REPLACE INTO holes VALUES (?, ?, ?, ?)", number, from, to, note.encoded(instrument: number))
            }
        }
        for (number, known) in held {
            try database.run("INSERT OR REPLACE INTO instruments VALUES (?, ?)", number, known.encoded(number: number))
        }
        try database.execute("COMMIT")
        // All into the one file, so that it can be renamed by itself.
        _ = try database.query("PRAGMA wal_checkpoint(TRUNCATE)") { $0.integer(0) }
    }
}
