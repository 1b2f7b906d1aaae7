import MarketModel
import SQLite

/// What publishers say of options: `options/statistics.sqlite`, a row a statement, and beside them what rows said before they were corrected.
final class OptionStatisticFile: Sendable {
    private static let tables = """
        CREATE TABLE IF NOT EXISTS statistics (
            subject TEXT NOT NULL, measure TEXT NOT NULL, day TEXT NOT NULL, source TEXT NOT NULL,
            calls INTEGER NOT NULL, puts INTEGER NOT NULL, origin TEXT NOT NULL, said INTEGER NOT NULL,
            PRIMARY KEY (subject, measure, day, source)
        ) WITHOUT ROWID;
        CREATE TABLE IF NOT EXISTS history (
            number INTEGER PRIMARY KEY, subject TEXT NOT NULL, measure TEXT NOT NULL, day TEXT NOT NULL, source TEXT NOT NULL,
            calls INTEGER NOT NULL, puts INTEGER NOT NULL, origin TEXT NOT NULL, said INTEGER NOT NULL, replaced INTEGER NOT NULL
        );
        """

    private let database: Database

    /// - Parameter create: whether to make the file where there is none.
    init(lake: String, create: Bool) throws {
        if create { try FileSystem.makeDirectory(OptionPath.directory(lake)) }
        database = try Database(path: OptionPath.statistics(lake), create: create)
        guard create else { return }
        try database.execute(OptionStatisticFile.tables)
        try FileSystem.synchronizeDirectory(OptionPath.directory(lake))
    }

    /// Opens it to read; nil where there is none, or none yet.
    static func held(lake: String) throws -> OptionStatisticFile? {
        guard FileSystem.size(OptionPath.statistics(lake)) ?? 0 > 0 else { return nil }
        let file = try OptionStatisticFile(lake: lake, create: false)
        let tables = try file.database.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'history'") { $0.integer(0) }
        return tables.isEmpty ? nil : file
    }

    /// Takes over statements of one origin; all of them are on the disk when this returns, or none.
    func keep(_ statements: [OptionStatement], origin: String, at time: Int64) throws -> OptionStatementReport {
        try database.transaction { connection in
            var report = OptionStatementReport()
            for statement in statements { try keep(statement, origin, time, connection, &report) }
            return report
        }
    }

    private func keep(
        _ statement: OptionStatement, _ origin: String, _ time: Int64, _ connection: borrowing Connection,
        _ report: inout OptionStatementReport
    ) throws {
        let key: (String, String, String, String) = (
            statement.subject.name, statement.measure.rawValue, statement.day.description, statement.source.rawValue
        )
        let before = try connection.queryKept(
            "SELECT calls, puts FROM statistics WHERE subject = ? AND measure = ? AND day = ? AND source = ?", key.0, key.1, key.2, key.3
        ) { (calls: $0.integer(0), puts: $0.integer(1)) }.first
        guard let before else {
            try connection.runKept(
                "INSERT INTO statistics VALUES (?, ?, ?, ?, ?, ?, ?, ?)", key.0, key.1, key.2, key.3, statement.count.calls,
                statement.count.puts, origin, time)
            report.new += 1
            return
        }
        guard before != (statement.count.calls, statement.count.puts) else {
            report.known += 1
            return
        }
        try connection.runKept(
            """
            INSERT INTO history (subject, measure, day, source, calls, puts, origin, said, replaced)
            SELECT subject, measure, day, source, calls, puts, origin, said, ? FROM statistics
            WHERE subject = ? AND measure = ? AND day = ? AND source = ?
            """, time, key.0, key.1, key.2, key.3)
        try connection.runKept(
            "UPDATE statistics SET calls = ?, puts = ?, origin = ?, said = ? WHERE subject = ? AND measure = ? AND day = ? AND source = ?",
            statement.count.calls, statement.count.puts, origin, time, key.0, key.1, key.2, key.3)
        report.corrected += 1
    }

    /// All statements that are believed, by subject, measure, day and source.
    ///
    /// - Throws: what SQLite says; rows that make no sense are left out and counted.
    func statements() throws -> (rows: [HeldOptionStatement], damaged: Int) {
        let rows = try database.query(
            "SELECT subject, measure, day, source, calls, puts, origin, said FROM statistics ORDER BY subject, measure, day, source"
        ) { HeldOptionStatement($0) }
        let sound = rows.compactMap { $0 }
        return (sound, rows.count - sound.count)
    }

    /// What statements said before they were corrected, the oldest correction first.
    func history() throws -> [OptionCorrection] {
        try database.query(
            "SELECT subject, measure, day, source, calls, puts, origin, said, replaced FROM history ORDER BY number"
        ) { row in HeldOptionStatement(row).map { OptionCorrection(before: $0, replaced: row.integer(8)) } }.compactMap { $0 }
    }

    /// A number that changes when another process or another part of this one has written.
    func version() throws -> Int { try database.dataVersion() }

    /// What SQLite finds wrong with the file, a line each.
    func integrity() throws -> [String] {
        try database.query("PRAGMA integrity_check(10)") { $0.text(0) }.filter { $0 != "ok" }
    }
}

extension HeldOptionStatement {
    /// Reads `subject, measure, day, source, calls, puts, origin, said`.
    fileprivate init?(_ row: borrowing Row) {
        guard let subject = OptionSubject(name: row.text(0)), let measure = OptionMeasure(rawValue: row.text(1)),
            let day = CivilDate(row.text(2)), let source = OptionStatisticSource(rawValue: row.text(3)),
            let count = PutCallCount(calls: row.integer(4), puts: row.integer(5))
        else { return nil }
        statement = OptionStatement(subject: subject, day: day, measure: measure, source: source, count: count)
        origin = row.text(6)
        said = row.integer(7)
    }
}
