import ExchangeSimulator
import Feeds
import Foundation
import MarketModel
import Synchronization
import Testing
import Transport

/// What a client's loop saw, for the test's thread.
final class SeenFrames: Sendable {
    struct State {
        var trades: [FeedTrade] = []
        var acknowledged = 0
        var unknown = 0
        var closings: [String] = []
    }
    let state = Mutex(State())

    /// Waits until something holds, for a generous while.
    func wait(_ holds: (State) -> Bool) -> Bool {
        for _ in 0..<6000 {
            if state.withLock({ holds($0) }) { return true }
            usleep(10_000)
        }
        return false
    }
}

/// Follows one stream over a real socket.
final class SocketProbe: WebSocketHandler {
    let loop: WebSocketLoop
    let stream: StreamCase
    let seen: SeenFrames
    var parser: FrameParser

    init(_ loop: WebSocketLoop, _ stream: StreamCase, _ seen: SeenFrames) {
        self.loop = loop
        self.stream = stream
        self.seen = seen
        parser = FrameParser(adapter: stream.adapter)
    }

    func opened(link: Int) {
        for request in stream.adapter.subscribe([stream.symbol], firstRequest: 1) { loop.send(link: link, text: request.text) }
    }

    func received(link: Int, _ bytes: UnsafeRawBufferPointer, at received: Int64) {
        let frame = parser.parse(bytes)
        seen.state.withLock { state in
            switch frame {
            case .trades: state.trades += parser.trades
            case .acknowledged: state.acknowledged += 1
            default: state.unknown += 1
            }
        }
    }

    func pong(link: Int) {}
    func closed(link: Int, reason: String) { seen.state.withLock { $0.closings.append(reason) } }
    func tick(now: Int64) {}
}

struct LiveSimulatorTests {
    static let market = SimulatedMarket(seed: 7)

    /// Follows a stream of a simulator with faults until `done`.
    static func follow(
        _ stream: StreamCase, _ rules: String = "", until done: (SeenFrames.State) -> Bool
    ) throws -> SeenFrames.State {
        let exchange = SimulatedExchange(market: market, plan: try FaultPlan(text: rules, start: start))
        let simulator = try LiveSimulator(exchange, clock: .running(from: start, speed: 5))
        defer { simulator.stop() }
        let seen = SeenFrames()
        var options = ClientOptions()
        options.proxy = ""
        let loop = try WebSocketLoop(options: options) { SocketProbe($0, stream, seen) }
        defer { loop.stop() }
        loop.perform { loop.connect(link: 1, url: simulator.stream(stream.host) + stream.path) }
        let isDone = seen.wait(done)
        #expect(isDone)
        return seen.state.withLock { $0 }
    }

    @Test(arguments: [StreamCase.all[0], StreamCase.all[3], StreamCase.all[6], StreamCase.all[10]])
    func `What comes over a socket is the market, from some trade on without a hole`(stream: StreamCase) throws {
        let seen = try Self.follow(stream) { $0.trades.count >= 200 }
        #expect(seen.acknowledged == 1 && seen.unknown == 0)
        let tape = try #require(Self.market.tape(stream.venue, stream.symbol))
        let all = tape.trades(tape.edge(at: start)..<tape.edge(at: start + 3_600_000_000)).flatMap { stream.expected($0, tape.instrument) }
        let trades = seen.trades.filter(\.isTrade).map(\.withoutUUID)
        let place = try #require(all.firstIndex { $0 == trades[0] })
        #expect(Array(all[place..<place + trades.count]) == trades)
    }

    @Test(arguments: ["+5s drop", "+5s half", "+5s storm for=60s every=1s"])
    func `A cut is a cut on the socket`(rule: String) throws {
        let seen = try Self.follow(StreamCase.all[0], rule) { !$0.closings.isEmpty }
        #expect(seen.closings.count == 1)
    }

    @Test func `A drip is slow and loses nothing`() throws {
        let seen = try Self.follow(StreamCase.all[0], "+0s drip for=20s rate=300") { $0.trades.count >= 400 }
        #expect(zip(seen.trades, seen.trades.dropFirst()).allSatisfy { $1.id.integer == $0.id.integer + 1 })
    }

    @Test func `REST is answered on the same port, and refused with the plan`() throws {
        let exchange = SimulatedExchange(
            market: Self.market, plan: try FaultPlan(text: "+0s refuse for=1h venue=okx retry=3", start: start))
        let simulator = try LiveSimulator(exchange, clock: .running(from: start))
        defer { simulator.stop() }
        var options = ClientOptions()
        options.proxy = ""
        let client = try HTTPClient(options: options)
        let found = try client.get(simulator.url(.binanceSpot) + "/api/v3/aggTrades?symbol=BTCUSDT&fromId=5&limit=1")
        #expect(found.status == 200 && String(decoding: found.body, as: UTF8.self).hasPrefix("[{\"a\":5,"))
        let refused = try client.get(simulator.url(.okx) + "/api/v5/public/time")
        #expect(refused.status == 429 && refused.header("retry-after") == "3")
        #expect(try client.get(simulator.url(.bybit) + "/v5/market/time").status == 200)
    }
}
