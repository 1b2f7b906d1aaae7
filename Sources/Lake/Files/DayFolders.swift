import MarketModel

/// Files a day in folders that DuckDB, Polars and pyarrow understand: `year=YYYY/month=MM/day=DD`.
enum DayFolders {
    /// The folder of a day, below that of all days.
    static func path(_ day: CivilDate) -> String {
        let date = "\(day)".split(separator: "-", omittingEmptySubsequences: false)
        guard date.count >= 3 else { return "\(day)" }
        return "year=\(date.dropLast(2).joined(separator: "-"))/month=\(date[date.count - 2])/day=\(date[date.count - 1])"
    }

    /// The days that have a folder, in no order.
    static func days(in root: String) -> [CivilDate] {
        parts(root, "year=").flatMap { year in
            parts(year.path, "month=").flatMap { month in
                parts(month.path, "day=").compactMap { CivilDate("\(year.value)-\(month.value)-\($0.value)") }
            }
        }
    }

    /// What stands behind a prefix in the names of folders, with their paths.
    static func parts(_ path: String, _ prefix: String) -> [(path: String, value: String)] {
        FileSystem.names(in: path).filter { $0.hasPrefix(prefix) }.map { ("\(path)/\($0)", String($0.dropFirst(prefix.utf8.count))) }
    }

    /// The days of `YYYY-MM-DD.sqlite`, ascending.
    static func journals(in directory: String) -> [CivilDate] {
        FileSystem.names(in: directory).compactMap { name in
            name.hasSuffix(".sqlite") ? CivilDate(String(name.dropLast(".sqlite".utf8.count))) : nil
        }.sorted()
    }
}
