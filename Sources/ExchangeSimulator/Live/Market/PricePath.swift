/// Where a price stands at any instant: a sum of smooth noises of many periods, so that no instant depends on one before it.
struct PricePath: Sendable {
    private let seed: UInt64
    private let basis: Double

    /// Periods in microseconds, and how far the price moves in each, as a share of it.
    private static let octaves: [(period: Int64, size: Double)] = [
        (5_529_600_000_000, 0.22), (691_200_000_000, 0.07), (86_400_000_000, 0.028), (14_400_000_000, 0.012), (2_400_000_000, 0.005),
        (360_000_000, 0.0018), (60_000_000, 0.0007), (10_000_000, 0.000_25), (2_000_000, 0.000_1),
    ]

    /// - Parameters:
    ///   - seed: that of the base asset: all its instruments move together.
    ///   - basis: where the price would stand without moves.
    init(seed: UInt64, basis: Double) {
        self.seed = seed
        self.basis = basis
    }

    /// The price at `time`.
    func price(at time: Int64) -> Double {
        var sum = 0.0
        for (index, octave) in Self.octaves.enumerated() {
            sum += noise(time, period: octave.period, stream: UInt64(index)) * octave.size
        }
        return basis * PortableMath.exp(sum)
    }

    /// How much more takers buy than sell just now, −1 … 1; it turns within a minute.
    func pressure(at time: Int64) -> Double { noise(time, period: 17_000_000, stream: 99) }

    /// Smooth noise in −1 … 1.
    private func noise(_ time: Int64, period: Int64, stream: UInt64) -> Double {
        let (cell, rest) = time.quotientAndRemainder(dividingBy: period)
        let x = Double(rest) / Double(period)
        let a = value(cell, stream)
        let b = value(cell + 1, stream)
        return a + (b - a) * x * x * (3 - 2 * x)
    }

    private func value(_ cell: Int64, _ stream: UInt64) -> Double {
        let bits = Mixing.hash(seed &+ stream &* 0x9E37_79B9_7F4A_7C15, UInt64(bitPattern: cell))
        return Double(bits >> 11) * 0x1p-52 - 1
    }
}
