import MarketModel
import SQLite
import Synchronization
import TapeSequencer

/// The journal of one venue and one UTC day: an SQLite file in WAL mode with `synchronous=FULL`, to which batches are appended.
///
/// One thread at a time commits. What a commit has written is on the disk when it returns.
final class JournalFile: Sendable {
    /// What a commit writes of one instrument.
    struct Work {
        var symbol: JournalSymbol
        var instrument: Instrument
        var scales: Scales
        var rows: [JournalRow] = []
        var notes: [JournalNote] = []
    }

    struct State: Sendable {
        /// What the file holds, by the numbers of instruments.
        var instruments: [Int64: JournalInstrument] = [:]
        var numbers: [JournalSymbol: Int64] = [:]
        var lastBatch: Int64 = 0
    }

    /// The version of the tables.
    static let formatVersion: Int64 = 2
    /// How many rows a batch holds at most.
    private static let batchRows = 8192

    let path: String
    let day: CivilDate
    private let database: Mutex<Database?>
    private let state: Mutex<State>
    private let mark: JournalMark

    /// Makes a new file, or opens one that was replayed.
    init(lake: String, day: CivilDate, venue: Venue, holding instruments: [Int64: JournalInstrument] = [:], lastBatch: Int64 = 0) throws {
        self.day = day
        path = JournalPath.file(lake, day, venue)
        let directory = JournalPath.directory(lake, day)
        try FileSystem.makeDirectory(directory)
        let opened = try Database(path: path, create: true, keepsLog: true)
        try opened.execute(JournalFile.tables)
        database = Mutex(opened)
        mark = try JournalMark(JournalPath.mark(path))
        // The names of the files must survive what the rows in them survive.
        try FileSystem.synchronizeDirectory(directory)
        mark.write(lastBatch)
        state = Mutex(State(instruments: instruments, lastBatch: lastBatch))
    }

    static let tables = """
        PRAGMA journal_size_limit = 67108864;
        CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT OR REPLACE INTO meta VALUES ('format', \(formatVersion));
        CREATE TABLE IF NOT EXISTS instruments (id INTEGER PRIMARY KEY, body BLOB NOT NULL);
        CREATE TABLE IF NOT EXISTS batches (
            id INTEGER PRIMARY KEY, instrument INTEGER NOT NULL, previous INTEGER NOT NULL, body BLOB NOT NULL
        );
        CREATE TABLE IF NOT EXISTS holes (
            instrument INTEGER NOT NULL, first_id INTEGER NOT NULL, last_id INTEGER NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (instrument, first_id, last_id)
        ) WITHOUT ROWID;
        """

    /// What the file holds.
    var instruments: [JournalInstrument] { state.withLock { Array($0.instruments.values) } }

    /// Appends rows and notes in one transaction.
    ///
    /// - Throws: what SQLite says; nothing is written then.
    func commit(_ works: [Work]) throws -> [JournalCommit] {
        guard let database = database.withLock({ $0 }) else { return [] }
        return try state.withLock { state in
            var next = state
            try database.transaction { connection in
                for work in works { try JournalFile.write(work, &next, connection) }
            }
            mark.write(next.lastBatch)
            state = next
            return works.compactMap { work in
                guard !work.rows.isEmpty, let number = next.numbers[work.symbol], let known = next.instruments[number] else { return nil }
                return JournalCommit(symbol: work.symbol, rows: work.rows.count, durableID: known.durableID, lastTime: known.lastTime)
            }
        }
    }

    private static func write(_ work: Work, _ state: inout State, _ connection: borrowing Connection) throws {
        let number = try number(of: work, &state)
        guard var known = state.instruments[number] else { return }
        for start in stride(from: 0, to: work.rows.count, by: batchRows) {
            let part = work.rows.count <= batchRows ? work.rows : Array(work.rows[start..<min(work.rows.count, start + batchRows)])
            let batch = state.lastBatch + 1
            let body = JournalBatch.encode(part, instrument: number, number: batch, wideIDs: known.instrument.tradeIDs == .uuid)
            try connection.runKept("INSERT INTO batches VALUES (?, ?, ?, ?)", batch, number, known.lastBatch, body)
            known.note(part, batch: batch)
            state.lastBatch = batch
        }
        state.instruments[number] = known
        try connection.runKept("INSERT OR REPLACE INTO instruments VALUES (?, ?)", number, known.encoded(number: number))
        for note in work.notes {
            let (from, to) = note.key
            try connection.runKept("INSERT OR REPLACE INTO holes VALUES (?, ?, ?, ?)", number, from, to, note.encoded(instrument: number))
        }
    }

    private static func number(of work: Work, _ state: inout State) throws -> Int64 {
        if let known = state.numbers[work.symbol] { return known }
        let held = state.instruments.first { $0.value.instrument.symbol == work.instrument.symbol && $0.value.scales == work.scales }
        let number = held?.key ?? (state.instruments.keys.max() ?? 0) + 1
        if held == nil { state.instruments[number] = JournalInstrument(work.instrument, scales: work.scales) }
        state.numbers[work.symbol] = number
        return number
    }

    /// Closes the file; nothing is written to it afterwards.
    func close() { database.withLock { $0 = nil } }

    /// Removes the file and what stands beside it; nobody may use it afterwards.
    static func remove(_ path: String) {
        for name in [path] + JournalPath.companions.map({ path + $0 }) + [JournalPath.mark(path)] { FileSystem.remove(name) }
    }
}
