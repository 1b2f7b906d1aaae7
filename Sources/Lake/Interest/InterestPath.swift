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
        "\(root)/exchange=\(venue.name)/\(DayFolders.path(day))/\(kind.rawValue).parquet"
    }

    /// The days that have a journal, ascending.
    static func journals(_ lake: String) -> [CivilDate] { DayFolders.journals(in: directory(lake)) }

    /// The days, open and sealed, that hold something of a venue within a stretch of time, ascending.
    ///
    /// - Complexity: O(days that are held).
    static func days(_ lake: String, _ venue: Venue, from: Int64, through: Int64) -> [CivilDate] {
        let (first, last) = (CivilDate(microseconds: from), CivilDate(microseconds: through))
        let sealed = DayFolders.days(in: "\(lake)/\(root)/exchange=\(venue.name)")
        return Set(sealed + journals(lake)).filter { first <= $0 && $0 <= last }.sorted()
    }
}
