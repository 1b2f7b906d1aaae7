import MarketModel
import OrderFlow
import TestSupport
import Testing

/// Sums, changes and bars of open interest.
@Suite struct InterestTests {
    private func contract(_ symbol: String, _ coin: String = "BTC", _ margin: MarginKind = .stable) -> OpenInterestContract {
        OpenInterestContract(venue: .bybitLinear, symbol: symbol, coin: coin, quote: "USDT", margin: margin)
    }

    private func sample(_ contract: OpenInterestContract, _ quantity: Int64, at time: Int64, price: Int64 = 50_000) -> OpenInterestSample {
        let value = OpenInterest(quantity: FixedPoint(mantissa: quantity), usd: FixedPoint(mantissa: quantity * price))
        return OpenInterestSample(contract: contract, value: value, time: time)
    }

    private func sum(usd: Int64) -> InterestSum {
        var sum = InterestSum()
        sum.add(OpenInterest(quantity: FixedPoint(mantissa: usd, scale: 4), usd: FixedPoint(mantissa: usd)), .stable)
        return sum
    }

    @Test func `Quantity and USD are coin plus stable to the last digit, whatever is added`() {
        var random = Seeded.fresh()
        for _ in 0..<200 {
            var sum = InterestSum()
            var expected: [MarginKind: (Int128, Int128)] = [.coin: (0, 0), .stable: (0, 0)]
            for _ in 0..<Int.random(in: 0...50, using: &random) {
                let margin = MarginKind.allCases.randomElement(using: &random) ?? .coin
                func number() -> (FixedPoint, Int128) {
                    let scale = Int.random(in: 0...8, using: &random)
                    let mantissa = Int64.random(in: 0...FixedPoint.limit, using: &random)
                    return (
                        FixedPoint(mantissa: mantissa, scale: scale), (0..<(8 - scale)).reduce(Int128(mantissa)) { value, _ in value * 10 }
                    )
                }
                let (quantity, usd) = (number(), number())
                sum.add(OpenInterest(quantity: quantity.0, usd: usd.0), margin)
                expected[margin, default: (0, 0)].0 += quantity.1
                expected[margin, default: (0, 0)].1 += usd.1
            }
            #expect(sum.coinQuantity == expected[.coin]?.0 && sum.stableQuantity == expected[.stable]?.0)
            #expect(sum.coinUSD == expected[.coin]?.1 && sum.stableUSD == expected[.stable]?.1)
            #expect(sum.quantity == sum.coinQuantity + sum.stableQuantity && sum.usd == sum.coinUSD + sum.stableUSD)
        }
    }

    @Test(arguments: [(200, 201, 50), (200, 199, -50), (300, 302, 67), (3, 1, -6667), (7, 7, 0), (0, 5, nil), (1, 0, -10_000)])
    func `Changes are rounded half away from zero to hundredths of a percent, and unknown from nothing`(
        before: Int, now: Int, percent: Int?
    ) {
        #expect(InterestSum.change(from: Int128(before), to: Int128(now)) == percent.map { Int128($0) })
    }

    @Test func `A venue that says nothing is stale after three periods, and fresh again with its next round`() {
        var health = InterestHealth(period: 10)
        #expect(health.state(at: 0) == .unknown)
        #expect(health.take([sample(contract("A"), 5, at: 100)], at: 100).count == 1)
        #expect(health.state(at: 130) == .fresh)
        #expect(health.state(at: 131) == .stale(since: 100))
        #expect(health.take([sample(contract("A"), 6, at: 140)], at: 140).count == 1)
        #expect(health.state(at: 145) == .fresh)
        #expect(health.take([sample(contract("A"), 7, at: 139)], at: 140).isEmpty, "a round that is not newer counts for nothing")
    }

    @Test func `A venue that repeats itself is frozen, whatever times it claims, until something changes`() {
        var options = InterestHealth.Options()
        options.frozenAfter = 100
        var health = InterestHealth(period: 10, options: options)
        for time in stride(from: Int64(0), through: 110, by: 10) { _ = health.take([sample(contract("A"), 5, at: time)], at: time) }
        #expect(health.state(at: 110) == .frozen(since: 0))
        _ = health.take([sample(contract("A"), 5, at: 120), sample(contract("B"), 1, at: 120)], at: 120)
        #expect(health.state(at: 120) == .fresh)
    }

    @Test func `A contract whose own time stands still is left out, the others count`() {
        var health = InterestHealth(period: 10)
        let (old, new) = (contract("OLD"), contract("NEW"))
        #expect(health.take([sample(old, 5, at: 70), sample(new, 5, at: 100)], at: 100).map(\.contract) == [old, new])
        #expect(health.take([sample(old, 5, at: 70), sample(new, 5, at: 110)], at: 110).map(\.contract) == [new])
    }

