/// Draws a tape: waiting times with a Pareto tail, a price that walks by ticks, log-normal sizes, geometric fills, and a side whose
/// probability follows the sine of a slow random walk, so that buying and selling come in waves.
struct TapeGenerator: Sendable {
    let shape: TapeShape
    let seed: UInt64
    let rows: Int
    /// The probability of a taker buy by phase of the walk behind it, of 2^32.
    private let buyChance: [UInt64]

    init(shape: TapeShape, seed: UInt64, rows: Int) {
        self.shape = shape
        self.seed = seed
        self.rows = rows
        buyChance = (0..<TapeGenerator.phases).map { phase in
            let angle = (Double(phase) + 0.5) / Double(TapeGenerator.phases) * 2 * Double.pi
            return UInt64(0x1p32 / (1 + PortableMath.exp(-PortableMath.sin(angle))))
        }
    }

    private static let phases = 4096
    /// Phases of the sine per unit of ``TapeSums/side``: the walk is divided by 40 before the sine is taken.
    private static let phaseScale = Double(phases) / (40 * 2 * Double.pi * 0x1p32)
    /// The chance that a trade takes at most k raw trades is 1 − 0.4^k; of 2^32.
    private static let fillChances: [UInt64] = (1...24).map { k in
        var tail = 1.0
        for _ in 0..<k { tail *= 0.4 }
        return UInt64((1 - tail) * 0x1p32)
    }

    /// What the rows of a block add to the sums: the first pass, without sizes.
    func sums(of block: TapeBlock) -> TapeSums {
        var result = TapeSums()
        generate(block, from: TapeSums(), sized: false) { result = $0.sums }
        return result
    }

    /// Calls `body` with each row of a block; `start` is what the blocks before it add up to.
    @inline(__always)
    func generate(_ block: TapeBlock, from start: TapeSums, sized: Bool, _ body: (TapeRow) -> Void) {
        var random = SeededRandom(seed: seed, stream: UInt64(block.index))
        var sums = start
        let logMean = shape.sizeMean / PortableMath.ln2
        let logDeviation = shape.sizeDeviation / PortableMath.ln2
        buyChance.withUnsafeBufferPointer { buyChance in
            for _ in 0..<block.rows {
                let (wave, size) = random.normals()
                // Pareto with exponent 1.5 from 0, and a least gap: u^(-1/1.5) − 1 + 0.01.
                let wait = PortableMath.exp2(PortableMath.log2(random.unit()) * (-1 / 1.5)) - 0.99
                sums.gap &+= Int64(wait * 0x1p20)
                sums.side &+= Int64((wave * 0x1p32).rounded())
                let bits = random.next()
                let phase = Int((Double(sums.side) * TapeGenerator.phaseScale).rounded(.down)) & (TapeGenerator.phases - 1)
                let fills = Self.fills(bits &>> 32)
                sums.fills &+= fills
                sums.price &+= Self.move(random.next())
                let lots = sized ? max(1, Int64(PortableMath.exp2(logMean + logDeviation * size))) : 0
                body(TapeRow(sums: sums, fills: fills, buyerIsMaker: bits & 0xFFFF_FFFF >= buyChance[phase], lots: lots))
            }
        }
    }

    @inline(__always)
    private static func fills(_ draw: UInt64) -> Int64 {
        // Most draws end at one or two.
        var count: Int64 = 1
        for chance in fillChances {
            if draw < chance { return count }
            count &+= 1
        }
        return count
    }

    /// −1, 0 or 1; and in one row of fifty a jump of −8 … 8 on top.
    @inline(__always)
    private static func move(_ bits: UInt64) -> Int64 {
        let small = Int64(((bits & 0xFFFF) &* 3) &>> 16) &- 1
        guard (bits &>> 16) & 0xFFFF < 1311 else { return small }
        return small &+ Int64(((bits &>> 32) &* 17) &>> 32) &- 8
    }
}
