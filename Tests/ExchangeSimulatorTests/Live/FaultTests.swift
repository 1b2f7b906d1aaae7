import ExchangeSimulator
import Feeds
import MarketModel
import TestSupport
import Testing
import Transport

struct FaultTests {
    static let market = SimulatedMarket(seed: 7)

    /// A client that follows a stream for half a minute of an exchange with these faults.
    static func probe(_ stream: StreamCase, _ rules: String, seconds: Int64 = 30, step: Int64 = 5000) throws -> StreamClientProbe {
        let exchange = SimulatedExchange(market: market, plan: try FaultPlan(text: rules, start: start))
        let probe = try StreamClientProbe(exchange, stream)
        probe.subscribe(stream)
        probe.run(to: start + seconds * 1_000_000, step: step)
        return probe
    }

    static func expected(_ stream: StreamCase, seconds: Range<Int64> = 0..<30) throws -> [FeedTrade] {
        let tape = try #require(market.tape(stream.venue, stream.symbol))
        return tape.trades(tape.edge(at: start + seconds.lowerBound * 1_000_000)..<tape.edge(at: start + seconds.upperBound * 1_000_000))
            .flatMap { stream.expected($0, tape.instrument) }
    }

    @Test func `Plans are read, and errors name the line and the word`() throws {
        let text = """
            # what goes wrong
            +10s drop venue=okx
            +1.5m gap for=250ms symbol=BTCUSDT; +2h clock by=-90s for=1m
            2026-01-06T15:00:00Z refuse status=418 retry=120 for=2m
            """
        let plan = try FaultPlan(text: text, start: start)
        #expect(plan.faults.map(\.kind) == [.drop, .gap, .refuse, .clock])
        #expect(plan.faults[1].from == start + 90_000_000 && plan.faults[1].until == start + 90_250_000)
        #expect(plan.faults[3].by == -90_000_000)
        #expect(plan.faults[2].status == 418 && plan.faults[2].retry == 120)
        for (bad, words) in [
            ("\n+10 drop", "line 2"), ("+10s dorp", "dorp"), ("+1s drop for=x", "for=x"), ("+1s drop thing=1", "thing=1"),
            ("+1s", "when and what"),
            ("+1s restart", "symbol="), ("+1s refuse status=200", "status=200"),
        ] {
            let error = #expect(throws: FaultPlanError.self) { try FaultPlan(text: bad, start: start) }
            #expect(error?.description.contains(words) == true)
        }
    }

    @Test(arguments: StreamCase.all)
    func `A gap is missing from the stream and whole in REST, a loss from both`(stream: StreamCase) throws {
        let gap = try Self.probe(stream, "+10s gap for=5s")
        let expected = try Self.expected(stream, seconds: 0..<10) + Self.expected(stream, seconds: 15..<30)
        #expect(gap.trades.filter(\.isTrade).map(\.withoutUUID) == expected)
    }

    @Test(arguments: StreamCase.all)
    func `Reordered and duplicated frames lose nothing`(stream: StreamCase) throws {
        let expected = try Self.expected(stream)
        for (rule, isLonger) in [("+2s reorder for=20s", false), ("+2s duplicate for=20s", true)] {
            let probe = try Self.probe(stream, rule)
            let trades = probe.trades.filter(\.isTrade)
            #expect(Set(trades.map(\.withoutUUID)) == Set(expected))
            #expect(trades.map(\.withoutUUID) != expected || trades.count < 60)
            #expect(isLonger ? trades.count > expected.count || expected.count < 30 : trades.count == expected.count)
            #expect(try Self.probe(stream, rule, step: 1_234_567).texts == probe.texts)
        }
    }

    @Test(arguments: [StreamCase.all[0], StreamCase.all[6], StreamCase.all[10]])
    func `Connections are cut, muted, ended by halves and stormed`(stream: StreamCase) throws {
        let drop = try Self.probe(stream, "+10s drop")
        #expect(drop.end == .cut && drop.now == start + 10_000_000)
        #expect(try Self.probe(stream, "+10s drop venue=deribit").end == nil)
        let half = try Self.probe(stream, "+10s half")
        #expect(half.end == .cut && half.now >= start + 10_000_000)
        let storm = try Self.probe(stream, "+10s storm for=5s every=700ms")
        #expect(storm.end == .cut && storm.now == start + 10_700_000)
        let mute = try Self.probe(stream, "+10s mute for=10s")
        #expect(
            mute.trades.filter(\.isTrade).map(\.withoutUUID)
                == (try Self.expected(stream, seconds: 0..<10) + Self.expected(stream, seconds: 20..<30)))
        let leave = try Self.probe(stream, "+10s leave for=3s")
        #expect(leave.end == .cut && leave.now == start + 13_000_000)
        if stream.host != .bybit { #expect(leave.frames.contains { if case .notice(_, leaving: true) = $0 { true } else { false } }) }
    }

    @Test(arguments: StreamCase.all)
    func `Half a frame ends a connection that had much more to send`(stream: StreamCase) throws {
        #expect(try Self.probe(stream, "+10s half", step: 5_000_000).end == .cut)
    }

    @Test(arguments: [StreamCase.all[0], StreamCase.all[3], StreamCase.all[6], StreamCase.all[10]])
    func `Surprises are JSON, and each is one to the parser or to nobody`(stream: StreamCase) throws {
        let expected = try Self.expected(stream)
        for shape in ["field", "number", "oversize size=2000000"] {
            let probe = try Self.probe(stream, "+2s surprise for=20s shape=\(shape)")
            #expect(probe.trades.filter(\.isTrade).map(\.withoutUUID) == expected)
            #expect(probe.parser.counts.unknown == 0 && probe.parser.counts.faultyRows == 0)
        }
        #expect(try Self.probe(stream, "+2s surprise for=20s shape=oversize size=2000000").texts.contains { $0.utf8.count > 2_000_000 })
        #expect(try Self.probe(stream, "+2s surprise for=20s shape=row").parser.counts.faultyRows > 0)
        #expect(try Self.probe(stream, "+2s surprise for=20s shape=channel").parser.counts.other > 0)
    }

    @Test func `Ids begin again, in streams and in REST`() throws {
        let stream = StreamCase.all[0]
        let tape = try #require(Self.market.tape(.binanceSpot, "BTCUSDT"))
        let restart = tape.edge(at: start + 10_000_000 - 1)
        let probe = try Self.probe(stream, "+10s restart venue=binance-spot symbol=BTCUSDT")
        let expected =
            try Self.expected(stream, seconds: 0..<10)
            + tape.trades(restart..<tape.edge(at: start + 30_000_000)).flatMap { stream.expected($0, tape.instrument, shift: restart) }
        #expect(probe.trades == expected)
        #expect(probe.trades.contains { $0.id == TradeID(1) })
    }

    @Test func `Instruments appear and disappear`() throws {
        let stream = StreamCase.all[6]
        let probe = try Self.probe(stream, "+10s delist symbol=BTC-USDT-SWAP venue=okx")
        #expect(probe.trades == (try Self.expected(stream, seconds: 0..<10)))
        let exchange = SimulatedExchange(
            market: Self.market, plan: try FaultPlan(text: "+10s list symbol=BTC-USDT-SWAP venue=okx", start: start))
        let early = try StreamClientProbe(exchange, stream)
        early.subscribe(stream)
        guard case .rejected = early.frames.first else {
            Issue.record("\(early.texts)")
            return
        }
    }
}
