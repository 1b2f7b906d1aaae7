import MarketModel

/// Where the files of one thing are kept, month by month.
package struct MonthShelf: Sendable, Hashable {
    /// The folder below `bars/`.
    let folder: String

    /// The shelf of a tape's files of one kind: `flow/1m`, say, each part a name of letters, digits and hyphens.
    package init(kind: [String], instrument: Instrument) {
        folder = (kind + ["exchange=\(instrument.venue.name)", "symbol=\(TapePath.escape(instrument.symbol))"]).joined(separator: "/")
    }
}
