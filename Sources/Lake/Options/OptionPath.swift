import MarketModel

/// Where trades of options are: `options/YYYY-MM-DD.sqlite` while a day is open, then a Parquet file a family. Beside them is what is known
/// of their tapes, and what publishers say of options.
enum OptionPath {
    static let root = "options"

    static func directory(_ lake: String) -> String { "\(lake)/\(root)" }
    static func journal(_ lake: String, _ day: CivilDate) -> String { "\(lake)/\(root)/\(day).sqlite" }
    static func lock(_ lake: String) -> String { "\(lake)/\(root)/lock" }
    static func coverage(_ lake: String) -> String { "\(lake)/\(root)/coverage.sqlite" }
    static func statistics(_ lake: String) -> String { "\(lake)/\(root)/statistics.sqlite" }
    static func journals(_ lake: String) -> [CivilDate] { DayFolders.journals(in: directory(lake)) }

    /// `options/exchange=V/family=F`, below the data directory.
    private static func folder(_ family: OptionFamily) -> String { "\(root)/exchange=\(family.venue.name)/family=\(family.name)" }

    /// `options/exchange=V/family=F/year=YYYY/month=MM/day=DD/trades.parquet`, below the data directory.
    static func file(_ family: OptionFamily, _ day: CivilDate) -> String { "\(folder(family))/\(DayFolders.path(day))/trades.parquet" }

    /// The days, open and sealed, that may hold trades of a family, ascending.
    ///
    /// - Complexity: O(days that are held).
    static func days(_ lake: String, _ family: OptionFamily) -> [CivilDate] {
        Set(DayFolders.days(in: "\(lake)/\(folder(family))") + journals(lake)).sorted()
    }

    /// The families that have sealed days, by venue and name.
    static func sealedFamilies(_ lake: String) -> [OptionFamily] {
        DayFolders.parts(directory(lake), "exchange=").flatMap { exchange in
            DayFolders.parts(exchange.path, "family=").compactMap { family in
                Venue(exchange.value).flatMap { OptionFamily(venue: $0, name: family.value) }
            }
        }
    }
}
