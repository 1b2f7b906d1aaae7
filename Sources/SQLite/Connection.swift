import CSQLite

/// The connection while a thread has it to itself; see ``Database``.
public struct Connection: ~Copyable, @unchecked Sendable {
    // `@unchecked Sendable`: the handle is opened in SQLite's multi-thread mode and only used under the lock of `Database`.
    let handle: OpaquePointer
    let path: String
    private let kept = KeptStatements()

    init(path: String, create: Bool) throws(SQLiteError) {
        var opened: OpaquePointer?
        let flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0) | SQLITE_OPEN_NOMUTEX
        let status = sqlite3_open_v2(path, &opened, flags, nil)
        guard status == SQLITE_OK, let opened else {
            let message = opened.map { String(cString: sqlite3_errmsg($0)) } ?? "out of memory"
            sqlite3_close_v2(opened)
            throw SQLiteError(status: status, path: path, message: message)
        }
        sqlite3_extended_result_codes(opened, 1)
        handle = opened
        self.path = path
    }

    deinit {
        kept.removeAll()
        sqlite3_close_v2(handle)
    }

    func keepLog() {
        var isOn: Int32 = 1
        sqlite3_file_control(handle, "main", SQLITE_FCNTL_PERSIST_WAL, &isOn)
    }

    func failure(_ status: Int32, _ statement: String?) -> SQLiteError {
        SQLiteError(status: status, path: path, statement: statement, message: String(cString: sqlite3_errmsg(handle)))
    }

    /// Runs statements that have neither parameters nor results.
    public func execute(_ statements: String) throws(SQLiteError) {
        let status = sqlite3_exec(handle, statements, nil, nil, nil)
        if status != SQLITE_OK { throw failure(status, statements) }
    }

    /// Runs one statement with its parameters and returns how many rows it changed.
    @discardableResult
    public func run(_ statement: String, _ values: any SQLiteValue...) throws(SQLiteError) -> Int {
        try run(statement, values: values)
    }

    /// Runs one statement as ``run(_:_:)`` does, and keeps it prepared for the next time.
    public func runKept(_ statement: String, _ values: any SQLiteValue...) throws(SQLiteError) {
        let prepared = try kept.statement(statement) { () throws(SQLiteError) in try prepare(statement, values: []) }
        defer {
            sqlite3_reset(prepared)
            sqlite3_clear_bindings(prepared)
        }
        try bind(values, to: prepared, statement)
        let status = sqlite3_step(prepared)
        guard status == SQLITE_DONE else { throw failure(status, statement) }
    }

    /// Runs one query and maps its rows.
    public func query<Element>(
        _ statement: String, _ values: any SQLiteValue..., row: (borrowing Row) throws -> Element
    ) throws -> [Element] {
        try query(statement, values: values, row: row)
    }

    /// Runs one statement with its parameters and returns how many rows it changed.
    @discardableResult
    public func run(_ statement: String, values: [any SQLiteValue]) throws(SQLiteError) -> Int {
        let prepared = try prepare(statement, values: values)
        defer { sqlite3_finalize(prepared) }
        var status = sqlite3_step(prepared)
        while status == SQLITE_ROW { status = sqlite3_step(prepared) }
        guard status == SQLITE_DONE else { throw failure(status, statement) }
        return Int(sqlite3_changes(handle))
    }

    /// Runs one query as ``query(_:_:row:)`` does, and keeps it prepared for the next time.
    public func queryKept<Element>(
        _ statement: String, _ values: any SQLiteValue..., row: (borrowing Row) throws -> Element
    ) throws -> [Element] {
        let prepared = try kept.statement(statement) { () throws(SQLiteError) in try prepare(statement, values: []) }
        defer {
            sqlite3_reset(prepared)
            sqlite3_clear_bindings(prepared)
        }
        try bind(values, to: prepared, statement)
        var rows: [Element] = []
        while true {
            let status = sqlite3_step(prepared)
            if status == SQLITE_DONE { return rows }
            guard status == SQLITE_ROW else { throw failure(status, statement) }
            rows.append(try row(Row(statement: prepared)))
        }
    }

    /// Runs one query and maps its rows.
    public func query<Element>(
        _ statement: String, values: [any SQLiteValue], row: (borrowing Row) throws -> Element
    ) throws -> [Element] {
        let prepared = try prepare(statement, values: values)
        defer { sqlite3_finalize(prepared) }
        var rows: [Element] = []
        while true {
            let status = sqlite3_step(prepared)
            if status == SQLITE_DONE { return rows }
            guard status == SQLITE_ROW else { throw failure(status, statement) }
            rows.append(try row(Row(statement: prepared)))
        }
    }

    private func prepare(_ statement: String, values: [any SQLiteValue]) throws(SQLiteError) -> OpaquePointer {
        var prepared: OpaquePointer?
        let status = sqlite3_prepare_v2(handle, statement, -1, &prepared, nil)
        guard status == SQLITE_OK, let prepared else { throw failure(status, statement) }
        do {
            try bind(values, to: prepared, statement)
        } catch {
            sqlite3_finalize(prepared)
            throw error
        }
        return prepared
    }

    private func bind(_ values: [any SQLiteValue], to prepared: OpaquePointer, _ statement: String) throws(SQLiteError) {
        for (index, value) in values.enumerated() {
            let status = value.bind(to: prepared, at: Int32(index + 1))
            if status != SQLITE_OK { throw failure(status, statement) }
        }
    }
}
