import Glibc
import MarketModel
import SQLite

/// The data directory: a Parquet file per instrument and UTC day, and the catalogue that says what is in them (docs/tape.md).
///
/// Any number of processes may read; one at a time writes. Nothing is cached here, so what a call returns is what was last published.
///
///     let lake = try Lake(directory: "data", create: false)
///     let tape = try lake.tape(venue: .binanceSpot, symbol: "BTCUSDT")
public final class Lake: Sendable {
    /// The directory.
    public let directory: String
    package let catalogue: Catalogue
    let journals: JournalShelf
    let interest: DayShelf<InterestDay>
    let options: DayShelf<OptionDay>

    /// Opens a data directory.
    ///
    /// - Parameter create: whether to make one where there is none.
    /// - Throws: ``LakeError`` if there is none, or the catalogue cannot be read.
    public init(directory: String, create: Bool) throws {
        self.directory = directory
        journals = JournalShelf(directory: directory)
        interest = DayShelf(
            path: { InterestPath.journal(directory, $0) },
            open: {
                let day = try InterestDay(lake: directory, day: $0, create: false)
                return try day.isWhole() ? day : nil
            })
        options = DayShelf(
            path: { OptionPath.journal(directory, $0) },
            open: {
                let day = try OptionDay(lake: directory, day: $0, create: false)
                return try day.isWhole() ? day : nil
            })
        let path = directory + "/catalogue.sqlite"
        if create {
            try FileSystem.makeDirectory(directory)
        } else if FileSystem.size(path) == nil {
            throw LakeError(.noLake, directory, "is not a data directory: 'millrace import' makes one")
        }
        catalogue = try Catalogue(path: path, create: create)
        try recoverIfAbandoned()
    }

    /// A number that rises whenever anything published changes, by this or another process.
    public var version: Int {
        get throws { try catalogue.version() }
    }

    /// A number that changes whenever anything published or recorded changes, by this or another process.
    ///
    /// - Complexity: O(open journals), without opening one.
    public var liveVersion: Int {
        get throws {
            let marks = JournalPath.all(directory).reduce(Int64(0)) {
                $0 &+ JournalMark.read(JournalPath.mark(JournalPath.file(directory, $1.day, $1.venue)))
            }
            return try catalogue.version() << 40 &+ Int(marks)
        }
    }

    /// All tapes, by venue and symbol, with the days that are being recorded.
    ///
    /// - Parameters:
    ///   - isWanted: which of them, by venue and symbol.
    ///   - isCancelled: asked before each of them.
    /// - Throws: also `CancellationError` once it is cancelled.
    public func tapes(
        where isWanted: (Venue, String) -> Bool = { _, _ in true }, isCancelled: () -> Bool = { false }
    ) throws -> [TapeSummary] {
        // Before the sealed days: a day that is sealed in between is there twice, which is no harm, and not missing.
        let open = try journals.openDays()
        return try catalogue.entries().filter { isWanted($0.venue, $0.symbol) }.map { entry in
            if isCancelled() { throw CancellationError() }
            return try summary(entry).joined(open)
        }
    }

    /// The tape of one instrument with the days that are being recorded, or nil if the lake has none.
    public func tape(venue: Venue, symbol: String) throws -> TapeSummary? {
        let open = try journals.openDays(venue: venue)
        return try catalogue.entry(venue: venue, symbol: symbol).map { try summary($0).joined(open) }
    }

    /// All tapes, by venue and symbol, as far as they are sealed.
    package func sealedTapes() throws -> [TapeSummary] {
        try catalogue.entries().map { try summary($0) }
    }

    /// The tape of one instrument as far as it is sealed, or nil if the lake has none.
    package func sealedTape(venue: Venue, symbol: String) throws -> TapeSummary? {
        try catalogue.entry(venue: venue, symbol: symbol).map { try summary($0) }
    }

    private func summary(_ entry: CatalogueEntry) throws -> TapeSummary {
        // Read before the rest: if something is published meanwhile, the summary looks older than it is, never newer.
        let version = try catalogue.version()
        let days = try catalogue.days(entry.number)
        var instrument = Instrument(venue: entry.venue, symbol: entry.symbol)
        instrument.tradeIDs = entry.tradeIDs
        if let newest = days.last { instrument.contractSize = newest.contractSize }
        var tape = TapeSummary(
            instrument: instrument, scales: entry.scales, days: days, holes: try catalogue.holes(entry.number), version: version,
            sealedScales: entry.scales, present: entry.present)
        if entry.tradeIDs != .contiguous {
            let (noted, covered) = try catalogue.losses(entry.number)
            tape.losses = TapeLoss.settled(noted, covered: covered)
            tape.notedLosses = noted
            tape.covered = covered
        }
        return tape
    }

    /// The path of a day's file.
    package func path(of instrument: Instrument, _ day: CivilDate) -> String {
        directory + "/" + TapePath.file(venue: instrument.venue, symbol: instrument.symbol, day: day)
    }
}
