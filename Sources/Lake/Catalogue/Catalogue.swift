import MarketModel
import SQLite
import TapeSequencer

/// The lake's book: instruments, days, holes, imports, and what is being published at this moment.
///
/// One SQLite file in WAL mode with `synchronous=FULL`: a committed change survives power loss.
package final class Catalogue: Sendable {
    /// The version of the tables, which readers refuse when it is newer than they are.
    static let formatVersion = 3

    let database: Database

    package init(path: String, create: Bool) throws {
        database = try Database(path: path, create: create)
        if create { try database.execute(Catalogue.tables) }
        var format = try database.query("SELECT value FROM meta WHERE key = 'format'") { Int($0.integer(0)) }.first ?? 0
        if format == 2 {
            try database.transaction { try $0.execute(Catalogue.changesSince2) }
            format = 3
        }
        guard format >= Catalogue.formatVersion else {
            throw LakeError(
                .newer, path, "was made by an older millrace (format \(format)): import the archives again, into a new data directory")
        }
        guard format <= Catalogue.formatVersion else {
            throw LakeError(
                .newer, path, "has format \(format), this is a millrace for format \(Catalogue.formatVersion): use a newer one")
        }
    }

    /// Rises with every change that readers can see.
    package func version() throws -> Int {
        try database.query("SELECT value FROM meta WHERE key = 'version'") { Int($0.integer(0)) }.first ?? 0
    }

    private static let tables = """
        CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT OR IGNORE INTO meta VALUES ('format', \(formatVersion)), ('version', 0), ('run', 0);
        CREATE TABLE IF NOT EXISTS instruments (
            id INTEGER PRIMARY KEY,
            venue TEXT NOT NULL,
            symbol TEXT NOT NULL,
            trade_ids TEXT NOT NULL,
            stream TEXT NOT NULL,
            price_scale INTEGER NOT NULL,
            quantity_scale INTEGER NOT NULL,
            present BLOB NOT NULL,
            UNIQUE (venue, symbol)
        );
        CREATE TABLE IF NOT EXISTS days (\(dayColumns), PRIMARY KEY (instrument, day)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS publishing (\(dayColumns), temporary TEXT NOT NULL, PRIMARY KEY (instrument, day)) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS holes (
            instrument INTEGER NOT NULL REFERENCES instruments (id),
            first_id INTEGER NOT NULL,
            last_id INTEGER NOT NULL,
            state TEXT NOT NULL,
            run INTEGER NOT NULL,
            time_from INTEGER NOT NULL,
            time_to INTEGER NOT NULL,
            PRIMARY KEY (instrument, first_id, last_id)
        ) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS imports (
            id INTEGER PRIMARY KEY,
            instrument INTEGER NOT NULL REFERENCES instruments (id),
            file TEXT NOT NULL,
            bytes INTEGER NOT NULL,
            rows INTEGER NOT NULL,
            imported_at TEXT NOT NULL
        );
        CREATE TABLE IF NOT EXISTS pending (
            instrument INTEGER PRIMARY KEY REFERENCES instruments (id),
            stream TEXT NOT NULL,
            price_scale INTEGER NOT NULL,
            quantity_scale INTEGER NOT NULL,
            present BLOB NOT NULL,
            source TEXT NOT NULL,
            source_bytes INTEGER NOT NULL,
            source_rows INTEGER NOT NULL,
            imported_at TEXT NOT NULL,
            cover_from INTEGER NOT NULL,
            cover_to INTEGER NOT NULL
        );
        \(timeTables)
        """

    /// What is known by time, where ids do not tell: when trades may be missing, and what times dumps have told of.
    private static let timeTables = """
        CREATE TABLE IF NOT EXISTS losses (
            instrument INTEGER NOT NULL REFERENCES instruments (id),
            time_from INTEGER NOT NULL,
            time_to INTEGER NOT NULL,
            state TEXT NOT NULL,
            PRIMARY KEY (instrument, time_from, time_to)
        ) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS covers (
            instrument INTEGER NOT NULL REFERENCES instruments (id),
            time_from INTEGER NOT NULL,
            time_to INTEGER NOT NULL,
            PRIMARY KEY (instrument, time_from, time_to)
        ) WITHOUT ROWID;
        """

    /// Makes format 3 of a catalogue of format 2. A change that was being published covers nothing.
    private static let changesSince2 = """
        ALTER TABLE pending ADD COLUMN cover_from INTEGER NOT NULL DEFAULT 1;
        ALTER TABLE pending ADD COLUMN cover_to INTEGER NOT NULL DEFAULT 0;
        \(timeTables)
        UPDATE meta SET value = 3 WHERE key = 'format';
        """

    /// The columns of a day, sealed or on its way.
    private static let dayColumns = """
        instrument INTEGER NOT NULL REFERENCES instruments (id),
        day INTEGER NOT NULL,
        rows INTEGER NOT NULL,
        first_time INTEGER NOT NULL,
        last_time INTEGER NOT NULL,
        contract_mantissa INTEGER NOT NULL,
        contract_scale INTEGER NOT NULL,
        content_sha256 TEXT NOT NULL,
        file_sha256 TEXT NOT NULL,
        bytes INTEGER NOT NULL,
        arrivals INTEGER NOT NULL,
        first_arrival INTEGER NOT NULL,
        last_arrival INTEGER NOT NULL,
        runs BLOB NOT NULL
        """
}
