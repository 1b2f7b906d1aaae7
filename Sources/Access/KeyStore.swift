import SQLite

/// The keys and their usage on disk, in the catalogue of the data directory.
///
/// Commits survive the death of the process; the last ones may be lost with the power (SQLite's NORMAL in WAL mode): an fsync for each
/// lease of calls would be paid by requests.
public struct KeyStore: Sendable {
    let database: Database
    private let salt: [UInt8]

    /// Opens the store in a catalogue, which is created if it is not there.
    ///
    /// - Throws: `SQLiteError`.
    public init(path: String) throws {
        database = try Database(path: path, durability: .normal, busyTimeout: 5000)
        try database.execute(
            """
            CREATE TABLE IF NOT EXISTS access_keys (
                id TEXT PRIMARY KEY, vendor TEXT NOT NULL, plan TEXT NOT NULL, hint TEXT NOT NULL, hash BLOB NOT NULL UNIQUE,
                created INTEGER NOT NULL, revoked INTEGER);
            CREATE TABLE IF NOT EXISTS access_usage (
                key TEXT NOT NULL, month INTEGER NOT NULL, calls INTEGER NOT NULL, PRIMARY KEY (key, month)) WITHOUT ROWID;
            CREATE TABLE IF NOT EXISTS access_secrets (name TEXT PRIMARY KEY, secret BLOB NOT NULL) WITHOUT ROWID;
            """)
        salt = try KeyStore.salt(database)
    }

    /// The store's salt, which whoever opens it first makes: hashes that stand there without one are hashed again with it.
    private static func salt(_ database: Database) throws -> [UInt8] {
        let known = "SELECT secret FROM access_secrets WHERE name = 'salt'"
        if let salt = try database.query(known, row: { $0.bytes(0) }).first { return salt }
        return try database.transaction { connection in
            if let salt = try connection.query(known, row: { $0.bytes(0) }).first { return salt }
            let salt = Secret.randomBytes(count: 32)
            for (id, hash) in try connection.query("SELECT id, hash FROM access_keys", row: { ($0.text(0), $0.bytes(1)) }) {
                try connection.run("UPDATE access_keys SET hash = ? WHERE id = ?", Secret.hash(salt + hash), id)
            }
            try connection.run("INSERT INTO access_secrets VALUES ('salt', ?)", salt)
            return salt
        }
    }

    /// What is kept of what a client shows: SHA-256 of the store's salt and of the SHA-256 of that.
    ///
    /// One salt for all keys, so that a key is found by its hash; keys are random, and no two alike.
    func hash(shown: String) -> [UInt8] { Secret.hash(salt + Secret.hash(shown)) }

    /// Makes a key.
    ///
    /// - Parameters:
    ///   - plans: those that a key may have.
    ///   - now: seconds since 1970-01-01 UTC.
    /// - Returns: the record, and the key itself, which is kept nowhere.
    public func create(vendor: String, plan: String, of plans: Plans = .standard, now: Int64) throws -> (record: KeyRecord, key: String) {
        guard plans.vendors.contains(vendor) else { throw AccessError(.unknownVendor(known: plans.vendors), vendor) }
        guard plans.named(plan, vendor: vendor) != nil else {
            throw AccessError(.unknownPlan(vendor: vendor, known: plans.names(vendor: vendor)), plan)
        }
        let key = Secret.make(vendor: vendor)
        let record = KeyRecord(
            id: "key_" + Secret.random(count: 8), vendor: vendor, plan: plan, hint: KeyStore.hint(key), created: now, revoked: nil,
            hash: hash(shown: ShownKey.text(key, vendor: vendor)))
        try database.run(
            "INSERT INTO access_keys VALUES (?, ?, ?, ?, ?, ?, NULL)", record.id, vendor, plan, record.hint, record.hash, now)
        return (record, key)
    }

    /// All keys, the oldest first.
    public func list() throws -> [KeyRecord] {
        try database.query("SELECT id, vendor, plan, hint, hash, created, revoked FROM access_keys ORDER BY created, id") { row in
            KeyRecord(
                id: row.text(0), vendor: row.text(1), plan: row.text(2), hint: row.text(3), created: row.integer(5),
                revoked: row.isNull(6) ? nil : row.integer(6), hash: row.bytes(4))
        }
    }

    /// Ends a key, for good.
    public func revoke(id: String, now: Int64) throws {
        if try database.run("UPDATE access_keys SET revoked = ? WHERE id = ? AND revoked IS NULL", now, id) == 0 {
            throw AccessError(try list().contains { $0.id == id } ? .revoked : .unknownKey, id)
        }
    }

    /// Gives a key's plan and usage a new secret; the old one stops working.
    ///
    /// - Returns: the new key, which is kept nowhere.
    public func rotate(id: String) throws -> (record: KeyRecord, key: String) {
        guard let old = try list().first(where: { $0.id == id }) else { throw AccessError(.unknownKey, id) }
        guard old.revoked == nil else { throw AccessError(.revoked, id) }
        let key = Secret.make(vendor: old.vendor)
        let hash = self.hash(shown: ShownKey.text(key, vendor: old.vendor))
        try database.run("UPDATE access_keys SET hash = ?, hint = ? WHERE id = ?", hash, KeyStore.hint(key), id)
        let record = KeyRecord(
            id: id, vendor: old.vendor, plan: old.plan, hint: KeyStore.hint(key), created: old.created, revoked: nil, hash: hash)
        return (record, key)
    }

    /// How many calls a key has made, or has leased, in a month (`year × 12 + month − 1`).
    public func calls(id: String, month: Int) throws -> Int {
        Int(try database.query("SELECT calls FROM access_usage WHERE key = ? AND month = ?", id, month) { $0.integer(0) }.first ?? 0)
    }

    /// Books up to `wanted` calls ahead, as many as the quota leaves.
    ///
    /// - Returns: how many were booked, and how many calls are booked in all.
    func lease(id: String, month: Int, wanted: Int, quota: Int) throws -> (granted: Int, booked: Int) {
        try database.transaction { connection in
            let booked =
                try connection.query("SELECT calls FROM access_usage WHERE key = ? AND month = ?", id, month) {
                    Int($0.integer(0))
                }.first ?? 0
            let granted = min(wanted, max(0, quota - booked))
            if granted > 0 {
                try connection.run(
                    "INSERT INTO access_usage VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET calls = calls + ?", id, month, granted, granted)
            }
            return (granted, booked + granted)
        }
    }

    /// Takes back calls that were booked and not made.
    func release(id: String, month: Int, calls: Int) throws {
        try database.run("UPDATE access_usage SET calls = MAX(0, calls - ?) WHERE key = ? AND month = ?", calls, id, month)
    }

    /// The secret of a name: 32 random bytes, made by whoever asks first and the same for all who share the directory.
    func secret(named name: String) throws -> [UInt8] {
        try database.run("INSERT OR IGNORE INTO access_secrets VALUES (?, ?)", name, Secret.randomBytes(count: 32))
        return try database.query("SELECT secret FROM access_secrets WHERE name = ?", name) { $0.bytes(0) }[0]
    }

    private static func hint(_ key: String) -> String {
        // Five of 43 characters: 30 of 256 bits.
        (key.split(separator: "_").dropLast() + [""]).joined(separator: "_") + (key.split(separator: "_").last ?? "").prefix(5) + "…"
    }
}
