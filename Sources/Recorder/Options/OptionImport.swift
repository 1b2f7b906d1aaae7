public import Archives
public import Lake
public import MarketModel
import Pipeline

/// Brings dumps of option chains into the lake. Importing again, overlapping or in another order gives the same files.
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
            let report = try OptionDump(path: path).read(family, sizes: sizes) { trade in
                waiting.append(trade)
                guard waiting.count >= OptionImport.batch else { return }
                try store.append(waiting)
                waiting.removeAll(keepingCapacity: true)
            }
            try store.append(waiting)
            reports.append((path, report))
        }
        // The day that is open stays so, for whoever records it next.
        let today = CivilDate(microseconds: WallClock.microseconds() - 3_600_000_000)
        try store.seal(before: today)
        return reports
    }
}
