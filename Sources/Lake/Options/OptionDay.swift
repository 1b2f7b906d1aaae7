import MarketModel
import SQLite

/// The trades of options executed on one UTC day while it is open: an SQLite file in WAL mode with `synchronous=FULL`, a row a trade.
final class OptionDay: OpenDay {
    private static let formatVersion: Int64 = 1
    private static let tables = """
        PRAGMA journal_size_limit = 67108864;
        CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT OR IGNORE INTO meta VALUES ('format', \(formatVersion));
        CREATE TABLE IF NOT EXISTS trades (
            venue TEXT NOT NULL, family TEXT NOT NULL, symbol TEXT NOT NULL, space INTEGER NOT NULL, id TEXT NOT NULL,
            time INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (venue, family, symbol, space, id)
        ) WITHOUT ROWID;
        CREATE INDEX IF NOT EXISTS trades_by_time ON trades (venue, family, time);
        """

    let day: CivilDate
    let path: String
    private let database: Database

    static func journal(_ lake: String, _ day: CivilDate) -> String { OptionPath.journal(lake, day) }

    /// - Parameter create: whether to make the file where there is none.
    init(lake: String, day: CivilDate, create: Bool) throws {
        self.day = day
        path = OptionPath.journal(lake, day)
        if create { try FileSystem.makeDirectory(OptionPath.directory(lake)) }
        database = try Database(path: path, create: create)
        guard create else { return }
        try database.execute(OptionDay.tables)
        try FileSystem.synchronizeDirectory(OptionPath.directory(lake))
    }

    /// Whether it has its tables: whoever made the file may have died before.
    func isWhole() throws -> Bool {
        try !database.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'trades'") { $0.integer(0) }.isEmpty
    }

    /// Writes trades, together with what is known of them already; they are on the disk when this returns.
    ///
    /// - Returns: how many are new.
    func append(_ trades: [OptionTrade]) throws -> Int {
        try database.transaction { connection in
            var new = 0
            for trade in trades {
                let (family, key) = (trade.contract.family, trade.key)
                let found = try connection.queryKept(
                    "SELECT time, body FROM trades WHERE venue = ? AND family = ? AND symbol = ? AND space = ? AND id = ?",
                    family.venue.name, family.name, key.symbol, Int64(key.space.rawValue), key.id
                ) { ($0.integer(0), $0.bytes(1)) }
                var row = trade
                if let (time, body) = found.first {
                    // One that is damaged is written anew.
                    if let known = OptionBlob.decode(body, trade.contract, key, time: time) {
                        row = known.merged(trade)
                        if row == known { continue }
                    }
                } else {
                    new += 1
                }
                try connection.runKept(
                    "INSERT OR REPLACE INTO trades VALUES (?, ?, ?, ?, ?, ?, ?)", family.venue.name, family.name, key.symbol,
                    Int64(key.space.rawValue), key.id, row.time, OptionBlob.encode(row))
            }
            return new
        }
    }

    /// The families that have trades on this day.
    func families() throws -> [OptionFamily] {
        try database.query("SELECT DISTINCT venue, family FROM trades ORDER BY venue, family") { ($0.text(0), $0.text(1)) }
            .compactMap { venue, name in Venue(venue).flatMap { OptionFamily(venue: $0, name: name) } }
    }

    /// The trades of a family within a stretch of time, in no order, and how many cannot be read; these are left out.
    func trades(_ family: OptionFamily, in times: ClosedRange<Int64>) throws -> (trades: [OptionTrade], damaged: Int) {
        var contracts: [String: OptionContract] = [:]
        var damaged = 0
        let trades = try database.query(
            "SELECT symbol, space, id, time, body FROM trades WHERE venue = ? AND family = ? AND time >= ? AND time <= ?",
            family.venue.name, family.name, times.lowerBound, times.upperBound
        ) { row -> OptionTrade? in
            let symbol = row.text(0)
            guard let space = OptionIDSpace(rawValue: UInt8(clamping: row.integer(1))),
                let contract = contracts[symbol] ?? OptionContract(venue: family.venue, symbol: symbol)
            else {
                damaged += 1
                return nil
            }
            contracts[symbol] = contract
            let key = OptionTradeKey(symbol: symbol, space: space, id: row.text(2))
            let trade = OptionBlob.decode(row.bytes(4), contract, key, time: row.integer(3))
            if trade == nil { damaged += 1 }
            return trade
        }
        return (trades.compactMap { $0 }, damaged)
    }
}
