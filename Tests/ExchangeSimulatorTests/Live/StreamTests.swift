import ExchangeSimulator
import Feeds
import MarketModel
import TestSupport
import Testing
import Transport

struct StreamTests {
    static let market = SimulatedMarket(seed: 7)
    static let exchange = SimulatedExchange(market: market)

    @Test(arguments: StreamCase.all)
    func `Millrace's own adapter reads every frame to exactly the market's trades`(stream: StreamCase) throws {
        let tape = try #require(Self.market.tape(stream.venue, stream.symbol))
        let probe = try StreamClientProbe(Self.exchange, stream)
        probe.subscribe(stream)
        #expect(probe.frames.count == 1)
        guard case .acknowledged = probe.frames.first else {
            Issue.record("\(probe.texts)")
            return
        }
        probe.run(to: start + 60_000_000)
        let expected = tape.trades(tape.edge(at: start)..<tape.edge(at: start + 60_000_000))
            .flatMap { stream.expected($0, tape.instrument) }
        #expect(expected.count > 10)
        #expect(probe.trades.filter(\.isTrade).map(\.withoutUUID) == expected)
        #expect(probe.parser.counts.unknown == 0 && probe.parser.counts.faultyRows == 0 && probe.parser.counts.other == 0)
        #expect(Set(probe.trades.map(\.id)).count == probe.trades.count)
        #expect(probe.end == nil)
    }

    @Test(arguments: StreamCase.all)
    func `How often a session is run changes no frame`(stream: StreamCase) throws {
        func texts(step: Int64) throws -> [String] {
            let probe = try StreamClientProbe(SimulatedExchange(market: SimulatedMarket(seed: 7)), stream)
            probe.subscribe(stream)
            probe.run(to: start + 20_000_000, step: step)
            return probe.texts
        }
        #expect(try texts(step: 1000) == texts(step: 3_333_333))
    }

    @Test func `Several instruments on one connection come in the order of time`() throws {
        let stream = StreamCase.all[0]
        let probe = try StreamClientProbe(Self.exchange, stream)
        probe.send(#"{"method":"SUBSCRIBE","params":["btcusdt@aggTrade","ethusdt@aggTrade"],"id":9}"#)
        #expect(probe.texts == [#"{"result":null,"id":9}"#])
        probe.run(to: start + 5_000_000, step: 700_000)
        #expect(Set(probe.trades.map(\.symbol)) == ["BTCUSDT", "ETHUSDT"])
        for (a, b) in zip(probe.trades, probe.trades.dropFirst()) { #expect(b.time >= a.time - 10_000) }
        probe.send(#"{"method":"UNSUBSCRIBE","params":["ethusdt@aggTrade"],"id":10}"#)
        probe.send(#"{"method":"LIST_SUBSCRIPTIONS","id":11}"#)
        #expect(probe.texts.suffix(1) == [#"{"result":["btcusdt@aggTrade"],"id":11}"#])
        probe.trades = []
        probe.run(to: start + 8_000_000)
        #expect(Set(probe.trades.map(\.symbol)) == ["BTCUSDT"])
    }

    @Test func `Binance refuses what it does not understand, and a client that talks too much`() throws {
        let probe = try StreamClientProbe(Self.exchange, StreamCase.all[0])
        probe.send("{")
        #expect(probe.frames == [.rejected(.unnamed, reason: "3: Invalid JSON: expected value at line 1 column 1")])
        probe.send(#"{"method":"DANCE","id":1}"#)
        guard case .rejected(.request(1), _) = probe.frames.last else {
            Issue.record("\(probe.texts)")
            return
        }
        for _ in 0..<4 { probe.send(#"{"method":"LIST_SUBSCRIPTIONS","id":2}"#) }
        #expect(probe.end == .close(code: 1008, reason: "Too many requests"))
    }

    @Test func `USD-M's old path grants and stays silent`() throws {
        let stream = StreamCase(host: .binanceFutures, path: "/ws", symbol: "BTCUSDT", adapter: BinanceFeed(.usdMargined))
        let probe = try StreamClientProbe(Self.exchange, stream)
        probe.subscribe(stream)
        probe.run(to: start + 30_000_000)
        #expect(probe.frames == [.acknowledged(.request(1))])
        #expect(throws: Failure.self) { try Self.exchange.connect(.okx, path: "/ws/v5/private", query: Query(), now: start) }
    }

    @Test func `Spot gives microseconds to those who ask`() throws {
        let query = try Request("/?timeUnit=MICROSECOND").query
        let session = try Self.exchange.connect(.binanceSpot, path: "/ws/btcusdt@aggTrade", query: query, now: start)
        var sink = FrameSink()
        session.advance(to: start + 2_000_000, into: &sink)
        var parser = FrameParser(adapter: BinanceFeed(.spot))
        var times: [Int64] = []
        sink.forEachText {
            _ = parser.parse($0)
            times += parser.trades.map(\.time)
        }
        let tape = try #require(Self.market.tape(.binanceSpot, "BTCUSDT"))
        #expect(times == tape.trades(tape.edge(at: start)..<tape.edge(at: start + 2_000_000)).map(\.time))
    }

    @Test func `OKX and Bybit answer pings, refuse unknown instruments, and end idle connections`() throws {
        let okx = try StreamClientProbe(Self.exchange, StreamCase.all[6])
        okx.send("ping")
        okx.send(#"{"id":"4","op":"subscribe","args":[{"channel":"trades","instId":"NO-SUCH"}]}"#)
        #expect(okx.frames.first == .pong)
        guard case .rejected(.request(4), let reason) = okx.frames.last else {
            Issue.record("\(okx.texts)")
            return
        }
        #expect(reason.hasPrefix("60018"))
        okx.run(to: start + 31_000_000, step: 500_000)
        #expect(okx.end == .close(code: 4004, reason: "No data received in 30s."))
        let bybit = try StreamClientProbe(Self.exchange, StreamCase.all[10])
        bybit.send(#"{"req_id":"1","op":"ping"}"#)
        bybit.send(#"{"req_id":"2","op":"subscribe","args":["publicTrade.NOPE"]}"#)
        #expect(bybit.frames.first == .pong)
        #expect(bybit.frames.last == .rejected(.request(2), reason: "error:handler not found,topic:publicTrade.NOPE"))
    }

    @Test func `A connection of Binance's ends with its day, on a scale`() throws {
        var options = ExchangeOptions()
        options.timeScale = 0.001
        let exchange = SimulatedExchange(market: Self.market, options: options)
        let probe = try StreamClientProbe(exchange, StreamCase.all[0])
        probe.run(to: start + 90_000_000, step: 1_000_000)
        #expect(probe.end == .close(code: 1001, reason: "The connection has reached its age"))
        #expect(probe.now == start + 87_000_000 || probe.now == start + 86_400_000)
    }
}
