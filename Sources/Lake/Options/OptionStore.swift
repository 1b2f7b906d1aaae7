public import MarketModel
public import Notices
import SQLite
import Synchronization

/// Writes trades of options into a data directory; one process at a time does.
///
/// What ``append(_:)`` was given is on the disk when it returns, and survives the death of the process and the loss of power. A trade goes to the
/// day of its execution, whenever it comes: one of a sealed day opens a journal of that day again, and joins the file with the next sealing.
///
///     let store = try OptionStore(lake: lake)
///     try store.append(trades)
///     try store.seal(before: yesterday)
public final class OptionStore: Sendable {
    private let lake: Lake
    private let lock: JournalLock
    private let days: OpenDays<OptionDay>
    private let coverage = Mutex<OptionCoverageFile?>(nil)
    private let report: @Sendable (Notice) -> Void

    /// Opens the store.
    ///
    /// - Parameter report: told in one line of damage.
    /// - Throws: ``LakeError`` if another process writes options there.
    public init(lake: Lake, report: @escaping @Sendable (Notice) -> Void = { _ in }) throws {
        self.lake = lake
        self.report = report
        let root = OptionPath.directory(lake.directory)
        try FileSystem.makeDirectory(root)
        days = OpenDays(lake: lake, root: root, what: "the options of", shelf: lake.options, report: report)
        lock = try JournalLock(lake: lake.directory, path: OptionPath.lock(lake.directory), what: "options")
    }

    /// Writes trades; they are on the disk when this returns. A trade that is there already is put together with what is known of it.
    ///
    /// - Returns: how many are new to the open days; of a sealed day all are.
    /// - Throws: ``LakeError`` or what SQLite says; of each day all is written or nothing.
    /// - Complexity: O(trades), one forced write a day.
    @discardableResult
    public func append(_ trades: [OptionTrade]) throws -> Int {
        var new = 0
        for (date, trades) in Dictionary(grouping: trades, by: { CivilDate(microseconds: $0.time) }).sorted(by: { $0.key < $1.key }) {
            let (count, isNew) = try days.write(date) { try $0.append(trades) }
            new += count
            if isNew { try forget(date) }
        }
        return new
    }

    /// Takes over what became known of when tapes are whole; it is on the disk when this returns.
    ///
    /// Trades that it is about have to be appended before.
    ///
    /// - Throws: what SQLite says; all is written or nothing.
    /// - Complexity: O(claims), one forced write.
    public func take(_ claims: [OptionClaim]) throws {
        guard !claims.isEmpty else { return }
        try coverage.withLock { coverage in
            do {
                try opened(&coverage).apply(claims)
            } catch let error as SQLiteError where error.isDamage {
                coverage = nil
                try OpenFile.setAside(OptionPath.coverage(lake.directory), lake: lake.directory)
                report(.error("when tapes of options are whole: \(.reason, error.reason); moved to quarantine/, a new file begun"))
                try opened(&coverage).apply(claims)
            }
        }
    }

    private func opened(_ coverage: inout OptionCoverageFile?) throws -> OptionCoverageFile {
        let file = try coverage ?? OptionCoverageFile(lake: lake.directory, create: true)
        coverage = file
        return file
    }

    /// Of a day that was damaged nobody knows any more what it lacks.
    private func forget(_ date: CivilDate) throws {
        let times = date.microseconds..<date.microseconds + CivilDate.dayLength
        let families = try OptionCoverageFile.held(lake: lake.directory)?.families() ?? []
        try take(families.flatMap { family in OptionPart.allCases.map { .lacking(family, $0, times) } })
    }

    /// The days that are open, ascending.
    public var openDays: [CivilDate] { OptionPath.journals(lake.directory) }

    /// Makes Parquet files of the days before a day, and removes their journals.
    ///
    /// A death at any moment leaves the journal or the files or both, which are the same trades. Of a journal that is damaged the sound trades
    /// are sealed; it is reported, and kept in `quarantine/`, as a file is that cannot be joined.
    ///
    /// - Returns: the days that were sealed.
    /// - Throws: ``LakeError``; a full disk.
    /// - Complexity: O(trades), with those of one family's day in memory.
    @discardableResult
    public func seal(before limit: CivilDate) throws -> [CivilDate] {
        var hasLost = Set<CivilDate>()
        let sealed = try days.seal(openDays.filter { $0 < limit }) { day in
            var damaged = 0
            for family in try day.families() {
                let (count, isDamaged) = try days.joining { try seal(day, family) }
                damaged += count
                if isDamaged { hasLost.insert(day.day) }
            }
            return damaged == 0 ? nil : "\(damaged) trades are damaged"
        }
        for (date, isDamaged) in sealed where isDamaged || hasLost.contains(date) { try forget(date) }
        return sealed.map(\.date)
    }

    /// - Returns: how many trades are damaged.
    private func seal(_ day: OptionDay, _ family: OptionFamily) throws -> Int {
        let path = lake.directory + "/" + OptionPath.file(family, day.day)
        let (open, damaged) = try day.trades(family, in: .min ... .max)
        let held = FileSystem.size(path) == nil ? [] : try OptionFile.read(path, family)
        guard let slash = path.lastIndex(of: "/"), !open.isEmpty else { return damaged }
        let directory = String(path[..<slash])
        try FileSystem.makeDirectory(directory)
        try OptionFile.write(path + ".new", family, OptionTrades.joined(held, open))
        try FileSystem.replace(path, by: path + ".new")
        try FileSystem.synchronizeDirectory(directory)
        return damaged
    }

    /// Ends the writing.
    public func close() {
        days.close()
        coverage.withLock { $0 = nil }
        lock.release()
    }
}

/// Trades of a family in the order in which files have them.
enum OptionTrades {
    /// All of two lists, each once, by time, symbol, numbering and id.
    ///
    /// - Parameter a: in that order already, each once.
    static func joined(_ a: [OptionTrade], _ b: [OptionTrade]) -> [OptionTrade] {
        if b.isEmpty { return a }
        var trades: [OptionTradeKey: OptionTrade] = [:]
        for trade in a + b { trades[trade.key] = trades[trade.key].map { $0.merged(trade) } ?? trade }
        return trades.values.sorted { ($0.time, $0.key) < ($1.time, $1.key) }
    }
}
