import MarketModel
import SQLite

/// Looks whether the open interest of a lake can be read and is in order: files, and the journals of open days.
struct InterestCheck {
    let lake: Lake

    /// Calls `found` with what is wrong.
    ///
    /// - Throws: what SQLite throws where a journal cannot be opened for another reason than damage.
    /// - Complexity: O(samples), those of one coin of one file in memory.
    func run(files: [String], _ found: (LakeFinding) -> Void) throws {
        for path in files where path.hasSuffix(".parquet") {
            guard let place = Place(path) else {
                found(LakeFinding(kind: .unknown, subject: path, detail: "no file of open interest is called so"))
                continue
            }
            do {
                if let finding = try check(path, place) { found(finding) }
            } catch let error as LakeError {
                found(LakeFinding(kind: .damaged, subject: path, detail: error.reason))
            }
        }
        for date in InterestPath.journals(lake.directory) {
            let subject = "\(InterestPath.root)/\(date).sqlite"
            do {
                try checkJournal(date) { found(LakeFinding(kind: .damaged, subject: subject, detail: $0)) }
            } catch let error as SQLiteError where error.isDamage {
                found(LakeFinding(kind: .damaged, subject: subject, detail: error.reason))
            }
        }
    }

    private func checkJournal(_ date: CivilDate, _ found: (String) -> Void) throws {
        guard let day = try lake.interest.day(date) else { return }
        for venue in try day.venues() {
            let damaged = try day.read(venue, in: .min ... .max) { _, _, _, _ in }
            if damaged > 0 { found("\(damaged) rounds of \(venue) cannot be read") }
        }
    }

    private struct Place {
        let venue: Venue
        let day: CivilDate

        init?(_ path: String) {
            let parts = path.split(separator: "/")
            func value(_ name: String) -> Substring? { parts.first { $0.hasPrefix(name + "=") }?.dropFirst(name.utf8.count + 1) }
            guard let venue = value("exchange").flatMap({ Venue($0) }), let year = value("year"), let month = value("month"),
                let dayOfMonth = value("day"), let day = CivilDate("\(year)-\(month)-\(dayOfMonth)"),
                [InterestPath.Kind.recorded, .imported].contains(where: { InterestPath.file(venue, day, $0) == path })
            else { return nil }
            self.venue = venue
            self.day = day
        }
    }

    private func check(_ path: String, _ place: Place) throws -> LakeFinding? {
        guard let file = try InterestReader(lake: lake.directory, path, venue: place.venue) else { return nil }
        for coin in file.coins {
            let rows = try file.rows(of: coin)
            for index in 0..<rows.count {
                _ = try file.amounts(rows, index)
                guard CivilDate(microseconds: rows.time[index]) == place.day else {
                    return LakeFinding(
                        kind: .day, subject: path, detail: "holds a row of \(Timestamp.iso8601(rows.time[index])) in \(coin)")
                }
                guard index == 0 || (rows.contract[index - 1], rows.time[index - 1]) < (rows.contract[index], rows.time[index]) else {
                    return LakeFinding(kind: .order, subject: path, detail: "rows of \(coin) are not by contract and time")
                }
            }
        }
        return nil
    }
}
