import CSQLite
import Synchronization

/// A connection to one SQLite file, in WAL mode, that any thread may use; calls take turns.
///
///     let database = try Database(path: "catalogue.sqlite")
///     try database.execute("CREATE TABLE IF NOT EXISTS trades (id INTEGER PRIMARY KEY, price INTEGER)")
///     try database.transaction { connection in
///         try connection.run("INSERT INTO trades VALUES (?, ?)", 1, 799_728)
///     }
///     let prices = try database.query("SELECT price FROM trades WHERE id > ?", 0) { $0.integer(0) }
public final class Database: Sendable {
    /// How hard a commit tries to reach the disk.
    public enum Durability: String, Sendable {
        /// What is committed survives power loss: an fsync a commit.
        case full = "FULL"
        /// What is committed survives the death of the process, and the last commits may be lost with the power.
        case normal = "NORMAL"
    }

    /// The database file.
    public let path: String
    private let connection: Mutex<Connection>

    /// Opens the file, creating it if `create` says so.
    ///
    /// - Parameters:
    ///   - busyTimeout: how long a call waits for another process, in milliseconds.
    ///   - durability: how hard a commit tries to reach the disk.
    ///   - keepsLog: whether closing leaves the log beside the file: where another file may take the name of one that is still open, the log
    ///     that a close removes by its name could be the other's. All who open the file must say the same.
    public init(
        path: String, create: Bool = true, durability: Durability = .full, busyTimeout: Int32 = 10_000, keepsLog: Bool = false
    ) throws(SQLiteError) {
        self.path = path
        let opened = try Connection(path: path, create: create)
        sqlite3_busy_timeout(opened.handle, busyTimeout)
        try opened.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = \(durability.rawValue); PRAGMA foreign_keys = ON")
        if keepsLog { opened.keepLog() }
        connection = Mutex(opened)
    }

    /// Runs `body` with the connection; other threads wait meanwhile.
    public func withConnection<Result>(_ body: (borrowing Connection) throws -> sending Result) rethrows -> sending Result {
        try connection.withLock { try body($0) }
    }

    /// Runs statements that have neither parameters nor results.
    public func execute(_ statements: String) throws {
        try withConnection { try $0.execute(statements) }
    }

    /// Runs one statement with its parameters and returns how many rows it changed.
    @discardableResult
    public func run(_ statement: String, _ values: any SQLiteValue...) throws -> Int {
        try withConnection { try $0.run(statement, values: values) }
    }

    /// Runs one query and maps its rows.
    public func query<Element: Sendable>(
        _ statement: String, _ values: any SQLiteValue..., row: (borrowing Row) throws -> Element
    ) throws -> [Element] {
        try withConnection { try $0.query(statement, values: values, row: row) }
    }

    /// Runs `body` inside a write transaction, which an error rolls back.
    public func transaction<Result>(_ body: (borrowing Connection) throws -> sending Result) throws -> sending Result {
        try withConnection { connection in
            try connection.execute("BEGIN IMMEDIATE")
            do {
                let result = try body(connection)
                try connection.execute("COMMIT")
                return result
            } catch {
                // The error that matters is the first one; a failed commit has rolled back by itself in most cases.
                try? connection.execute("ROLLBACK")
                throw error
            }
        }
    }

    /// A number that changes when another connection, here or in another process, has committed to the file.
    public func dataVersion() throws -> Int {
        try query("PRAGMA data_version") { Int($0.integer(0)) }.first ?? 0
    }
}
