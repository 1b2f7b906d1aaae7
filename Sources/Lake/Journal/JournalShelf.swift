import Glibc
import MarketModel
import SQLite
import Synchronization
import TapeSequencer

/// What one journal holds of one instrument, as of one commit.
struct JournalPart: Sendable, Hashable {
    /// The journal.
    var path: String
    /// The number of the instrument there.
    var number: Int64
    /// What there is of it.
    var held: JournalInstrument
    /// What was noted of missing trades.
    var notes: [JournalNote]
}

/// The journals of a lake as readers see them, of this process or of another one that writes them.
final class JournalShelf: Sendable {
    /// What all journals hold.
    struct OpenDays {
        var parts: [(day: CivilDate, part: JournalPart)] = []
        /// Journals that cannot be read.
        var unreadable: [(day: CivilDate, venue: Venue, path: String)] = []
    }

    private struct Book {
        var database: Database
        var inode: UInt
    }

    private struct Slot {
        var key: String
        var state: String
        var rows: OpenRows
    }

    /// How many days' rows are kept, for the next stretch or question.
    private static let slots = 4
    /// How many rows a day may have to be kept: 50 bytes each. A busier one has other rows by the next question.
    private static let keptRows = 1_000_000

    private let directory: String
    private let books = Mutex<[String: Book]>([:])
    private let slots = Mutex<[Slot]>([])

    init(directory: String) { self.directory = directory }

    /// What the journals hold, of one venue or of all.
    ///
    /// - Complexity: O(instruments), a look into the folder where nothing is recorded.
    func openDays(venue: Venue? = nil) throws -> OpenDays {
        var result = OpenDays()
        let journals = JournalPath.all(directory, venue: venue)
        if venue == nil {
            let paths = Set(journals.map { JournalPath.file(directory, $0.day, $0.venue) })
            books.withLock { $0 = $0.filter { paths.contains($0.key) } }
        }
        for (day, venue) in journals {
            let path = JournalPath.file(directory, day, venue)
            do {
                result.parts += try parts(path).map { (day, $0) }
            } catch let error as SQLiteError where !error.isRetryable {
                // Gone meanwhile, or so new that it has no tables yet; or damaged.
                if error.isDamage { result.unreadable.append((day, venue, path)) }
            }
        }
        return result
    }

    private func parts(_ path: String) throws -> [JournalPart] {
        guard let database = try database(path) else { return [] }
        return try database.withConnection { connection in
            try connection.execute("BEGIN")
            defer { try? connection.execute("COMMIT") }
            var notes: [Int64: [JournalNote]] = [:]
            for (number, body) in try connection.queryKept("SELECT instrument, body FROM holes", row: { ($0.integer(0), $0.bytes(1)) }) {
                if let note = JournalNote(body, instrument: number) { notes[number, default: []].append(note) }
            }
            let found = try connection.queryKept("SELECT id, body FROM instruments", row: { ($0.integer(0), $0.bytes(1)) })
            return found.compactMap { number, body in
                JournalInstrument(body, number: number).map {
                    JournalPart(path: path, number: number, held: $0, notes: notes[number] ?? [])
                }
            }
        }
    }

    /// The journal behind a path, opened anew where another file has taken its place; nil if there is none.
    private func database(_ path: String) throws -> Database? {
        var status = stat()
        guard stat(path, &status) == 0, status.st_size > 0 else { return nil }
        let inode = UInt(status.st_ino)
        return try books.withLock { books in
            if let book = books[path], book.inode == inode { return book.database }
            let database = try Database(path: path, create: false, keepsLog: true)
            books[path] = Book(database: database, inode: inode)
            return database
        }
    }

    /// The rows of a part in the order in which they were appended.
    ///
    /// - Throws: ``LakeError``, retryable where the journal was sealed or replaced meanwhile.
    func columns(_ part: JournalPart) throws -> JournalColumns {
        guard let database = try database(part.path) else { throw JournalShelf.changed(part.path) }
        // A busy day has tens of millions of rows: the way back from the newest batch is found first, so that they are held once.
        var numbers: [Int64] = []
        var next = part.held.lastBatch
        while next > 0 {
            let found = try database.withConnection { connection in
                try connection.queryKept("SELECT instrument, previous FROM batches WHERE id = ?", next) { ($0.integer(0), $0.integer(1)) }
            }
            guard let (instrument, previous) = found.first, instrument == part.number, previous < next else {
                throw try unreadable(next, part, database)
            }
            numbers.append(next)
            next = previous
        }
        var all = JournalColumns()
        all.reserve(part.held.rows)
        for number in numbers.reversed() { _ = try take(number, part, database, into: &all) }
        return all
    }

