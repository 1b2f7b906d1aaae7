import Glibc
public import MarketModel
import SQLite
import Synchronization

/// Writes open interest into a data directory; one process at a time does.
///
/// What ``append(_:)`` was given is on the disk when it returns, and survives the death of the process and the loss of power. Days that are
/// over become Parquet files, a venue and day each; both together can be read at any time, by any process, with the methods of ``Lake``.
///
///     let store = try InterestStore(lake: lake)
///     try store.append([InterestSweep(venue: .bybitLinear, time: now, samples: samples)])
///     try store.seal(before: yesterday)
public final class InterestStore: Sendable {
    private let lake: Lake
    private let lock: JournalLock
    private let days = Mutex<[CivilDate: InterestDay]>([:])
    private let report: @Sendable (String) -> Void

    /// Opens the store.
    ///
    /// - Parameter report: told in one line of damage.
    /// - Throws: ``LakeError`` if another process writes open interest there.
    public init(lake: Lake, report: @escaping @Sendable (String) -> Void = { _ in }) throws {
        self.lake = lake
        self.report = report
        try FileSystem.makeDirectory(InterestPath.directory(lake.directory))
        lock = try JournalLock(lake: lake.directory, path: InterestPath.lock(lake.directory), what: "open interest")
    }

    /// Writes sweeps to the days of their times; they are on the disk when this returns.
    ///
    /// - Throws: ``LakeError`` or what SQLite says; of each day all is written or nothing.
    /// - Complexity: O(samples), one forced write a day.
    public func append(_ sweeps: [InterestSweep]) throws {
        for (date, sweeps) in Dictionary(grouping: sweeps, by: { CivilDate(microseconds: $0.time) }).sorted(by: { $0.key < $1.key }) {
            try days.withLock { days in
                do {
                    try append(sweeps, date, &days)
                } catch let error as SQLiteError where error.isDamage {
                    // What comes now matters more than what cannot be written any more.
                    days[date] = nil
                    lake.interest.forget(date)
                    try InterestDay.setAside(lake.directory, date)
                    report("the open interest of \(date): \(error.reason); its journal is moved to quarantine/, a new one begun")
                    try append(sweeps, date, &days)
                }
            }
        }
    }

    private func append(_ sweeps: [InterestSweep], _ date: CivilDate, _ days: inout [CivilDate: InterestDay]) throws {
        let day = try days[date] ?? InterestDay(lake: lake.directory, day: date, create: true)
        days[date] = day
        try day.append(sweeps)
    }

    /// Makes Parquet files of the days before a day, and removes their journals.
    ///
    /// Keep the last two days open: changes over 24 hours look up whole sweeps, which journals find quickly. A death at any moment leaves the
    /// journal or the files or both, which are the same samples. Of a journal that is damaged the sound sweeps are sealed; it is reported,
    /// and kept in `quarantine/`.
    ///
    /// - Returns: the days that were sealed.
    /// - Throws: ``LakeError``; a full disk, a damaged file.
    /// - Complexity: O(samples), with about a million of them in memory.
    @discardableResult
    public func seal(before limit: CivilDate) throws -> [CivilDate] {
        var sealed: [CivilDate] = []
        for date in InterestPath.journals(lake.directory) where date < limit {
            try days.withLock { days in
                let damage = try seal(days.removeValue(forKey: date), date)
                lake.interest.forget(date)
                if let damage {
                    try InterestDay.setAside(lake.directory, date)
                    report("the open interest of \(date): \(damage); what is sound of it is sealed, its journal moved to quarantine/")
                } else {
                    InterestDay.remove(lake.directory, date)
                }
                try FileSystem.synchronizeDirectory(InterestPath.directory(lake.directory))
            }
            sealed.append(date)
        }
        return sealed
    }

    /// - Returns: what is wrong with the journal, in words; nil if nothing is.
    private func seal(_ open: InterestDay?, _ date: CivilDate) throws -> String? {
        do {
            let day = try open ?? InterestDay(lake: lake.directory, day: date, create: true)
            var damaged = 0
            for venue in try day.venues() { damaged += try seal(day, venue) }
            return damaged == 0 ? nil : "\(damaged) rounds are damaged"
        } catch let error as SQLiteError where error.isDamage {
            return error.reason
        }
    }

    /// - Returns: how many sweeps are damaged.
    private func seal(_ day: InterestDay, _ venue: Venue) throws -> Int {
        let seal = InterestSeal(lake: lake, day: day, venue: venue)
        do {
            return try seal.run()
        } catch let error as LakeError where error.isDamage && error.path.hasSuffix(".parquet") {
            // What the file held before cannot be joined any more, and must not keep the day from being sealed.
            let kept = try QuarantineFolder.take(error.path, lake: lake.directory)
            report("\(error.path) is damaged (\(error.reason)): moved to \(kept)")
            return try seal.run()
        }
    }

    /// Ends the writing.
    public func close() {
        days.withLock { $0 = [:] }
        lock.release()
    }
}
