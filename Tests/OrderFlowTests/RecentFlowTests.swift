import MarketModel
import OrderFlow
import Testing

struct RecentFlowTests {
    static func tape(_ trades: [Trade], kind: InstrumentKind = .spot) throws -> ValuedTrades {
        try ValuedTrades(columns(trades), kind: kind, scales: Scales(price: 1, quantity: 3))
    }

    @Test func `Every window equals the sum of its trades`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        for kind in [InstrumentKind.spot, .inverse] {
            let trades = randomTape(seed: seed, count: 700)
            let tape = try RecentFlowTests.tape(trades, kind: kind)
            let sums = try WindowSums(tape)
            for wanted in Array(0...20) + stride(from: 21, through: 720, by: 37) {
                let start = trades.count - min(wanted, trades.count)
                var naive = (buys: 0, sells: 0, buyBase: Int128(0), sellBase: Int128(0), buyNotional: Int128(0), sellNotional: Int128(0))
                for index in start..<trades.count {
                    switch trades[index].side {
                    case .buy:
                        naive.buys += 1
                        naive.buyBase += tape.base[index]
                        naive.buyNotional += tape.notional[index]
                    case .sell:
                        naive.sells += 1
                        naive.sellBase += tape.base[index]
                        naive.sellNotional += tape.notional[index]
                    case .unknown: break
                    }
                }
                let window = sums.window(wanted)
                #expect(
                    window.trades == trades.count - start && window.buys == naive.buys && window.sells == naive.sells
                        && window.buyBase == naive.buyBase && window.sellBase == naive.sellBase
                        && window.buyNotional == naive.buyNotional && window.sellNotional == naive.sellNotional,
                    "seed \(seed), \(kind), window \(wanted)")
                #expect(window.lastPrice == (wanted == 0 ? 0 : trades[trades.count - 1].price))
            }
        }
    }

    @Test func `Prints at or above a threshold are those a scan finds, the largest first`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        let trades = randomTape(seed: seed, count: 500)
        let tape = try RecentFlowTests.tape(trades)
        let prints = try LargePrints(tape)
        #expect(prints.count == 500)
        for threshold in [0, 1, tape.notional[17], tape.notional[17] + 1, tape.notional.max() ?? 0, .max] as [Int128] {
            let expected = trades.indices.filter { tape.notional[$0] >= threshold }
                .sorted { tape.notional[$0] != tape.notional[$1] ? tape.notional[$0] > tape.notional[$1] : $0 > $1 }
            let count = prints.count(atLeast: threshold)
            #expect(count == expected.count, "seed \(seed), threshold \(threshold)")
            #expect((0..<count).allSatisfy { prints[$0].time == trades[expected[$0]].time && prints[$0].rows == 1 }, "seed \(seed)")
            let totals = prints.totals(ofLargest: count)
            #expect(totals.buyNotional == expected.filter { trades[$0].side == .buy }.reduce(0) { $0 + tape.notional[$1] })
            #expect(totals.sellNotional == expected.filter { trades[$0].side == .sell }.reduce(0) { $0 + tape.notional[$1] })
        }
    }

    @Test func `Rows of one side in one millisecond that follow each other are one print`() throws {
        func trade(_ id: Int64, _ time: Int64, _ side: TakerSide, _ price: Int64) -> Trade {
            Trade(id: TradeID(id), time: time, price: price, quantity: 1000, side: side)
        }
        let tape = try RecentFlowTests.tape([
            trade(1, 1_000, .buy, 100), trade(2, 1_400, .buy, 101), trade(3, 1_999, .buy, 102), trade(4, 2_000, .buy, 103),
            trade(5, 2_001, .sell, 104), trade(6, 2_002, .buy, 105),
        ])
        let prints = try LargePrints(tape, groupedBy: 1000)
        #expect((0..<prints.count).map { prints[$0].rows } == [3, 1, 1, 1])
        #expect(prints[0].notional == (100 + 101 + 102) * 1000 && prints[0].base == 3000 && prints[0].time == 1_999)
        #expect(prints.totals(ofLargest: 4).buyNotional + prints.totals(ofLargest: 4).sellNotional == tape.notional.reduce(0, +))
    }

    @Test func `The delta of a tape is the sum of the deltas of its parts`() throws {
        let seed = UInt64.random(in: 0 ... .max)
        let tape = try RecentFlowTests.tape(randomTape(seed: seed, count: 300))
        let series = try CumulativeDelta.series(of: tape)
        let windows = try WindowSums(tape)
        for cut in [1, 2, 150, 299] {
            let tail = series[299].since(series[299 - cut])
            #expect(tail.base == windows.window(cut).deltaBase && tail.notional == windows.window(cut).deltaNotional, "seed \(seed)")
        }
    }

    @Test func `Each trade is valued at the contract size of its own day`() throws {
        let day = CivilDate(year: 2026, month: 5, day: 8)!
        let trades = [-1, 0, 1].map { offset in
            Trade(id: TradeID(Int64(offset)), time: day.microseconds + Int64(offset), price: 10, quantity: 1000, side: .buy)
        }
        let tape = try ValuedTrades(
            columns(trades), kind: .linear, scales: Scales(price: 1, quantity: 3),
            contractSizes: [
                (CivilDate(year: 2026, month: 5, day: 1)!, FixedPoint(mantissa: 1, scale: 2)), (day, FixedPoint(mantissa: 5, scale: 1)),
            ])
        #expect(tape.base == [1000, 50_000, 50_000] && tape.baseScale == 5)
    }

    @Test func `What does not fit 128 bits is an error, never a wrap`() throws {
        let huge = Trade(id: TradeID(7), time: 0, price: FixedPoint.limit, quantity: FixedPoint.limit, side: .buy)
        let tape = try ValuedTrades(columns(Array(repeating: huge, count: 200)), kind: .spot, scales: Scales(price: 0, quantity: 0))
        #expect(throws: BarError.overflow(at: TradeID(7))) { try WindowSums(tape) }
        #expect(throws: BarError.overflow(at: TradeID(7))) { try LargePrints(tape) }
        #expect(throws: BarError.overflow(at: TradeID(7))) { try CumulativeDelta.series(of: tape) }
    }
}
