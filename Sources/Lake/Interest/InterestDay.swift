import MarketModel
import SQLite
import Synchronization

/// The open interest of one UTC day while it is open: an SQLite file in WAL mode with `synchronous=FULL`, a row a venue and sweep.
final class InterestDay: OpenDay {
    private static let formatVersion: Int64 = 1
    private static let tables = """
        PRAGMA journal_size_limit = 67108864;
        BEGIN IMMEDIATE;
        CREATE TABLE IF NOT EXISTS meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
        INSERT OR IGNORE INTO meta VALUES ('format', \(formatVersion));
        CREATE TABLE IF NOT EXISTS contracts (
            id INTEGER PRIMARY KEY, venue TEXT NOT NULL, symbol TEXT NOT NULL, coin TEXT NOT NULL, quote TEXT NOT NULL, margin TEXT NOT NULL,
            UNIQUE (venue, symbol, coin, quote, margin)
        );
        CREATE TABLE IF NOT EXISTS sweeps (
            venue TEXT NOT NULL, time INTEGER NOT NULL, body BLOB NOT NULL, PRIMARY KEY (venue, time)
        ) WITHOUT ROWID;
        COMMIT;
        """

    let day: CivilDate
    let path: String
    private let database: Database
    private let contracts = Mutex<[Int64: OpenInterestContract]>([:])
    private let numbers = Mutex<[OpenInterestContract: Int64]>([:])

    static func journal(_ lake: String, _ day: CivilDate) -> String { InterestPath.journal(lake, day) }

    /// - Parameter create: whether to make the file where there is none.
    init(lake: String, day: CivilDate, create: Bool) throws {
        self.day = day
        path = InterestPath.journal(lake, day)
        if create { try FileSystem.makeDirectory(InterestPath.directory(lake)) }
        database = try Database(path: path, create: create)
        guard create else { return }
        try database.execute(InterestDay.tables)
        try FileSystem.synchronizeDirectory(InterestPath.directory(lake))
    }

    /// Whether it has its tables: whoever made the file may have died before.
    func isWhole() throws -> Bool {
        try !database.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'sweeps'") { $0.integer(0) }.isEmpty
    }

    /// Writes sweeps; they are on the disk when this returns. One that is there already with the same venue and time is replaced.
    func append(_ sweeps: [InterestSweep]) throws {
        let known = numbers.withLock { $0 }
        let new = try database.transaction { connection in
            var new: [OpenInterestContract: Int64] = [:]
            for sweep in sweeps {
                var rows: [(contract: Int64, sample: OpenInterestSample)] = []
                for sample in sweep.samples {
                    let number = try known[sample.contract] ?? new[sample.contract] ?? self.number(of: sample.contract, connection)
                    new[sample.contract] = number
                    rows.append((number, sample))
                }
                rows.sort { $0.contract < $1.contract }
                try connection.run(
                    "INSERT OR REPLACE INTO sweeps VALUES (?, ?, ?)", sweep.venue.name, sweep.time,
                    InterestBatch.encode(rows, time: sweep.time))
            }
            return new
        }
        numbers.withLock { $0.merge(new) { _, new in new } }
    }

    private func number(of contract: OpenInterestContract, _ connection: borrowing Connection) throws -> Int64 {
        try connection.run(
            "INSERT OR IGNORE INTO contracts (venue, symbol, coin, quote, margin) VALUES (?, ?, ?, ?, ?)", contract.venue.name,
            contract.symbol, contract.coin, contract.quote, contract.margin.rawValue)
        let found = try connection.query(
            "SELECT id FROM contracts WHERE venue = ? AND symbol = ? AND coin = ? AND quote = ? AND margin = ?", contract.venue.name,
            contract.symbol, contract.coin, contract.quote, contract.margin.rawValue
        ) { $0.integer(0) }
        guard let number = found.first else { throw LakeError(.damaged, path, "does not keep what is written to it") }
        return number
    }

    /// The venues that have told something on this day.
    func venues() throws -> [Venue] {
        try database.query("SELECT DISTINCT venue FROM sweeps ORDER BY venue") { $0.text(0) }.compactMap { Venue($0) }
    }

