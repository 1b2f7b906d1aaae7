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

    /// Opens a data directory.
    ///
    /// - Parameter create: whether to make one where there is none.
    /// - Throws: ``LakeError`` if there is none, or the catalogue cannot be read.
    public init(directory: String, create: Bool) throws {
        self.directory = directory
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

    /// All tapes, by venue and symbol.
    public func tapes() throws -> [TapeSummary] {
        try catalogue.entries().map { try summary($0) }
    }

    /// The tape of one instrument, or nil if the lake has none.
    public func tape(venue: Venue, symbol: String) throws -> TapeSummary? {
        try catalogue.entry(venue: venue, symbol: symbol).map { try summary($0) }
    }

    private func summary(_ entry: CatalogueEntry) throws -> TapeSummary {
        // Read before the rest: if something is published meanwhile, the summary looks older than it is, never newer.
        let version = try catalogue.version()
        let days = try catalogue.days(entry.number)
        var instrument = Instrument(venue: entry.venue, symbol: entry.symbol)
        instrument.tradeIDs = entry.tradeIDs
        if let newest = days.last { instrument.contractSize = newest.contractSize }
        return TapeSummary(
            instrument: instrument, scales: entry.scales, days: days, holes: try catalogue.holes(entry.number), version: version)
    }

    /// The path of a day's file.
    package func path(of instrument: Instrument, _ day: CivilDate) -> String {
        directory + "/" + TapePath.file(venue: instrument.venue, symbol: instrument.symbol, day: day)
    }
}
