import MarketModel
import SQLite
import TapeSequencer

/// All that can be read of a journal, and what is wrong with it.
///
/// Every batch is checked against its checksum and against its neighbours, so a flipped bit, a missing stretch and a log that was cut or
/// removed all show. What is damaged is left out; the rest is kept.
struct JournalReplay {
    /// The instruments by number, with what was really found of them.
    private(set) var instruments: [Int64: JournalInstrument] = [:]
    /// What was noted of missing trades, by instrument.
    private(set) var notes: [Int64: [JournalNote]] = [:]
    /// The number of the newest batch that is there.
    private(set) var lastBatch: Int64 = 0
    /// What is wrong, in words; empty where all is well.
    private(set) var damage: [String] = []

    private var claimed: [Int64: JournalInstrument] = [:]

    /// Reads a file.
    ///
    /// - Parameter visit: gets the rows of each sound batch in the order in which they were appended.
    /// - Complexity: O(bytes); memory of the larger of a batch and of what lies behind a damaged page.
    init(path: String, visit: (_ instrument: Int64, _ rows: JournalColumns) throws -> Void) throws {
        let mark = JournalMark.read(JournalPath.mark(path))
        guard let size = FileSystem.size(path) else {
            if mark > 0 { damage.append("the file is gone; it held \(mark) batches") }
            return
        }
        do {
            let database = try Database(path: path, create: false, keepsLog: true)
            // One view of the file, whatever a writer adds meanwhile.
            try database.execute("BEGIN")
            try readInstruments(database, isEmpty: size == 0)
            try readBatches(database, visit)
            try readNotes(database)
        } catch let error as SQLiteError {
            guard !error.isRetryable else { throw error }
            // Sealed and removed while it was looked at.
            if FileSystem.size(path) == nil { return }
            damage.append(error.reason)
        }
        if lastBatch < mark { damage.append("it ends at batch \(lastBatch), but batch \(mark) had been written") }
        for (number, claim) in claimed.sorted(by: { $0.key < $1.key }) {
            guard let found = instruments[number],
                found.rows != claim.rows || found.runs != claim.runs || found.present != claim.present
            else { continue }
            damage.append("of \(claim.instrument) it holds \(found.rows) rows, where \(claim.rows) were written")
        }
    }

    private mutating func readInstruments(_ database: Database, isEmpty: Bool) throws {
        let names = try database.query("SELECT name FROM sqlite_master WHERE type = 'table'") { $0.text(0) }
        // A writer that died before its first commit leaves no tables.
        guard !names.isEmpty else { return }
        let format = try database.query("SELECT value FROM meta WHERE key = 'format'") { $0.integer(0) }.first ?? 0
        guard format <= JournalFile.formatVersion else {
            throw LakeError(
                .newer, database.path, "has format \(format), this is a millrace for format \(JournalFile.formatVersion): use a newer one")
        }
        for (number, body) in try database.query("SELECT id, body FROM instruments", row: { ($0.integer(0), $0.bytes(1)) }) {
            guard let claim = JournalInstrument(body, number: number) else {
                damage.append("its instrument \(number) is not readable")
                continue
            }
            claimed[number] = claim
            instruments[number] = JournalInstrument(claim.instrument, scales: claim.scales)
        }
    }

    private mutating func readBatches(_ database: Database, _ visit: (Int64, JournalColumns) throws -> Void) throws {
        guard try !database.query("SELECT 1 FROM sqlite_master WHERE name = 'batches'", row: { $0.integer(0) }).isEmpty else { return }
        do {
            _ = try database.query("SELECT id, instrument, body FROM batches ORDER BY id") { row in
                try take(row.integer(0), row.integer(1), row.bytes(2), visit)
            }
        } catch let error as SQLiteError {
            damage.append(error.reason)
            // What lies behind the damaged page is read from the other end.
            var rest: [(Int64, Int64, [UInt8])] = []
            let end = lastBatch
            do {
                _ = try database.query("SELECT id, instrument, body FROM batches WHERE id > ? ORDER BY id DESC", end) { row in
                    rest.append((row.integer(0), row.integer(1), row.bytes(2)))
                }
            } catch is SQLiteError {}
            for (batch, instrument, body) in rest.reversed() where batch > end { try take(batch, instrument, body, visit) }
        }
    }

    private mutating func take(_ batch: Int64, _ instrument: Int64, _ body: [UInt8], _ visit: (Int64, JournalColumns) throws -> Void) throws
    {
        if batch != lastBatch + 1 {
            damage.append(
                batch == lastBatch + 2 ? "batch \(batch - 1) is missing" : "batches \(lastBatch + 1)…\(batch - 1) are missing")
        }
        lastBatch = max(lastBatch, batch)
        var columns = JournalColumns()
        guard JournalBatch.decode(body, instrument: instrument, number: batch, into: &columns) != nil,
            var known = instruments[instrument]
        else {
            damage.append("batch \(batch) is damaged")
            return
        }
        // Taken out meanwhile, so that its runs are not copied.
        instruments[instrument] = nil
        known.note(columns, from: 0, batch: batch)
        instruments[instrument] = known
        try visit(instrument, columns)
    }

    private mutating func readNotes(_ database: Database) throws {
        guard try !database.query("SELECT 1 FROM sqlite_master WHERE name = 'holes'", row: { $0.integer(0) }).isEmpty else { return }
        for (number, body) in try database.query("SELECT instrument, body FROM holes", row: { ($0.integer(0), $0.bytes(1)) }) {
            if let note = JournalNote(body, instrument: number) {
                notes[number, default: []].append(note)
            } else {
                damage.append("a hole that it noted is not readable")
            }
        }
    }
}
