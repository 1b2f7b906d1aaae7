public import Archives
public import Lake
public import MarketModel
import Pipeline

/// Brings dumps of option chains into the lake. Importing again, overlapping or in another order gives the same files.
///
/// A file with the venue's name for a day, in which every row is understood and no id lacks, makes that day whole, but for blocks.
///
///     let report = try OptionImport(lake: lake, family: family).run(files: paths)
public struct OptionImport: Sendable {
    private let lake: Lake
    private let family: OptionFamily
    private let sizes: OptionSizes
    private static let batch = 20_000

    /// Creates an import.
    ///
    /// - Parameter sizes: what contracts are on.
    public init(lake: Lake, family: OptionFamily, sizes: OptionSizes = .known) {
        self.lake = lake
        self.family = family
        self.sizes = sizes
    }

    /// Imports files one after the other, and seals the days that are over.
    ///
    /// - Throws: `ArchiveError`, or `LakeError`, among others where options are being recorded there; what was read before is kept.
    public func run(files: [String]) throws -> [(path: String, report: OptionDumpReport)] {
        let store = try OptionStore(lake: lake)
        defer { store.close() }
        var reports: [(path: String, report: OptionDumpReport)] = []
        for path in files {
            var waiting: [OptionTrade] = []
            let dump = try OptionDump(path: path)
            let report = try dump.read(family, sizes: sizes) { trade in
                waiting.append(trade)
                guard waiting.count >= OptionImport.batch else { return }
                try store.append(waiting)
                waiting.removeAll(keepingCapacity: true)
            }
            try store.append(waiting)
            if let day = dump.day, day.upperBound <= WallClock.microseconds(), let times = report.times, day.contains(times.lowerBound),
                day.contains(times.upperBound),
                report.rejected.isEmpty, report.missing == 0
            {
                try store.take([.whole(family, .book, day, isRepaired: false)])
            }
            reports.append((path, report))
        }
        // The day that is open stays so, for whoever records it next.
        let today = CivilDate(microseconds: WallClock.microseconds() - 3_600_000_000)
        try store.seal(before: today)
        return reports
    }
}
