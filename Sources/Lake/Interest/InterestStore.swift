import Glibc
public import MarketModel
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

    /// Opens the store.
    ///
    /// - Throws: ``LakeError`` if another process writes open interest there.
    public init(lake: Lake) throws {
        self.lake = lake
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
                let day = try days[date] ?? InterestDay(lake: lake.directory, day: date, create: true)
                days[date] = day
                try day.append(sweeps)
            }
        }
    }

    /// Makes Parquet files of the days before a day, and removes their journals.
    ///
    /// Keep the last two days open: changes over 24 hours look up whole sweeps, which journals find quickly. A death at any moment leaves the
    /// journal or the files or both, which are the same samples.
    ///
    /// - Returns: the days that were sealed.
    /// - Throws: ``LakeError``; damage, a full disk.
    /// - Complexity: O(samples), with about a million of them in memory.
    @discardableResult
    public func seal(before limit: CivilDate) throws -> [CivilDate] {
        var sealed: [CivilDate] = []
        for date in InterestPath.journals(lake.directory) where date < limit {
            try days.withLock { days in
                let day = try days.removeValue(forKey: date) ?? InterestDay(lake: lake.directory, day: date, create: true)
                for venue in try day.venues() { try InterestSeal(lake: lake, day: day, venue: venue).run() }
                lake.interest.forget(date)
                InterestDay.remove(lake.directory, date)
                try FileSystem.synchronizeDirectory(InterestPath.directory(lake.directory))
            }
            sealed.append(date)
        }
        return sealed
    }

    /// Ends the writing.
    public func close() {
        days.withLock { $0 = [:] }
        lock.release()
    }
}

/// The sealing of one venue's day.
struct InterestSeal {
    let lake: Lake
    let day: InterestDay
    let venue: Venue
    /// How many samples are held at once, more or less.
    private static let heldRows = 1 << 20

    init(lake: Lake, day: InterestDay, venue: Venue) {
        self.lake = lake
        self.day = day
        self.venue = venue
    }

    /// Writes the file, together with what it held before.
    func run() throws {
        let path = lake.directory + "/" + InterestPath.file(venue, day.day)
        let held = FileSystem.size(path) == nil ? nil : try InterestReader(path: path, venue: venue)
        var counts: [OpenInterestContract: Int] = [:]
        let damaged = try day.read(venue, in: .min ... .max) { contract, _, _, _ in counts[contract, default: 0] += 1 }
        guard damaged == 0 else {
            throw LakeError(.damaged, day.path, "\(damaged) answers of \(venue) are damaged: move the file away to go on without its day")
        }
        let contracts = Set(counts.keys).union(held?.contracts ?? []).sorted {
            ($0.coin, $0.symbol, $0.quote) < ($1.coin, $1.symbol, $1.quote)
        }
        let coins = Set(contracts.map(\.coin)).sorted()
        guard !coins.isEmpty else { return }
        guard let slash = path.lastIndex(of: "/") else { return }
        let directory = String(path[..<slash])
        try FileSystem.makeDirectory(directory)
        let writer = try InterestWriter(path: path + ".new", venue: venue, contracts, coins: coins)
        var places: [OpenInterestContract: Int32] = [:]
        for (place, contract) in contracts.enumerated() { places[contract] = Int32(place) }
        let sizes = Dictionary(grouping: counts) { $0.key.coin }.mapValues { $0.reduce(0) { $0 + $1.value } }
        var next = 0
        while next < coins.count {
            var end = next
            var rows = 0
            while end < coins.count, end == next || rows + (sizes[coins[end]] ?? 0) <= InterestSeal.heldRows {
                rows += sizes[coins[end]] ?? 0
                end += 1
            }
            try write(coins[next..<end], places, held, to: writer)
            next = end
        }
        try writer.finish()
        try FileSystem.replace(path, by: path + ".new")
        try FileSystem.synchronizeDirectory(directory)
    }

    private func write(
        _ coins: ArraySlice<String>, _ places: [OpenInterestContract: Int32], _ held: InterestReader?, to writer: InterestWriter
    ) throws {
        let wanted = Set(coins)
        var rows: [String: InterestFile.Rows] = [:]
        if let held {
            for coin in coins {
                let old = try held.rows(of: coin)
                for index in 0..<old.count {
                    guard let place = places[held.contracts[Int(old.contract[index])]] else { continue }
                    rows[coin, default: InterestFile.Rows()].append(old, index, contract: place)
                }
            }
        }
        try day.read(venue, in: .min ... .max, where: { wanted.contains($0.coin) }) { contract, time, sampled, value in
            guard let place = places[contract] else { return }
            rows[contract.coin, default: InterestFile.Rows()].append(time: time, sampled: sampled, contract: place, value)
        }
        for coin in coins {
            guard let found = rows[coin] else { throw LakeError(.damaged, day.path, "has lost the samples of \(coin)") }
            try writer.append(found.ordered)
        }
    }
}
