public import MarketModel
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
    private let days = Mutex<[CivilDate: OptionDay]>([:])

    /// Opens the store.
    ///
    /// - Throws: ``LakeError`` if another process writes options there.
    public init(lake: Lake) throws {
        self.lake = lake
        try FileSystem.makeDirectory(OptionPath.directory(lake.directory))
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
            new += try days.withLock { days in
                let day = try days[date] ?? OptionDay(lake: lake.directory, day: date, create: true)
                days[date] = day
                return try day.append(trades)
            }
        }
        return new
    }

    /// The days that are open, ascending.
    public var openDays: [CivilDate] { OptionPath.journals(lake.directory) }

    /// Makes Parquet files of the days before a day, and removes their journals.
    ///
    /// A death at any moment leaves the journal or the files or both, which are the same trades.
    ///
    /// - Returns: the days that were sealed.
    /// - Throws: ``LakeError``; damage, a full disk.
    /// - Complexity: O(trades), with those of one family's day in memory.
    @discardableResult
    public func seal(before limit: CivilDate) throws -> [CivilDate] {
        var sealed: [CivilDate] = []
        for date in openDays where date < limit {
            try days.withLock { days in
                let day = try days.removeValue(forKey: date) ?? OptionDay(lake: lake.directory, day: date, create: true)
                for family in try day.families() { try seal(day, family) }
                lake.options.forget(date)
                OptionDay.remove(lake.directory, date)
                try FileSystem.synchronizeDirectory(OptionPath.directory(lake.directory))
            }
            sealed.append(date)
        }
        return sealed
    }

    private func seal(_ day: OptionDay, _ family: OptionFamily) throws {
        let path = lake.directory + "/" + OptionPath.file(family, day.day)
        let (open, damaged) = try day.trades(family, in: .min ... .max)
        guard damaged == 0 else {
            throw LakeError(.damaged, day.path, "\(damaged) trades of \(family) are damaged: move the file away to go on without its day")
        }
        let held = FileSystem.size(path) == nil ? [] : try OptionFile.read(path, family)
        guard let slash = path.lastIndex(of: "/") else { return }
        let directory = String(path[..<slash])
        try FileSystem.makeDirectory(directory)
        try OptionFile.write(path + ".new", family, OptionTrades.joined(held, open))
        try FileSystem.replace(path, by: path + ".new")
        try FileSystem.synchronizeDirectory(directory)
    }

    /// Ends the writing.
    public func close() {
        days.withLock { $0 = [:] }
        lock.release()
    }
}

/// Trades of a family in the order in which files have them.
enum OptionTrades {
    /// All of two lists, each once, by time, symbol, numbering and id.
    static func joined(_ a: [OptionTrade], _ b: [OptionTrade]) -> [OptionTrade] {
        var trades: [OptionTradeKey: OptionTrade] = [:]
        for trade in a + b { trades[trade.key] = trades[trade.key].map { $0.merged(trade) } ?? trade }
        return trades.values.sorted { ($0.time, $0.key) < ($1.time, $1.key) }
    }
}
