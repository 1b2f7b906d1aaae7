public import MarketModel
public import Notices

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
    private let days: OpenDays<InterestDay>

    /// Opens the store.
    ///
    /// - Parameter report: told in one line of damage.
    /// - Throws: ``LakeError`` if another process writes open interest there.
    public init(lake: Lake, report: @escaping @Sendable (Notice) -> Void = { _ in }) throws {
        self.lake = lake
        let root = InterestPath.directory(lake.directory)
        try FileSystem.makeDirectory(root)
        days = OpenDays(lake: lake, root: root, what: "the open interest of", shelf: lake.interest, report: report)
        lock = try JournalLock(lake: lake.directory, path: InterestPath.lock(lake.directory), what: "open interest")
    }

    /// Writes sweeps to the days of their times; they are on the disk when this returns.
    ///
    /// - Throws: ``LakeError`` or what SQLite says; of each day all is written or nothing.
    /// - Complexity: O(samples), one forced write a day.
    public func append(_ sweeps: [InterestSweep]) throws {
        for (date, sweeps) in Dictionary(grouping: sweeps, by: { CivilDate(microseconds: $0.time) }).sorted(by: { $0.key < $1.key }) {
            _ = try days.write(date) { try $0.append(sweeps) }
        }
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
        try days.seal(InterestPath.journals(lake.directory).filter { $0 < limit }) { day in
            var damaged = 0
            for venue in try day.venues() {
                damaged += try days.joining { try InterestSeal(lake: lake, day: day, venue: venue).run() }.result
            }
            return damaged == 0 ? nil : "\(damaged) rounds are damaged"
        }.map(\.date)
    }

    /// Ends the writing.
    public func close() {
        days.close()
        lock.release()
    }
}
