import MarketModel

/// A market that never ends and that is the same for everyone: what the simulated exchanges print.
///
/// Everything follows from the seed: trades, prices, ids and times do not depend on who asks, when, or how often.
///
///     let market = SimulatedMarket(seed: 7)
///     market.tape(.okxPerps, "BTC-USDT-SWAP")?.edge(at: now)
public final class SimulatedMarket: Sendable {
    /// Decides everything.
    public let seed: UInt64
    /// All instruments' tapes, in the order in which the venues list them.
    public let tapes: [InstrumentTape]
    private let index: [Key: Int]

    private struct Key: Hashable {
        let venue: Venue
        let symbol: String
    }

    /// Creates a market.
    ///
    /// - Parameters:
    ///   - ordersPerSecond: the pace of all instruments together, which keep their shares of it; nil for their own pace.
    ///   - intraday: whether the day has busy and quiet hours.
    ///   - resolution: microseconds that times are a whole number of; 1000 makes what is streamed in milliseconds equal to dumps in microseconds.
    public init(
        seed: UInt64, instruments: [SimulatedInstrument] = SimulatedInstrument.usual, ordersPerSecond: Double? = nil, intraday: Bool = true,
        resolution: Int64 = 1
    ) {
        self.seed = seed
        let sum = instruments.reduce(0.0) { $0 + Double($1.ordersPerDay) }
        let factor = ordersPerSecond.map { $0 * 86_400 / max(1, sum) } ?? 1
        var index: [Key: Int] = [:]
        var tapes: [InstrumentTape] = []
        for var instrument in instruments where index[Key(venue: instrument.venue, symbol: instrument.symbol)] == nil {
            instrument.ordersPerDay = Int64(min(max(48, Double(instrument.ordersPerDay) * factor), 20e9))
            index[Key(venue: instrument.venue, symbol: instrument.symbol)] = tapes.count
            tapes.append(InstrumentTape(instrument: instrument, seed: seed, intraday: intraday, resolution: resolution))
        }
        self.tapes = tapes
        self.index = index
    }

    /// The tape of an instrument; nil if the market does not have it.
    public func tape(_ venue: Venue, _ symbol: String) -> InstrumentTape? {
        index[Key(venue: venue, symbol: symbol)].map { tapes[$0] }
    }

    /// The tapes of one venue.
    public func tapes(of venue: Venue) -> [InstrumentTape] { tapes.filter { $0.instrument.venue == venue } }
}
