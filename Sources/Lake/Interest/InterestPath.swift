import MarketModel

/// Where open interest is: `interest/YYYY-MM-DD.sqlite` while a day is open, then a Parquet file a venue.
enum InterestPath {
    static let root = "interest"

    static func directory(_ lake: String) -> String { "\(lake)/\(root)" }
    static func journal(_ lake: String, _ day: CivilDate) -> String { "\(lake)/\(root)/\(day).sqlite" }
    static func lock(_ lake: String) -> String { "\(lake)/\(root)/lock" }

    static func importLock(_ lake: String) -> String { "\(lake)/\(root)/import.lock" }

    /// What a file of a venue's day holds.
    enum Kind: String {
        /// What was recorded: whole rounds.
        case recorded = "open_interest"
        /// What histories say: readings of single contracts.
        case imported
    }

    /// `interest/exchange=V/year=YYYY/month=MM/day=DD/open_interest.parquet`, below the data directory.
    static func file(_ venue: Venue, _ day: CivilDate, _ kind: Kind = .recorded) -> String {
        let date = "\(day)".split(separator: "-", omittingEmptySubsequences: false)
        guard date.count >= 3 else { return "\(root)/exchange=\(venue.name)/\(day)-\(kind.rawValue).parquet" }
        let (year, month, dayOfMonth) = (date.dropLast(2).joined(separator: "-"), date[date.count - 2], date[date.count - 1])
        return "\(root)/exchange=\(venue.name)/year=\(year)/month=\(month)/day=\(dayOfMonth)/\(kind.rawValue).parquet"
    }

    /// The days that have a journal, ascending.
    static func journals(_ lake: String) -> [CivilDate] {
        FileSystem.names(in: directory(lake)).compactMap { name in
            name.hasSuffix(".sqlite") ? CivilDate(String(name.dropLast(".sqlite".utf8.count))) : nil
        }.sorted()
    }

    /// The days, open and sealed, that hold something of a venue within a stretch of time, ascending.
    ///
    /// - Complexity: O(days that are held).
    static func days(_ lake: String, _ venue: Venue, from: Int64, through: Int64) -> [CivilDate] {
        let (first, last) = (CivilDate(microseconds: from), CivilDate(microseconds: through))
        func parts(_ path: String, _ name: String) -> [(path: String, value: String)] {
            FileSystem.names(in: path).filter { $0.hasPrefix(name) }.map { ("\(path)/\($0)", String($0.dropFirst(name.utf8.count))) }
        }
        let sealed = parts("\(lake)/\(root)/exchange=\(venue.name)", "year=").flatMap { year in
            parts(year.path, "month=").flatMap { month in
                parts(month.path, "day=").compactMap { CivilDate("\(year.value)-\(month.value)-\($0.value)") }
            }
        }
        return Set(sealed + journals(lake)).filter { first <= $0 && $0 <= last }.sorted()
    }
}
