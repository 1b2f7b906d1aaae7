import CSQLite

/// What can stand for a `?` in a statement.
public protocol SQLiteValue {
    /// Binds the value and returns SQLite's status.
    func bind(to statement: OpaquePointer, at index: Int32) -> Int32
}

/// Tells SQLite to copy bytes before the call returns (SQLITE_TRANSIENT, a cast macro that does not import).
private let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

extension Int64: SQLiteValue {
    /// Binds the value and returns the status of SQLite.
    public func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { sqlite3_bind_int64(statement, index, self) }
}

extension Int: SQLiteValue {
    /// Binds the value and returns the status of SQLite.
    public func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { Int64(self).bind(to: statement, at: index) }
}

extension Double: SQLiteValue {
    /// Binds the value and returns the status of SQLite.
    public func bind(to statement: OpaquePointer, at index: Int32) -> Int32 { sqlite3_bind_double(statement, index, self) }
}

extension String: SQLiteValue {
    /// Binds the value and returns the status of SQLite.
    public func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        sqlite3_bind_text(statement, index, self, Int32(utf8.count), copied)
    }
}

extension [UInt8]: SQLiteValue {
    /// Binds the value and returns the status of SQLite.
    public func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        withUnsafeBytes { sqlite3_bind_blob64(statement, index, $0.baseAddress, UInt64($0.count), copied) }
    }
}

extension Optional: SQLiteValue where Wrapped: SQLiteValue {
    /// Binds the value and returns the status of SQLite.
    public func bind(to statement: OpaquePointer, at index: Int32) -> Int32 {
        switch self {
        case .some(let value): value.bind(to: statement, at: index)
        case .none: sqlite3_bind_null(statement, index)
        }
    }
}
