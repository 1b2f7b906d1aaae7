import MarketModel
import MarketService
import OrderFlow
import Synchronization
import Testing

/// A source that a test changes at will.
final class MemorySource: TapeSource {
    struct State {
        var version = 0
        var tapes: [Instrument: NewestTrades] = [:]
        var reads = 0
        var isBroken = false
    }
    struct Broken: Error {}

    let state = Mutex(State())

    func publish(_ instrument: Instrument, _ prices: [Int64]) {
        state.withLock { state in
            var trades = TradeColumns()
            for (index, price) in prices.enumerated() {
                trades.append(Trade(id: TradeID(Int64(index)), time: Int64(index) * 1_000_000, price: price, quantity: 1, side: .buy))
            }
            state.tapes[instrument] = NewestTrades(trades: trades, scales: Scales(price: 0, quantity: 0))
            state.version += 1
        }
    }

    func version() throws -> Int {
        try state.withLock { state in
            if state.isBroken { throw Broken() }
            return state.version
        }
    }

    func listings() throws -> [TapeListing] {
        state.withLock { state in
            state.tapes.map { TapeListing(instrument: $0.key, revision: "\($0.value.trades.price)") }
        }
    }

    func newest(_ instrument: Instrument, count: Int) throws -> NewestTrades? {
        try state.withLock { state in
            if state.isBroken { throw Broken() }
            state.reads += 1
            return state.tapes[instrument]
        }
    }
}

struct MarketServiceTests {
    static let bitcoin = Instrument(venue: .binanceSpot, symbol: "BTCUSDT")
    static let ether = Instrument(venue: .binanceSpot, symbol: "ETHUSDT")

    @Test func `Trades are read when first asked for, once, and again only when they have changed`() throws {
        let source = MemorySource()
        source.publish(MarketServiceTests.bitcoin, [100, 101])
        source.publish(MarketServiceTests.ether, [7])
        let market = try MarketService(source: source)
        #expect(source.state.withLock { $0.reads } == 0)
        let first = try #require(try market.recentFlow(venue: .binanceSpot, symbol: "BTCUSDT"))
        #expect(first.windows.window(100).lastPrice == 101)
        #expect(try market.recentFlow(venue: .binanceSpot, symbol: "BTCUSDT") === first)
        source.publish(MarketServiceTests.ether, [8])
        try market.refresh()
        #expect(try market.recentFlow(venue: .binanceSpot, symbol: "BTCUSDT") === first)
        #expect(source.state.withLock { $0.reads } == 1)
        source.publish(MarketServiceTests.bitcoin, [100, 101, 102])
        #expect(try market.recentFlow(venue: .binanceSpot, symbol: "BTCUSDT") === first)
        try market.refresh()
        #expect(source.state.withLock { $0.reads } == 2)
        #expect(try market.recentFlow(venue: .binanceSpot, symbol: "BTCUSDT")?.windows.window(100).lastPrice == 102)
        #expect(source.state.withLock { $0.reads } == 2)
    }

    @Test func `Instruments are listed by venue, in order`() throws {
        let source = MemorySource()
        source.publish(MarketServiceTests.ether, [7])
        source.publish(MarketServiceTests.bitcoin, [100])
        source.publish(Instrument(venue: .okxPerps, symbol: "BTC-USDT-SWAP"), [100])
        let market = try MarketService(source: source)
        #expect(market.instruments(venue: .binanceSpot).map(\.symbol) == ["BTCUSDT", "ETHUSDT"])
        #expect(market.instruments(venue: .deribit).isEmpty)
        #expect(market.venues == [.binanceSpot, .okxPerps])
        #expect(try market.recentFlow(venue: .binanceSpot, symbol: "XRPUSDT") == nil)
    }

    @Test func `A source that fails leaves what is held, and is asked again`() throws {
        let source = MemorySource()
        source.publish(MarketServiceTests.bitcoin, [100])
        let market = try MarketService(source: source)
        source.state.withLock { $0.isBroken = true }
        #expect(throws: MemorySource.Broken.self) { try market.recentFlow(venue: .binanceSpot, symbol: "BTCUSDT") }
        #expect(throws: MemorySource.Broken.self) { try market.refresh() }
        source.state.withLock { $0.isBroken = false }
        #expect(try market.recentFlow(venue: .binanceSpot, symbol: "BTCUSDT")?.windows.count == 1)
    }
}
