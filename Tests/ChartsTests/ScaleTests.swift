import Charts
import Testing

struct ScaleTests {
    @Test(arguments: [
        (0.03, 0.05, 2), (1.0, 1.0, 0), (1.01, 2.0, 0), (2.1, 5.0, 0), (5.1, 10.0, 0), (73.0, 100.0, 0), (1e-9, 1e-9, 9), (3e-9, 5e-9, 9),
        (120_000.0, 200_000.0, 0),
    ])
    func `A step is 1, 2 or 5 times a power of ten`(least: Double, expected: Double, decimals: Int) {
        let step = TickStep(atLeast: least)
        #expect(step.value == expected && step.decimals == decimals)
    }

    @Test(arguments: [1, 2, 3, 4, 5] as [UInt64])
    func `Every line of an axis is inside it, in order, and written as what it is`(seed: UInt64) {
        var random = SeededNumbers(seed)
        for _ in 0..<500 {
            let exponent = Double(random.next(in: -9...9))
            let low = Double(random.next(in: -1000...1000)) * tenTo(exponent)
            let high = low + Double(random.next(in: 1...1_000_000)) * tenTo(exponent - 3)
            let scale = ValueScale(values: [low, high], top: 100, bottom: 400, spacing: 30)
            let ticks = scale.ticks
            #expect((2...11).contains(ticks.count), "seed \(seed): \(low)…\(high)")
            #expect(zip(ticks, ticks.dropFirst()).allSatisfy { $0.value < $1.value }, "seed \(seed)")
            for tick in ticks {
                #expect((100.0...400).contains(scale.y(tick.value)), "seed \(seed): \(tick)")
                let plain = tick.text.replacing(",", with: "").replacing("−", with: "-")
                #expect(Double(plain) == tick.value, "seed \(seed): \(tick)")
            }
            #expect(scale.y(high) >= 100 && scale.y(low) <= 400 && scale.y(high) < scale.y(low), "seed \(seed)")
        }
    }

    @Test func `Values that are all the same stand in the middle`() {
        for value in [0, 1e-8, 1, 80_000, 1e6, -3e12] {
            let scale = ValueScale(values: [value, value], top: 0, bottom: 100, spacing: 20)
            #expect(abs(scale.y(value) - 50) < 1e-6, "\(value)")
            #expect(scale.ticks.allSatisfy { (0.0...100).contains(scale.y($0.value)) })
        }
    }

    @Test(arguments: [
        (Int128(0), 0, "0"), (1_234_567, 0, "1,234,567"), (-1000, 0, "−1,000"), (999, 0, "999"), (5, 3, "0.005"),
        (-123_456_789, 2, "−1,234,567.89"),
        (1, 8, "0.00000001"),
    ])
    func `Numbers have their thousands parted`(mantissa: Int128, decimals: Int, expected: String) {
        #expect(DecimalText.text(mantissa, decimals: decimals) == expected)
    }

    @Test func `The last value is written with as many digits as it takes`() {
        let scale = ValueScale(values: [100, 200], top: 0, bottom: 100, spacing: 20)
        #expect(scale.text(of: 123.45, more: 3) == "123.45")
        #expect(scale.text(of: 100, more: 3) == "100")
        #expect(scale.text(of: 123.456789, more: 1) == "123.5")
        let tiny = ValueScale(values: [1.1e-8, 1.9e-8], top: 0, bottom: 100, spacing: 20)
        #expect(tiny.text(of: 1.25e-8, more: 3) == "0.0000000125")
    }

    private func tenTo(_ exponent: Double) -> Double { Double("1e\(Int(exponent))") ?? .nan }
}
