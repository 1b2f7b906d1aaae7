public import Lake
public import MarketModel

/// The lake as a source of tapes.
public struct LakeSource: TapeSource {
    private let lake: Lake

    /// Creates a source.
    public init(_ lake: Lake) { self.lake = lake }

    /// The version of the catalogue and of what is being recorded.
    public func version() throws -> Int { try lake.liveVersion }

    /// The tapes of the catalogue.
    public func listings() throws -> [TapeListing] {
        try lake.tapes().filter { $0.rows > 0 }.map { tape in
            // The newest trades change only with the newest days, but sizes and scales may change anywhere.
            TapeListing(instrument: tape.instrument, revision: tape.days.map(\.contentHash).joined() + "\(tape.scales)")
        }
    }

    /// The newest trades of a tape; read again if it is replaced meanwhile.
    public func newest(_ instrument: Instrument, count: Int) throws -> NewestTrades? {
        try LakeError.retrying {
            guard let tape = try lake.tape(venue: instrument.venue, symbol: instrument.symbol) else { return nil }
            let trades = try lake.newest(tape, count: count)
            return NewestTrades(trades: trades, scales: tape.scales, contractSizes: tape.days.map { ($0.date, $0.contractSize) })
        }
    }
}
