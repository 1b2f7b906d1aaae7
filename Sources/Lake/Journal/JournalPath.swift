import MarketModel

/// Where journals are: `journal/YYYY-MM-DD/<venue>.sqlite`, beside it `<venue>.mark`.
enum JournalPath {
    static let root = "journal"

    static func directory(_ lake: String, _ day: CivilDate) -> String { "\(lake)/\(root)/\(day)" }
    static func file(_ lake: String, _ day: CivilDate, _ venue: Venue) -> String { "\(directory(lake, day))/\(venue.name).sqlite" }
    static func lock(_ lake: String, _ venue: Venue) -> String { "\(lake)/\(root)/\(venue.name).lock" }

    /// What stands beside a journal's file and goes with it.
    static let companions = ["-wal", "-shm"]
    static func mark(_ file: String) -> String { String(file.dropLast(".sqlite".utf8.count)) + ".mark" }

    /// The journals that are there, of one venue or of all, by day and venue; also those of which only the mark or the log is left.
    static func all(_ lake: String, venue: Venue? = nil) -> [(day: CivilDate, venue: Venue)] {
        FileSystem.names(in: "\(lake)/\(root)").flatMap { folder -> [(day: CivilDate, venue: Venue)] in
            guard let day = CivilDate(folder) else { return [] }
            let stems = Set(FileSystem.names(in: "\(lake)/\(root)/\(folder)").compactMap { name in name.split(separator: ".").first })
            return stems.compactMap { Venue($0) }.filter { venue == nil || $0 == venue }.sorted().map { (day, $0) }
        }
    }
}
