import ExchangeSimulator
import MarketModel
import TestSupport
import Testing

struct SimulatedMarketTests {
    static let market = SimulatedMarket(seed: 7)

    @Test(arguments: SimulatedMarket(seed: 7).tapes.map(\.instrument))
    func `Orders and fills are numbered without holes, on tick and step, in the order of publication`(instrument: SimulatedInstrument)
        throws
    {
        let tape = try #require(Self.market.tape(instrument.venue, instrument.symbol))
        let edge = tape.edge(at: start)
        let trades = tape.trades(edge - 5000..<edge)
        #expect(trades.count == 5000)
        #expect(trades.map(\.order) == Array(edge - 5000..<edge))
        var (stepsBack, offBook) = (0, 0)
        for (a, b) in zip(trades, trades.dropFirst()) {
            #expect(b.firstFill == a.lastFill + (b.followsOffBookPrint ? 2 : 1))
            #expect(b.published >= a.published)
            #expect(b.time >= a.time - 5000)
            if b.time < a.time { stepsBack += 1 }
            if b.followsOffBookPrint { offBook += 1 }
        }
        for trade in trades {
            #expect(trade.price > 0 && trade.price % instrument.tick == 0)
            #expect(trade.quantity >= trade.fills * instrument.step && trade.quantity % instrument.step == 0)
            #expect(trade.published >= trade.time && trade.published % 1000 == 0)
            let fills = trade.fillQuantities(step: instrument.step)
            #expect(fills.count == Int(trade.fills) && fills.reduce(0, +) == trade.quantity)
            #expect(fills.allSatisfy { $0 >= instrument.step })
        }
        #expect((stepsBack > 0) == (instrument.venue != .binanceSpot))
        #expect((offBook > 0) == (instrument.venue == .binanceFutures))
        #expect(trades.last.map { $0.published <= start } == true && tape.trade(edge).published > start)
        let buys = trades.count { $0.isBuy }
        #expect((1000...4000).contains(buys))
        #expect(zip(trades, trades.dropFirst()).count { $0.time / 1000 == $1.time / 1000 } > 200)
        #expect(trades.contains { $0.fills > 3 })
    }

    @Test func `Any order is the same however it is reached`() {
        var random = Seeded.fresh()
        for tape in Self.market.tapes {
            let fresh = InstrumentTape(instrument: tape.instrument, seed: 7)
            let edge = tape.edge(at: start)
            for _ in 0..<20 {
                let order = Int64.random(in: 0..<edge, using: &random)
                let trade = fresh.trade(order)
                #expect(trade == tape.trades(order..<order + 1).first)
                #expect(trade.order == order)
                #expect(tape.trade(ofFill: trade.firstFill) == trade)
                #expect(tape.trade(ofFill: trade.lastFill) == trade)
                let first = tape.firstOrder(at: trade.time)
                #expect(first <= order && tape.trade(first).time >= trade.time)
                #expect(tape.edge(at: trade.published) > order)
                #expect(tape.edge(at: trade.published - 1) <= order)
            }
        }
    }

    @Test func `Another seed gives another tape, and the seed alone decides`() {
        let instrument = SimulatedInstrument.usual[0]
        let tape = InstrumentTape(instrument: instrument, seed: 7)
        let other = InstrumentTape(instrument: instrument, seed: 8)
        #expect(tape.trade(1_000_000) == Self.market.tapes[0].trade(1_000_000))
        #expect(
            tape.trade(1_000_000).price != other.trade(1_000_000).price || tape.trade(1_000_000).quantity != other.trade(1_000_000).quantity
        )
    }

    @Test func `The pace can be set, and history is as long as the listing`() throws {
        let market = SimulatedMarket(seed: 3, ordersPerSecond: 200_000, intraday: false)
        let second = market.tapes.reduce(Int64(0)) { $0 + $1.edge(at: start + 1_000_000) - $1.edge(at: start) }
        #expect((180_000...220_000).contains(second))
        let first = try #require(Self.market.tape(.binanceSpot, "BTCUSDT")).trade(0)
        #expect(first.time < Timestamp.parse("2020-01-01T00:01:00Z")!)
    }

    @Test func `Hundreds of further instruments have paces and prices of their own`() {
        let further = SimulatedInstrument.further(300, venue: .binanceSpot, seed: 1)
        let market = SimulatedMarket(seed: 1, instruments: further)
        #expect(market.tapes.count == 300)
        #expect(Set(further.map(\.price)).count > 250)
        #expect(market.tapes.allSatisfy { $0.edge(at: start) > 1000 })
    }

    @Test func `Prices of one asset go together over the venues`() throws {
        let spot = try #require(Self.market.tape(.binanceSpot, "BTCUSDT"))
        let swap = try #require(Self.market.tape(.okxPerps, "BTC-USDT-SWAP"))
        for day in 0..<50 {
            let time = start - Int64(day) * CivilDate.dayLength
            let a = Double(spot.trade(spot.edge(at: time) - 1).price) / 100
            let b = Double(swap.trade(swap.edge(at: time) - 1).price) / 10
            #expect(abs(a / b - 1) < 0.005)
            #expect((20_000...200_000).contains(a))
        }
    }
}