    /// The newest sweep of a venue within a stretch of time; nil if there is none that can be read.
    func newest(_ venue: Venue, in times: ClosedRange<Int64>) throws -> InterestSweep? {
        try newestBody(venue, in: times).flatMap { try sweep(venue, $0.time, $0.body) }
    }

    /// The newest sweep of a venue within a stretch of time that tells of a coin, with the samples of that coin alone; nil if none that can be
    /// read does.
    func newest(_ venue: Venue, coin: String, in times: ClosedRange<Int64>) throws -> InterestSweep? {
        var times = times
        while let (time, body) = try newestBody(venue, in: times) {
            if var sweep = try sweep(venue, time, body) {
                sweep.samples.removeAll { $0.contract.coin != coin }
                if !sweep.samples.isEmpty { return sweep }
            }
            guard time > times.lowerBound else { return nil }
            times = times.lowerBound...time - 1
        }
        return nil
    }

    private func newestBody(_ venue: Venue, in times: ClosedRange<Int64>) throws -> (time: Int64, body: [UInt8])? {
        try database.query(
            "SELECT time, body FROM sweeps WHERE venue = ? AND time >= ? AND time <= ? ORDER BY time DESC LIMIT 1", venue.name,
            times.lowerBound, times.upperBound
        ) { ($0.integer(0), $0.bytes(1)) }.first
    }

    private func sweep(_ venue: Venue, _ time: Int64, _ body: [UInt8]) throws -> InterestSweep? {
        guard let rows = InterestBatch.decode(body, time: time) else { return nil }
        let contracts = try contracts(for: rows.map(\.contract))
        return InterestSweep(
            venue: venue, time: time,
            samples: rows.compactMap { row in
                contracts[row.contract].map { OpenInterestSample(contract: $0, value: row.value, time: row.time) }
            })
    }

    /// The samples of a venue in the order of its sweeps.
    ///
    /// - Parameters:
    ///   - times: of the sweeps.
    ///   - wants: which contracts; asked once for each.
    ///   - visit: gets the contract, the time of the sweep, the time of the sample, and the value.
    /// - Returns: how many sweeps cannot be read; they are left out.
    @discardableResult
    func read(
        _ venue: Venue, in times: ClosedRange<Int64>, where wants: (OpenInterestContract) -> Bool = { _ in true },
        _ visit: (OpenInterestContract, Int64, Int64, OpenInterest) -> Void
    ) throws -> Int {
        var chosen: [Int64: OpenInterestContract] = [:]
        for (number, contract) in try contracts(for: []) where contract.venue == venue && wants(contract) { chosen[number] = contract }
        guard !chosen.isEmpty else { return 0 }
        var damaged = 0
        _ = try database.query(
            "SELECT time, body FROM sweeps WHERE venue = ? AND time >= ? AND time <= ? ORDER BY time", venue.name, times.lowerBound,
            times.upperBound
        ) { row in
            let time = row.integer(0)
            guard let rows = InterestBatch.decode(row.bytes(1), time: time) else {
                damaged += 1
                return
            }
            for row in rows {
                guard let contract = chosen[row.contract] else { continue }
                visit(contract, time, row.time, row.value)
            }
        }
        return damaged
    }

    /// The contracts by number; read again where one is not known.
    private func contracts(for numbers: [Int64]) throws -> [Int64: OpenInterestContract] {
        let known = contracts.withLock { $0 }
        if !numbers.isEmpty, numbers.allSatisfy({ known[$0] != nil }) { return known }
        var all: [Int64: OpenInterestContract] = [:]
        _ = try database.query("SELECT id, venue, symbol, coin, quote, margin FROM contracts") { row in
            guard let venue = Venue(row.text(1)), let margin = MarginKind(rawValue: row.text(5)) else { return }
            all[row.integer(0)] = OpenInterestContract(
                venue: venue, symbol: row.text(2), coin: row.text(3), quote: row.text(4), margin: margin)
        }
        contracts.withLock { $0 = all }
        return all
    }
}
