import MarketModel
import SQLite

/// When the tapes of options are known to be whole: `options/coverage.sqlite`, a row a stretch.
final class OptionCoverageFile: Sendable {
    private static let tables = """
        CREATE TABLE IF NOT EXISTS stretches (
            venue TEXT NOT NULL, family TEXT NOT NULL, part INTEGER NOT NULL, start INTEGER NOT NULL, stop INTEGER NOT NULL,
            repaired INTEGER NOT NULL, PRIMARY KEY (venue, family, part, start)
        ) WITHOUT ROWID;
        """

    private let database: Database

    /// - Parameter create: whether to make the file where there is none.
    init(lake: String, create: Bool) throws {
        database = try Database(path: OptionPath.coverage(lake), create: create)
        guard create else { return }
        try database.execute(OptionCoverageFile.tables)
        try FileSystem.synchronizeDirectory(OptionPath.directory(lake))
    }

    /// Opens it to read; nil where there is none, or none yet.
    static func held(lake: String) throws -> OptionCoverageFile? {
        guard FileSystem.size(OptionPath.coverage(lake)) ?? 0 > 0 else { return nil }
        let file = try OptionCoverageFile(lake: lake, create: false)
        let tables = try file.database.query("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'stretches'") { $0.integer(0) }
        return tables.isEmpty ? nil : file
    }

    /// Takes over what became known, in its order; it is on the disk when this returns.
    func apply(_ claims: [OptionClaim]) throws {
        try database.transaction { connection in
            for claim in claims where !claim.times.isEmpty { try apply(claim, connection) }
        }
    }

    private func apply(_ claim: OptionClaim, _ connection: borrowing Connection) throws {
        let (family, part, times) = (claim.family, claim.part, claim.times)
        // Neighbours, too: they may become one with what is new.
        var coverage = OptionCoverage(try stretches(family, part, times.lowerBound...times.upperBound, connection))
        let before = coverage.stretches
        switch claim {
        case .whole(_, _, _, let isRepaired): coverage.add(times, isRepaired: isRepaired)
        case .lacking: coverage.remove(times)
        }
        guard coverage.stretches != before else { return }
        for stretch in before {
            try connection.run(
                "DELETE FROM stretches WHERE venue = ? AND family = ? AND part = ? AND start = ?", family.venue.name, family.name,
                part.rawValue, stretch.times.lowerBound)
        }
        for stretch in coverage.stretches {
            try connection.run(
                "INSERT INTO stretches VALUES (?, ?, ?, ?, ?, ?)", family.venue.name, family.name, part.rawValue,
                stretch.times.lowerBound, stretch.times.upperBound, Int64(stretch.isRepaired ? 1 : 0))
        }
    }

    /// The stretches that overlap or touch some times.
    private func stretches(
        _ family: OptionFamily, _ part: OptionPart, _ times: ClosedRange<Int64>, _ connection: borrowing Connection
    ) throws -> [OptionCoverage.Stretch] {
        try connection.query(
            """
            SELECT start, stop, repaired FROM stretches
            WHERE venue = ? AND family = ? AND part = ? AND start <= ? AND stop >= ? AND start < stop ORDER BY start
            """, family.venue.name, family.name, part.rawValue, times.upperBound, times.lowerBound
        ) { OptionCoverage.Stretch($0.integer(0)..<max($0.integer(0), $0.integer(1)), isRepaired: $0.integer(2) != 0) }
    }

    /// What is whole within some times, and the stretches that touch them.
    func coverage(of family: OptionFamily, _ part: OptionPart, _ times: ClosedRange<Int64>) throws -> OptionCoverage {
        try database.withConnection { OptionCoverage(try stretches(family, part, times, $0)) }
    }

    /// The families of which something is known.
    func families() throws -> [OptionFamily] {
        try database.query("SELECT DISTINCT venue, family FROM stretches ORDER BY venue, family") { ($0.text(0), $0.text(1)) }
            .compactMap { venue, name in Venue(venue).flatMap { OptionFamily(venue: $0, name: name) } }
    }

    /// Until when a family's trades are known; nil where nothing is.
    func end(of family: OptionFamily, _ part: OptionPart) throws -> Int64? {
        try database.query(
            "SELECT stop FROM stretches WHERE venue = ? AND family = ? AND part = ? ORDER BY start DESC LIMIT 1", family.venue.name,
            family.name, part.rawValue
        ) { $0.integer(0) }.first
    }
}