    @Test func `A coin that doubles from one round to the next is left out until that has lasted`() {
        var options = InterestHealth.Options()
        options.jumpPatience = 50
        var health = InterestHealth(period: 10, options: options)
        let (btc, eth, tiny) = (contract("BTCUSDT"), contract("ETHUSDT", "ETH"), contract("TINY", "TINY"))
        func round(_ time: Int64, _ quantity: Int64) -> [String] {
            health.take(
                [sample(btc, quantity, at: time), sample(eth, 900, at: time), sample(tiny, quantity, at: time, price: 1)], at: time
            )
            .map(\.contract.coin)
        }
        #expect(round(0, 1000) == ["BTC", "ETH", "TINY"])
        #expect(round(10, 1499) == ["BTC", "ETH", "TINY"])
        #expect(round(20, 2998) == ["ETH", "TINY"])
        #expect(health.heldOut == ["BTC": 20])
        // Back to what it was: it was an error.
        #expect(round(30, 1500) == ["BTC", "ETH", "TINY"] && health.heldOut.isEmpty)
        for time in stride(from: Int64(40), through: 80, by: 10) { #expect(round(time, 3000) == ["ETH", "TINY"]) }
        #expect(round(90, 3000) == ["BTC", "ETH", "TINY"])
        #expect(round(100, 3010) == ["BTC", "ETH", "TINY"])
    }

    @Test func `A table sums what counts, names what is missing, and compares only venues known at both times`() {
        let now: [Venue: InterestSum] = [.binanceFutures: sum(usd: 600), .binanceCoinFutures: sum(usd: 200), .okxPerps: sum(usd: 900)]
        // OKX was not known five minutes ago; nobody was a day ago; Bybit was, and is gone.
        let before: [[Venue: InterestSum]] = [
            [.binanceFutures: sum(usd: 500), .binanceCoinFutures: sum(usd: 250), .bybitLinear: sum(usd: 9000)],
            now.mapValues { _ in sum(usd: 400) }, [.okxPerps: sum(usd: 450)], [.okxPerps: InterestSum()], [:], [:],
        ]
        let table = InterestTable(now: now, before: before, wanted: [.okxPerps, .deribit, .bybitLinear])
        #expect(table.missing == [.bybitLinear, .deribit])
        #expect(table.rows.map(\.exchange) == [nil, "OKX", "Binance"])
        #expect(table.rows.map(\.sum.usd) == [1700, 900, 800].map { $0 * InterestSum.unit })
        #expect(table.rows[0].sum == table.rows[1].sum + table.rows[2].sum)
        #expect(table.rows[0].venues == [.binanceCoinFutures, .binanceFutures, .okxPerps])
        // All: 750 to 800; 1200 to 1700; 450 to 900; nothing to something, and unknown.
        #expect(table.rows[0].changes == [667, 4167, 10_000, nil, nil, nil])
        #expect(table.rows[1].changes == [nil, 12_500, 10_000, nil, nil, nil])
        #expect(table.rows[2].changes == [667, 0, nil, nil, nil, nil])
        #expect(InterestTable(now: [:], before: before, wanted: [.deribit]).rows.isEmpty)
    }

    @Test func `Bars take the total after each round, and leave out who has said nothing for three periods`() {
        var bars = InterestBars(interval: .m1, measure: .usd)
        let minute: Int64 = 60_000_000
        bars.add(.binanceFutures, sum(usd: 100), at: 0, period: minute)
        bars.add(.okxPerps, sum(usd: 50), at: 0, period: 20 * minute)
        bars.add(.binanceFutures, sum(usd: 130), at: 30_000_000, period: minute)
        bars.add(.binanceFutures, sum(usd: 90), at: 59_999_999, period: minute)
        bars.add(.okxPerps, sum(usd: 60), at: 2 * minute, period: 20 * minute)
        bars.add(.okxPerps, sum(usd: 70), at: 4 * minute + 1, period: 20 * minute)
        let found = bars.finish()
        let unit = InterestSum.unit
        #expect(found.map(\.start) == [0, 2 * minute, 4 * minute])
        #expect(found.map(\.open) == [150, 150, 70].map { $0 * unit })
        #expect(found.map(\.high) == [180, 150, 70].map { $0 * unit })
        #expect(found.map(\.low) == [140, 150, 70].map { $0 * unit })
        #expect(found.map(\.close) == [140, 150, 70].map { $0 * unit })
    }
}
