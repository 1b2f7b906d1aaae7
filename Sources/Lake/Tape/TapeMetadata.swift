import MarketModel

/// What a tape file says of itself in its footer.
enum TapeMetadata {
    /// The version of the on-disk format, which readers refuse when it is newer than they are.
    static let formatVersion = 2

    static let formatKey = "millrace.format"
    static let contentKey = "millrace.content_sha256"
    static let idsKey = "millrace.trade_ids"

    static func pairs(instrument: Instrument, layout: TapeLayout, content: String) -> [(String, String)] {
        [
            (formatKey, String(formatVersion)),
            ("millrace.venue", instrument.venue.name),
            ("millrace.symbol", instrument.symbol),
            ("millrace.kind", instrument.kind.rawValue),
            (idsKey, layout.tradeIDs.rawValue),
            ("millrace.contract_size", instrument.contractSize.description),
            (contentKey, content),
        ]
    }
}
