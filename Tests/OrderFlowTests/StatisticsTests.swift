import Foundation
import MarketModel
import OrderFlow
import TestSupport
import Testing

/// Datasets against the plainest computation there is, in doubles.
struct StatisticsTests {
    private func bar(_ trades: [Trade], _ valuation: Valuation = BarSegmentTests.linear) throws -> BarRow {
        var segment = try BarSegment(options: BarOptions(interval: .w1, parts: everyPart), valuation: valuation)
        try segment.add(columns(trades))
        return rows(segment)[0]
    }

    private func real(_ dataset: Dataset<BarRow>, _ name: String, _ row: BarRow) -> Double? {
        switch dataset.columns.first(where: { $0.name == name })!.value(row) {
        case .real(let value): value
        case .integer(let value): Double(value)
        case .word: nil
        }
    }

    private func isClose(_ a: Double?, _ b: Double?) -> Bool {
        guard let a, let b else { return a == nil && b == nil }
        return a == b || abs(a - b) <= 1e-9 * max(abs(a), abs(b))
    }

    private func moments(_ values: [Double]) -> [Double?] {
        let n = Double(values.count)
        let mean = values.reduce(0, +) / n
        func central(_ power: Double) -> Double { values.reduce(0) { $0 + pow($1 - mean, power) } / n }
        let m2 = central(2)
        return [
            values.count > 1 ? (m2 * n / (n - 1)).squareRoot() : nil, values.count > 1 ? m2 * n / (n - 1) : nil,
            m2 > 0 ? central(3) / pow(m2, 1.5) : nil, m2 > 0 ? central(4) / (m2 * m2) - 3 : nil,
        ]
    }

