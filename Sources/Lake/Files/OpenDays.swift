import MarketModel
import Notices
import SQLite
import Synchronization

/// The journal of one day that is still written to.
protocol OpenDay: AnyObject, Sendable {
    /// Where the journal of a day is.
    static func journal(_ lake: String, _ day: CivilDate) -> String
    /// Opens it; with `create`, makes it where there is none.
    init(lake: String, day: CivilDate, create: Bool) throws
}

/// The open days of a store of which one process is the writer: journals that are damaged are set aside, and never keep what comes from being
/// written, nor other days from being sealed.
final class OpenDays<Day: OpenDay>: Sendable {
    private let lake: Lake
    private let root: String
    /// What is in them, in words: `the open interest of`.
    private let what: String
    private let shelf: DayShelf<Day>
    private let report: @Sendable (Notice) -> Void
    private let days = Mutex<[CivilDate: Day]>([:])

    /// - Parameters:
    ///   - root: the folder of the journals.
    ///   - what: is in them, as it stands before a date.
    ///   - shelf: of those who read, which is to forget journals that go.
    ///   - report: told in one line of damage.
    init(
        lake: Lake, root: String, what: String, shelf: DayShelf<Day>, report: @escaping @Sendable (Notice) -> Void
    ) {
        self.lake = lake
        self.root = root
        self.what = what
        self.shelf = shelf
        self.report = report
    }

    /// Calls `body` with the journal of a day, once more with a new one where that is damaged: what comes now matters more than what cannot be
    /// written any more.
    ///
    /// - Returns: what `body` returns, and whether the journal was set aside.
    func write<Result>(_ date: CivilDate, _ body: (Day) throws -> Result) throws -> (result: Result, isNew: Bool) {
        try days.withLock { days in
            do {
                return (try body(open(date, &days)), false)
            } catch let error as SQLiteError where error.isDamage {
                days[date] = nil
                shelf.forget(date)
                try setAside(date)
                report(
                    .error("\(.data, what) \(.day, date): \(.reason, error.reason); its journal is moved to quarantine/, a new one begun"))
                return (try body(open(date, &days)), true)
            }
        }
    }

    private func open(_ date: CivilDate, _ days: inout [CivilDate: Day]) throws -> Day {
        let day = try days[date] ?? Day(lake: lake.directory, day: date, create: true)
        days[date] = day
        return day
    }

    /// Calls `body` with the journal of every day before another, and removes the journals.
    ///
    /// - Parameter body: makes files of a day, and says what is wrong with it, in words. Such a journal is kept in `quarantine/`.
    /// - Returns: the days that were sealed, with whether they were damaged.
    func seal(_ dates: [CivilDate], _ body: (Day) throws -> String?) throws -> [(date: CivilDate, isDamaged: Bool)] {
        var sealed: [(date: CivilDate, isDamaged: Bool)] = []
        for date in dates {
            try days.withLock { days in
                var damage: String?
                do {
                    damage = try body(open(date, &days))
                } catch let error as SQLiteError where error.isDamage {
                    damage = error.reason
                }
                days[date] = nil
                shelf.forget(date)
                if let damage {
                    try setAside(date)
                    report(
                        .error(
                            "\(.data, what) \(.day, date): \(.reason, damage); what is sound of it is sealed, its journal moved to quarantine/"
                        ))
                } else {
                    remove(date)
                }
                try FileSystem.synchronizeDirectory(root)
                sealed.append((date, damage != nil))
            }
        }
        return sealed
    }

    /// Calls `body` once more where a file that it joins is damaged, without that file: it must not keep the day from being sealed.
    ///
    /// - Returns: what `body` returns, and whether a file was set aside.
    func joining<Result>(_ body: () throws -> Result) throws -> (result: Result, isDamaged: Bool) {
        do {
            return (try body(), false)
        } catch let error as LakeError where error.isDamage && error.path.hasSuffix(".parquet") {
            let kept = try QuarantineFolder.take(error.path, lake: lake.directory)
            report(.error("\(.file, error.path) is damaged (\(.reason, error.reason)): moved to \(.data, kept)"))
            return (try body(), true)
        }
    }

    /// Removes the file of a day and what stands beside it.
    private func remove(_ date: CivilDate) {
        let path = Day.journal(lake.directory, date)
        for suffix in ["", "-wal", "-shm"] { FileSystem.remove(path + suffix) }
    }

    /// Moves the file of a day, which nobody has open, and what stands beside it to `quarantine/`.
    private func setAside(_ date: CivilDate) throws {
        try OpenFile.setAside(Day.journal(lake.directory, date), lake: lake.directory)
    }

    /// Closes all of them.
    func close() { days.withLock { $0 = [:] } }
}

/// A database that nobody has open.
enum OpenFile {
    /// Moves it, and what stands beside it, to `quarantine/`.
    static func setAside(_ path: String, lake: String) throws {
        for suffix in ["-wal", "-shm", ""] where FileSystem.size(path + suffix) != nil {
            try QuarantineFolder.take(path + suffix, lake: lake)
        }
    }
}
