import MarketModel

/// The market that `millrace demo` shows: the large pairs of every simulated venue.
public enum DemoMarket {
    /// The instruments, the busiest first.
    public static let instruments: [SimulatedInstrument] = {
        let wanted: [(Venue, String)] = [
            (.binanceFutures, "BTCUSDT"), (.binanceFutures, "ETHUSDT"), (.binanceSpot, "BTCUSDT"), (.binanceSpot, "ETHUSDT"),
            (.okxPerps, "BTC-USDT-SWAP"), (.bybitLinear, "BTCUSDT"), (.binanceCoinFutures, "BTCUSD_PERP"),
        ]
        return wanted.compactMap { venue, symbol in
            SimulatedInstrument.usual.first { $0.venue == venue && $0.symbol == symbol }
        }
    }()

    /// The market; the pairs that are not recorded from the start are there to be asked for.
    ///
    /// - Parameters:
    ///   - seed: decides everything.
    ///   - ordersPerSecond: the pace of all instruments together.
    public static func market(seed: UInt64, ordersPerSecond: Double) -> SimulatedMarket {
        // Whole milliseconds, so that a dump and a stream of the same trades are the same tape.
        SimulatedMarket(seed: seed, instruments: SimulatedInstrument.usual, ordersPerSecond: ordersPerSecond, resolution: 1000)
    }
}
