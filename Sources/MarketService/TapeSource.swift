public import MarketModel

/// Where the market service takes tapes from: the lake, or what a test gives it.
public protocol TapeSource: Sendable {
    /// A number that changes whenever any tape does.
    func version() throws -> Int
    /// The tapes there are.
    func listings() throws -> [TapeListing]
    /// The newest trades of one tape, or nil if there is no such tape.
    func newest(_ instrument: Instrument, count: Int) throws -> NewestTrades?
}

/// One tape of a source.
public struct TapeListing: Sendable {
    /// The instrument.
    public let instrument: Instrument
    /// Something that differs when the tape has changed.
    public let revision: String

    /// Creates a listing.
    public init(instrument: Instrument, revision: String) {
        self.instrument = instrument
        self.revision = revision
    }
}

/// The newest trades of a tape, and what it takes to value them.
public struct NewestTrades: Sendable {
    /// The trades in tape order, oldest first.
    public let trades: TradeColumns
    /// Their scales.
    public let scales: Scales
    /// The contract size from each UTC day on, in ascending order.
    public let contractSizes: [(from: CivilDate, size: FixedPoint)]

    /// Creates a stretch of tape.
    public init(trades: TradeColumns, scales: Scales, contractSizes: [(from: CivilDate, size: FixedPoint)] = []) {
        self.trades = trades
        self.scales = scales
        self.contractSizes = contractSizes
    }
}
