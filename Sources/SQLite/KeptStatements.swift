import CSQLite

/// The statements that a connection keeps prepared, by their text.
///
/// Not Sendable: it belongs to a connection and is used with it.
final class KeptStatements {
    private var statements: [String: OpaquePointer] = [:]

    func statement(_ text: String, prepare: () throws(SQLiteError) -> OpaquePointer) throws(SQLiteError) -> OpaquePointer {
        if let known = statements[text] { return known }
        let prepared = try prepare()
        statements[text] = prepared
        return prepared
    }

    func removeAll() {
        for statement in statements.values { sqlite3_finalize(statement) }
        statements = [:]
    }
}
