import CSQLite

/// Why SQLite refused: its own message, the database and the statement it was about.
public struct SQLiteError: Error, Sendable, CustomStringConvertible {
    enum Code: Sendable, Hashable {
        case busy
        case full
        case readOnly
        case corrupt
        case constraint
        case other(Int32)
    }

    let code: Code
    /// The database file.
    public let path: String
    /// The statement that failed, where one was being run.
    public let statement: String?
    let message: String

    init(status: Int32, path: String, statement: String? = nil, message: String) {
        code =
            switch status & 0xff {
            case SQLITE_BUSY, SQLITE_LOCKED: .busy
            case SQLITE_FULL: .full
            case SQLITE_READONLY, SQLITE_PERM, SQLITE_CANTOPEN: .readOnly
            case SQLITE_CORRUPT, SQLITE_NOTADB: .corrupt
            case SQLITE_CONSTRAINT: .constraint
            default: .other(status)
            }
        self.path = path
        self.statement = statement
        self.message = message
    }

    /// Whether the same call may succeed later: another process holds the database.
    public var isRetryable: Bool { code == .busy }

    /// Whether a unique or other constraint refused the change.
    public var isConstraint: Bool { code == .constraint }

    /// Whether there is no room for it on the disk.
    public var isFull: Bool { code == .full }

    /// Whether the file's own structure is not whole.
    public var isDamage: Bool { code == .corrupt }

    /// What SQLite says, without the file.
    public var reason: String { message }

    /// One line that says what to do.
    public var description: String {
        switch code {
        case .busy: "\(path) is in use by another process: try again when it has finished"
        case .full: "no space left for \(path): free some and try again"
        case .readOnly: "cannot open or write \(path) (\(message)): check the directory and its permissions"
        case .corrupt: "\(path) is damaged (\(message)): restore it from a backup"
        case .constraint, .other: "\(path): \(message)" + (statement.map { " in: \($0)" } ?? "")
        }
    }
}
