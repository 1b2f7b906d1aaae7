import MarketModel
import SQLite

/// Looks whether the option trades of a lake can be read and are in order: files, and the journals of open days.
struct OptionCheck {
    let lake: Lake

    /// Calls `found` with what is wrong.
    ///
    /// - Throws: what SQLite throws where a journal cannot be opened for another reason than damage.
    /// - Complexity: O(trades), those of one file in memory.
    func run(files: [String], _ found: (LakeFinding) -> Void) throws {
        for path in files where path.hasSuffix(".parquet") {
            guard let place = Place(path) else {
                found(LakeFinding(kind: .unknown, subject: path, detail: "no file of options is called so"))
                continue
            }
            do {
                if let finding = try check(path, place) { found(finding) }
            } catch let error as LakeError {
                found(LakeFinding(kind: .damaged, subject: path, detail: error.reason))
            }
        }
        do {
            for family in try OptionCoverageFile.held(lake: lake.directory)?.families() ?? [] {
                _ = try OptionPart.allCases.map { try lake.optionCoverage(of: family, $0, in: .min ..< .max) }
            }
        } catch let error as SQLiteError where error.isDamage {
            found(LakeFinding(kind: .damaged, subject: "\(OptionPath.root)/coverage.sqlite", detail: error.reason))
        }
        try checkStatistics(found)
        for date in OptionPath.journals(lake.directory) {
            let subject = "\(OptionPath.root)/\(date).sqlite"
            do {
                guard let day = try lake.options.day(date) else { continue }
                for family in try day.families() {
                    let damaged = try day.trades(family, in: .min ... .max).damaged
                    if damaged > 0 {
                        found(LakeFinding(kind: .damaged, subject: subject, detail: "\(damaged) trades of \(family) cannot be read"))
                    }
                }
            } catch let error as SQLiteError where error.isDamage {
                found(LakeFinding(kind: .damaged, subject: subject, detail: error.reason))
            }
        }
    }

    private func checkStatistics(_ found: (LakeFinding) -> Void) throws {
        let subject = "\(OptionPath.root)/statistics.sqlite"
        do {
            guard let file = try OptionStatisticFile.held(lake: lake.directory) else { return }
            for line in try file.integrity() { found(LakeFinding(kind: .damaged, subject: subject, detail: line)) }
            let damaged = try file.statements().damaged
            if damaged > 0 { found(LakeFinding(kind: .damaged, subject: subject, detail: "\(damaged) statements make no sense")) }
        } catch let error as SQLiteError where error.isDamage {
            found(LakeFinding(kind: .damaged, subject: subject, detail: error.reason))
        }
    }

    private struct Place {
        let family: OptionFamily
        let day: CivilDate

        init?(_ path: String) {
            let parts = path.split(separator: "/")
            func value(_ name: String) -> Substring? { parts.first { $0.hasPrefix(name + "=") }?.dropFirst(name.utf8.count + 1) }
            guard let venue = value("exchange").flatMap({ Venue($0) }),
                let family = value("family").flatMap({ OptionFamily(venue: venue, name: $0) }), let year = value("year"),
                let month = value("month"), let dayOfMonth = value("day"), let day = CivilDate("\(year)-\(month)-\(dayOfMonth)"),
                OptionPath.file(family, day) == path
            else { return nil }
            self.family = family
            self.day = day
        }
    }

    private func check(_ path: String, _ place: Place) throws -> LakeFinding? {
        let trades = try OptionFile.read(lake.directory + "/" + path, place.family)
        for (index, trade) in trades.enumerated() {
            guard CivilDate(microseconds: trade.time) == place.day else {
                return LakeFinding(kind: .day, subject: path, detail: "holds a trade of \(Timestamp.iso8601(trade.time))")
            }
            guard index == 0 || (trades[index - 1].time, trades[index - 1].key) < (trade.time, trade.key) else {
                return LakeFinding(kind: .order, subject: path, detail: "trades are not by time, symbol and id")
            }
        }
        return nil
    }
}