    private func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return (sorted[(values.count - 1) / 2] + sorted[values.count / 2]) / 2
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `Distributions of price and size equal a naive computation`(seed: UInt64) throws {
        for count in [1, 2, 3, 33, 100, 5000] {
            let tape = randomTape(seed: seed, count: count)
            let row = try bar(tape)
            let prices = tape.map { Double($0.price) / 10 }
            let sizes = tape.map { Double($0.quantity) / 1000 }
            for (dataset, prefix, values) in [(Dataset<BarRow>.range, "price", prices), (Dataset.tradeSize, "trade_amount", sizes)] {
                for (name, expected) in zip(["std", "variance", "skewness", "kurtosis"], moments(values)) {
                    let value = real(dataset, "\(prefix)_\(name)", row)
                    // The naive one is never quite 0.
                    #expect(
                        isClose(value.map { $0 + 1 }, expected.map { $0 + 1 }),
                        "\(prefix) \(name) of \(count), seed \(seed): \(value ?? .nan) \(expected ?? .nan)")
                }
                #expect(isClose(real(dataset, "\(prefix)_median", row), median(values)))
            }
            #expect(real(.range, "price_mean", row).map { abs($0 - prices.reduce(0, +) / Double(count)) < 1e-6 } == true)
            #expect(real(.tradeSize, "trade_amount_min", row) == sizes.min())
            #expect(real(.tradeSize, "trade_amount_max", row) == sizes.max())
        }
    }

    @Test(arguments: [1, 2, 3, 4, 5, 6] as [UInt64])
    func `Returns, runs, ticks and impact equal a naive computation`(seed: UInt64) throws {
        for count in [1, 2, 3, 4, 7, 100, 9000] {
            let tape = randomTape(seed: seed, count: count)
            let row = try bar(tape)
            let r = zip(tape, tape.dropFirst()).map { log1p(Double($1.price - $0.price) / Double($0.price)) }
            let squares = r.reduce(0) { $0 + $1 * $1 }
            #expect(isClose(real(.returns, "realized_vol", row), squares.squareRoot()), "seed \(seed), \(count)")
            #expect(isClose(real(.returns, "logret_var", row), r.isEmpty ? nil : moments(r)[1]), "seed \(seed), \(count)")
            let bipower = Double.pi / 2 * zip(r, r.dropFirst()).reduce(0) { $0 + abs($1.0) * abs($1.1) }
            #expect(isClose(real(.returns, "bipower_variation", row), bipower))
            let pairs = Array(zip(r, r.dropFirst()))
            var correlation: Double?
            if pairs.count >= 2 {
                let meanX = pairs.reduce(0) { $0 + $1.0 } / Double(pairs.count)
                let meanY = pairs.reduce(0) { $0 + $1.1 } / Double(pairs.count)
                let xy = pairs.reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
                let xx = pairs.reduce(0) { $0 + ($1.0 - meanX) * ($1.0 - meanX) }
                let yy = pairs.reduce(0) { $0 + ($1.1 - meanY) * ($1.1 - meanY) }
                correlation = xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : nil
            }
            let autocorrelation = real(.returns, "ret_autocorr_lag1", row)
            #expect(isClose(autocorrelation.map { $0 + 2 }, correlation.map { $0 + 2 }), "seed \(seed), \(count)")

            var runs: [(side: TakerSide, length: Int)] = []
            for trade in tape {
                if runs.last?.side == trade.side { runs[runs.count - 1].length += 1 } else { runs.append((trade.side, 1)) }
            }
            let longest = runs.filter { $0.side == .buy }.map(\.length).max() ?? 0
            #expect(real(.runStructure, "buy_run_max_len", row) == Double(longest))
            let sells = runs.filter { $0.side == .sell }
            let mean = sells.isEmpty ? nil : Double(sells.reduce(0) { $0 + $1.length }) / Double(sells.count)
            #expect(real(.runStructure, "sell_run_mean_len", row) == mean)
            #expect(real(.runStructure, "flip_rate", row) == (count > 1 ? Double(runs.count - 1) / Double(count - 1) : nil))

            let up = zip(tape, tape.dropFirst()).filter { $1.price > $0.price }.map(\.1)
            #expect(real(.upDownTicks, "uptick_count", row) == Double(up.count))
            #expect(isClose(real(.upDownTicks, "uptick_volume", row), Double(up.reduce(0) { $0 + $1.price * $1.quantity }) / 1e4))

            let x = tape.dropFirst().map { Double($0.quantity) / 1000 * Double($0.side.rawValue) }
            var lambda: Double?
            if r.count >= 2, Set(x).count > 1 {
                let meanR = r.reduce(0, +) / Double(r.count)
                let meanX = x.reduce(0, +) / Double(r.count)
                lambda =
                    zip(r, x).reduce(0) { $0 + ($1.0 - meanR) * ($1.1 - meanX) } / x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
            }
            let value = real(.impact, "kyle_like_lambda", row)
            let scale = r.map { abs($0) }.max() ?? 0
            #expect((value == nil) == (lambda == nil) && abs((value ?? 0) - (lambda ?? 0)) <= 1e-9 * scale * 1000, "seed \(seed), \(count)")

            let threshold = tape.map(\.quantity).sorted()[(9 * count + 9) / 10 - 1]
            let members = tape.indices.filter { tape[$0].quantity >= threshold && $0 + 5 < count }
            let after = members.map { log1p(Double(tape[$0 + 5].price - tape[$0].price) / Double(tape[$0].price)) }
            let reversal = after.isEmpty ? nil : after.reduce(0, +) / Double(after.count)
            let shown = real(.impact, "large_trade_reversal", row)
            #expect((shown == nil) == (reversal == nil) && abs((shown ?? 0) - (reversal ?? 0)) <= 1e-12, "seed \(seed), \(count)")
        }
    }

    @Test func `Candles and averages of a few trades`() throws {
        let prices: [Int64] = [1000, 1010, 990, 1005]
        let row = try bar(prices.enumerated().map { Trade(id: TradeID(Int64($0)), time: Int64($0), price: $1, quantity: 1000, side: .buy) })
        #expect(["open", "high", "low", "close", "volume"].map { real(.ohlcv, $0, row) } == [100, 101, 99, 100.5, 4])
        #expect(real(.vtwap, "vwap", row) == 100.125)
        #expect(real(.vtwap, "twap", row) == 100.125)
        #expect(real(.range, "range_bps", row).map { abs($0 - 20000 / 100.5) < 1e-12 } == true)
        #expect(real(.returns, "trendiness", row).map { $0 > 0 && $0 < 1 } == true)
    }

    @Test func `One trade has a price and no spread`() throws {
        let row = try bar([Trade(id: TradeID(1), time: 0, price: 1000, quantity: 1, side: .sell)])
        for name in ["price_std", "price_variance", "price_skewness", "price_kurtosis", "price_cv"] {
            #expect(real(.range, name, row) == nil)
        }
        for name in ["logret_var", "jump_ratio", "ret_autocorr_lag1", "trendiness"] { #expect(real(.returns, name, row) == nil) }
        for name in ["kyle_like_lambda", "large_trade_reversal", "directional_impact_asymmetry"] {
            #expect(real(.impact, name, row) == nil)
        }
        #expect(real(.impact, "amihud_like", row) == 0)
        #expect(real(.returns, "realized_vol", row) == 0)
        #expect(real(.runStructure, "flip_rate", row) == nil)
        #expect(real(.runStructure, "buy_run_mean_len", row) == nil)
        #expect(real(.upDownTicks, "uptick_volume_percentage", row) == nil)
    }

    @Test func `Lambda is that of its definition for a long run of sizes just below 2^26`() throws {
        // Squares of 4,096 such sizes need all of 64 bits.
        var tape: [Trade] = []
        for index in 0..<Int64(6000) {
            let (price, quantity) = (425_000 + index * 7 % 5, 60_000_000 + index * 37 % 999)
            tape.append(
                Trade(id: TradeID(index), time: index, price: price, quantity: quantity, side: index % 3 == 0 ? .sell : .buy))
        }
        let returns: [Double] = zip(tape, tape.dropFirst()).map { log1p(Double($1.price - $0.price) / Double($0.price)) }
        let sizes: [Double] = tape.dropFirst().map { Double($0.quantity) * Double($0.side.rawValue) / 1000 }
        let meanReturn: Double = returns.reduce(0, +) / Double(returns.count)
        let meanSize: Double = sizes.reduce(0, +) / Double(sizes.count)
        var covariance = 0.0
        var variance = 0.0
        for (r, x) in zip(returns, sizes) {
            covariance += (r - meanReturn) * (x - meanSize)
            variance += (x - meanSize) * (x - meanSize)
        }
        #expect(isClose(real(.impact, "kyle_like_lambda", try bar(tape)), covariance / variance))
    }

    @Test func `Thresholds beyond 128 bits are above every trade`() throws {
        let valuation = try #require(Valuation(kind: .spot, scales: Scales(price: 18, quantity: 18)))
        let tenth: Int64 = 100_000_000_000_000_000
        let row = try bar(
            (0..<3).map { Trade(id: TradeID($0), time: $0, price: tenth, quantity: tenth, side: .buy) }, valuation)
        #expect(real(.tradeSize, "small_order_volume", row) == 0.03)
        #expect(real(.tradeSize, "large_order_volume", row) == 0)
    }

    @Test func `Sums beyond 128 bits are an error that tells the time, also of trades read without ids`() throws {
        let largest: Int64 = 999_999_999_999_999_999
        let wide = try #require(
            Valuation(kind: .linear, scales: Scales(price: 0, quantity: 0), contractSize: FixedPoint(mantissa: largest)))
        // The product of price and quantity fits 64 bits, and times the contract size it does not fit 128.
        for (valuation, price, quantity) in [
            (wide, Int64(4_000_000), Int64(1_000_000_000_000)), (BarSegmentTests.linear, largest, largest),
        ] {
            var trades = TradeColumns()
            for _ in 0..<4000 {
                trades.time.append(7)
                trades.price.append(price)
                trades.quantity.append(quantity)
                trades.side.append(1)
            }
            #expect(throws: BarError.overflow(at: 7)) {
                var segment = try BarSegment(options: BarOptions(interval: .m1, parts: everyPart), valuation: valuation)
                try segment.add(trades)
            }
        }
    }

    @Test func `A huge jump does not drown the returns around it`() throws {
        // The returns are 1e-9, ln 2, 1e-9: a sum less its largest term would keep nothing of the small ones.
        let prices: [Int64] = [1_000_000_000, 1_000_000_001, 2_000_000_002, 2_000_000_004]
        let row = try bar(prices.enumerated().map { Trade(id: TradeID(Int64($0)), time: Int64($0), price: $1, quantity: 1, side: .buy) })
        #expect(isClose(real(.returns, "ret_autocorr_lag1", row), -1))
        #expect(isClose(real(.returns, "bipower_variation", row), Double.pi / 2 * 2 * 1e-9 * log(2)))
    }

    @Test func `Quantities beyond 64 bits of base have moments too`() throws {
        // 1e10 contracts of 100 dollars at 0.1: 1e13 coins, 1e25 units of 1e-12.
        let tape = (1...7).map { Trade(id: TradeID(Int64($0)), time: 0, price: 1, quantity: Int64($0) * 10_000_000_000, side: .buy) }
        let row = try bar(tape, BarSegmentTests.inverse)
        #expect(real(.tradeSize, "trade_amount_median", row) == 4e13)
        #expect(isClose(real(.tradeSize, "trade_amount_std", row), 1e13 * (28.0 / 6).squareRoot()))
        #expect(isClose(real(.tradeSize, "trade_amount_kurtosis", row), -1.25))
    }

    @Test(arguments: [1, 2, 3] as [UInt64])
    func `Long bars with wide spreads keep exact moments`(seed: UInt64) throws {
        var random = Seeded(seed)
        let tape = (0..<20_000).map { index in
            Trade(
                id: TradeID(Int64(index)), time: 0, price: Int64.random(in: 1...1_000_000_000_000, using: &random),
                quantity: Int64.random(in: 1...(index % 3 == 0 ? 1 << 45 : 1000), using: &random), side: .buy)
        }
        let row = try bar(tape)
        let prices = moments(tape.map { Double($0.price) / 10 })
        let sizes = moments(tape.map { Double($0.quantity) / 1000 })
        for (index, name) in ["std", "variance", "skewness", "kurtosis"].enumerated() {
            #expect(isClose(real(.range, "price_\(name)", row).map { $0 + 5 }, prices[index].map { $0 + 5 }), "\(name), seed \(seed)")
            #expect(isClose(real(.tradeSize, "trade_amount_\(name)", row), sizes[index]), "\(name), seed \(seed)")
        }
        let middle = tape.map { Double($0.price) / 10 }.sorted()
        #expect(real(.range, "price_median", row) == (middle[9999] + middle[10_000]) / 2)
    }

    @Test func `Sizes that hardly vary have an impact too`() throws {
        // Sizes around 1e15 units that vary by a few: only the differences matter.
        let steps: [Int64] = [0, 3, 1, 7, 2, 9]
        let tape = steps.enumerated().map { index, step in
            Trade(
                id: TradeID(Int64(index)), time: 0, price: 1_000_000 + (index % 2 == 0 ? 0 : 5), quantity: 1_000_000_000_000_000 + step,
                side: .buy)
        }
        let r = zip(tape, tape.dropFirst()).map { log1p(Double($1.price - $0.price) / Double($0.price)) }
        let x = steps.dropFirst().map { Double($0) / 1000 }
        let (meanR, meanX) = (r.reduce(0, +) / 5, x.reduce(0, +) / 5)
        let expected = zip(r, x).reduce(0) { $0 + ($1.0 - meanR) * ($1.1 - meanX) } / x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) }
        #expect(isClose(real(.impact, "kyle_like_lambda", try bar(tape)), expected))
    }
}