    /// The newest rows of a part: whole batches, the newest first, each in the order in which its rows were appended.
    ///
    /// - Parameter enough: asked with all rows so far.
    /// - Returns: nil where all rows of the part were not enough.
    /// - Throws: as ``columns(_:)`` does.
    func newest(_ part: JournalPart, enough: (JournalColumns) -> Bool) throws -> JournalColumns? {
        guard let database = try database(part.path) else { throw JournalShelf.changed(part.path) }
        var newest = JournalColumns()
        var next = part.held.lastBatch
        while next > 0 {
            next = try take(next, part, database, into: &newest)
            if enough(newest) { return newest }
        }
        return nil
    }

    /// Calls `body` with the batches of a part, the newest first, until it wants no more.
    ///
    /// - Throws: as ``columns(_:)`` does.
    func forEachBatch(_ part: JournalPart, _ body: (JournalColumns) -> Bool) throws {
        guard let database = try database(part.path) else { throw JournalShelf.changed(part.path) }
        var next = part.held.lastBatch
        while next > 0 {
            var columns = JournalColumns()
            next = try take(next, part, database, into: &columns)
            guard body(columns) else { return }
        }
    }

    /// Appends the rows of a batch, and names the one before it.
    private func take(_ number: Int64, _ part: JournalPart, _ database: Database, into columns: inout JournalColumns) throws -> Int64 {
        let found = try database.withConnection { connection in
            try connection.queryKept("SELECT instrument, previous, body FROM batches WHERE id = ?", number) {
                ($0.integer(0), $0.integer(1), $0.bytes(2))
            }
        }
        guard let (instrument, previous, body) = found.first, instrument == part.number, previous < number,
            JournalBatch.decode(body, instrument: instrument, number: number, into: &columns) != nil
        else { throw try unreadable(number, part, database) }
        return previous
    }

    private func unreadable(_ batch: Int64, _ part: JournalPart, _ database: Database) throws -> LakeError {
        guard try self.database(part.path) === database else { return JournalShelf.changed(part.path) }
        return LakeError(
            .damaged, part.path,
            "its batch \(batch) is damaged: record \(part.held.instrument.venue) again to keep the rest of it, see 'millrace verify'")
    }

    private static func changed(_ path: String) -> LakeError {
        LakeError(.changed, path, "was sealed while it was being read: try again")
    }

    /// The rows of an open day in tape order, with those of a sealed file of the same day.
    ///
    /// - Complexity: O(rows of the day) unless the same state was asked for shortly before.
    func rows(_ lake: Lake, _ tape: TapeSummary, _ day: TapeDay) throws -> OpenRows {
        if let known = kept(tape, day) { return known }
        let (key, state) = JournalShelf.name(tape, day)
        let rows = try OpenRows(lake, tape, day)
        slots.withLock { slots in
            slots.removeAll { $0.key == key }
            guard rows.rows.count <= JournalShelf.keptRows else { return }
            slots.append(Slot(key: key, state: state, rows: rows))
            if slots.count > JournalShelf.slots { slots.removeFirst() }
        }
        return rows
    }

    /// The rows of an open day, if they were read shortly before.
    func kept(_ tape: TapeSummary, _ day: TapeDay) -> OpenRows? {
        let (key, state) = JournalShelf.name(tape, day)
        return slots.withLock { slots in slots.first { $0.key == key && $0.state == state }?.rows }
    }

    private static func name(_ tape: TapeSummary, _ day: TapeDay) -> (key: String, state: String) {
        ("\(tape.instrument) \(day.date)", day.contentHash + "\(tape.scales)")
    }

    /// Forgets the rows of a day and closes its journal.
    func forget(_ path: String) {
        books.withLock { $0[path] = nil }
        slots.withLock { $0 = [] }
    }
}
