import ExchangeSimulator
import MarketModel
import Transport

/// Binance spot's aggTrade frames of one instrument, as the simulated exchange writes them: exactly the venue's shape, ids without a hole.
struct SimulatedFrames {
    /// What trades.
    let instrument = Instrument(venue: .binanceSpot, symbol: "BTCUSDT")
    /// The scales of its trades.
    let scales = Scales(price: 2, quantity: 5)
    /// All frames, one after the other.
    private(set) var bytes: [UInt8] = []
    /// Where each begins, and where the last one ends.
    private(set) var starts: [Int] = [0]
    /// How many trades a second there are: a busy market, whose minute bars hold as many as those of a crash.
    static let pace = 5000.0

    init(count: Int) throws {
        let listed = SimulatedInstrument.usual.filter { $0.venue == .binanceSpot && $0.symbol == "BTCUSDT" }
        let exchange = SimulatedExchange(
            market: SimulatedMarket(seed: 7, instruments: listed, ordersPerSecond: SimulatedFrames.pace, intraday: false))
        var now = CivilDate(epochDay: 20_514).microseconds
        let session = try exchange.connect(.binanceSpot, path: "/ws/btcusdt@aggTrade", query: Query(), now: now)
        var sink = FrameSink()
        while starts.count <= count {
            now += 20_000
            session.advance(to: now, into: &sink)
            sink.forEachText { frame in
                guard starts.count <= count else { return }
                bytes.append(contentsOf: frame)
                starts.append(bytes.count)
            }
            sink.removeAll()
        }
    }

    var count: Int { starts.count - 1 }

    /// Calls `body` with each frame; the bytes are valid during the call.
    @inline(__always)
    func forEach(_ body: (Int, UnsafeRawBufferPointer) throws -> Void) rethrows {
        try bytes.withUnsafeBytes { all in
            for index in 0..<count { try body(index, UnsafeRawBufferPointer(rebasing: all[starts[index]..<starts[index + 1]])) }
        }
    }
}
