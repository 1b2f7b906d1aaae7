import MarketModel
import OrderFlow
import TestSupport
import Testing

@Suite struct OptionFlowTests {
    private func trade(
        _ symbol: String, _ side: TakerSide, _ coins: String, at time: String = "2026-03-01T12:00:00Z", isBlock: Bool = false,
        id: String = "1"
    ) throws -> OptionTrade {
        let contract = try #require(OptionContract(venue: .okxOptions, symbol: symbol))
        let quantity = try FixedPoint(text: coins)
        let instant = try #require(Timestamp.parse(time))
        return try #require(
            OptionTrade(
                contract: contract, id: id, time: instant, side: side, price: FixedPoint(mantissa: 1, scale: 2),
                contracts: quantity, quantity: quantity, isBlock: isBlock, source: .rest))
    }

    private let call = "BTC-USD-260327-60000-C"
    private let put = "BTC-USD-260327-60000-P"

    @Test func `Windows are named by their ends, and a trade at an end belongs to the next`() throws {
        func end(_ window: OptionWindow, _ time: String) throws -> String {
            let instant = try #require(Timestamp.parse(time))
            return Timestamp.iso8601(window.end(of: instant), fractionDigits: 0)
        }
        #expect(try end(.h8, "2026-03-01T00:00:00Z") == "2026-03-01T08:00:00Z")
        #expect(try end(.h8, "2026-03-01T07:59:59.999Z") == "2026-03-01T08:00:00Z")
        #expect(try end(.h8, "2026-03-01T16:00:00Z") == "2026-03-02T00:00:00Z")
        #expect(try end(.d1, "2026-03-01T15:59:59.999Z") == "2026-03-01T16:00:00Z")
        #expect(try end(.d1, "2026-03-01T16:00:00Z") == "2026-03-02T16:00:00Z")
        #expect(try end(.d1, "1969-12-31T23:00:00Z") == "1970-01-01T16:00:00Z")
        let now = try #require(Timestamp.parse("2026-03-01T16:00:00Z"))
        #expect(OptionWindow.d1.lastEnd(at: now) == now && OptionWindow.h8.lastEnd(at: now - 1) == now - OptionWindow.h8.length)
    }

    @Test func `Blocks are apart, and never among what takers bought and sold`() throws {
        var flow = OptionFlow()
        for trade in try [
            trade(call, .buy, "0.02"), trade(call, .sell, "0.5"), trade(put, .buy, "1.25"), trade(put, .sell, "0.01"),
            trade(call, .buy, "25", isBlock: true), trade(put, .sell, "7.5", isBlock: true), trade(put, .unknown, "3"),
        ] {
            flow.add(trade)
        }
        #expect(flow.callBuy == 2_000_000 && flow.callSell == 50_000_000 && flow.putBuy == 125_000_000 && flow.putSell == 1_000_000)
        #expect(flow.callBlock == 2_500_000_000 && flow.putBlock == 750_000_000 && flow.putUnknown == 300_000_000)
        #expect(flow.volume(.call) == 2_552_000_000 && flow.volume == 2_552_000_000 + 1_176_000_000 && flow.trades == 7)
    }

    @Test func `A threshold makes blocks of large trades of the book, and is off by itself`() throws {
        let rules = OptionFlow.Rules(blockSize: FixedPoint(mantissa: 10))
        var (plain, strict) = (OptionFlow(), OptionFlow())
        for trade in try [trade(call, .buy, "9.99999999"), trade(call, .buy, "10"), trade(call, .buy, "10.5")] {
            plain.add(trade)
            strict.add(trade, rules: rules)
        }
        #expect(plain.callBuy == 3_049_999_999 && plain.callBlock == 0)
        #expect(strict.callBuy == 999_999_999 && strict.callBlock == 2_050_000_000)
    }

    @Test func `A block that is told of a quarter of an hour late counts where it was executed`() throws {
        var windows = OptionFlowWindows(.h8)
        let first = windows.add(try trade(call, .buy, "1", at: "2026-03-01T08:10:00Z"))
        let late = windows.add(try trade(call, .sell, "40", at: "2026-03-01T07:59:00Z", isBlock: true, id: "2"))
        #expect(Timestamp.iso8601(late, fractionDigits: 0) == "2026-03-01T08:00:00Z" && first == late + OptionWindow.h8.length)
        #expect(windows.flow(endingAt: late).callBlock == 4_000_000_000 && windows.flow(endingAt: first).callBlock == 0)
        #expect(windows.ends == [late, first] && windows.flow(endingAt: first + 1).trades == 0)
        windows.forget(before: first)
        #expect(windows.ends == [first])
    }

    @Test func `Sums do not depend on the order of trades, and windows together are the whole`() throws {
        var random = Seeded.fresh()
        let symbols = ["BTC-USD-260327-60000-C", "BTC-USD-260327-60000-P", "BTC-USD-260327-70000-C", "BTC-USD-260424-60000-P"]
        let base = try #require(Timestamp.parse("2026-03-01"))
        let trades = try (0..<500).map { number -> OptionTrade in
            let contract = try #require(
                symbols.randomElement(using: &random).flatMap { OptionContract(venue: .okxOptions, symbol: $0) })
            let quantity = FixedPoint(mantissa: Int64.random(in: 1...999_999_999_999, using: &random), scale: 8)
            return try #require(
                OptionTrade(
                    contract: contract, id: "\(number)", time: base + Int64.random(in: 0..<172_800_000_000, using: &random),
                    side: TakerSide.allCases.randomElement(using: &random) ?? .buy, price: FixedPoint(mantissa: 1), contracts: quantity,
                    quantity: quantity, isBlock: Int.random(in: 0...4, using: &random) == 0, source: .webSocket))
        }
        let exact = trades.reduce(Int128(0)) { $0 + Int128($1.quantity.rescaled(to: 8) ?? 0) }
        for window in OptionWindow.allCases {
            var (forward, shuffled) = (OptionFlowWindows(window), OptionFlowWindows(window))
            for trade in trades { forward.add(trade) }
            for trade in trades.shuffled(using: &random) { shuffled.add(trade) }
            #expect(forward.ends == shuffled.ends)
            #expect(forward.ends.allSatisfy { forward.flow(endingAt: $0) == shuffled.flow(endingAt: $0) })
            let total = forward.ends.reduce(OptionFlow()) { $0 + forward.flow(endingAt: $1) }
            #expect(total.volume == exact && total.trades == 500)
        }
        var strikes = OptionStrikes()
        for trade in trades { strikes.add(trade) }
        let byExpiry = strikes.byExpiry
        #expect(byExpiry.map(\.expiry.description) == ["2026-03-27", "2026-04-24"])
        #expect(byExpiry.reduce(Int128(0)) { $0 + $1.coins.call + $1.coins.put } == exact)
        for (expiry, coins) in byExpiry {
            let rows = strikes.byStrike(expiry)
            #expect(rows.reduce(Int128(0)) { $0 + $1.coins.call } == coins.call)
            #expect(rows.reduce(Int128(0)) { $0 + $1.coins.put } == coins.put)
        }
        #expect(strikes.byStrike(byExpiry[0].expiry).map(\.strike.description) == ["60000", "70000"])
    }
}
