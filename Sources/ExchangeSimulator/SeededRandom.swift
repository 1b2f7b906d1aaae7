/// xoshiro256++ (Blackman and Vigna), seeded by SplitMix64: fast, of good quality, and the same numbers on every machine.
struct SeededRandom: RandomNumberGenerator {
    private var a: UInt64
    private var b: UInt64
    private var c: UInt64
    private var d: UInt64

    /// Creates the generator of stream `stream` of a seed; different streams are independent.
    init(seed: UInt64, stream: UInt64) {
        var state = seed
        state = SeededRandom.mix(&state) ^ (stream &* 0xD1B5_4A32_D192_ED03)
        a = SeededRandom.mix(&state)
        b = SeededRandom.mix(&state)
        c = SeededRandom.mix(&state)
        d = SeededRandom.mix(&state)
    }

    @inline(__always)
    mutating func next() -> UInt64 {
        let sum = a &+ d
        let result = (sum &<< 23 | sum &>> 41) &+ a
        let shifted = b &<< 17
        c ^= a
        d ^= b
        b ^= c
        a ^= d
        c ^= shifted
        d = d &<< 45 | d &>> 19
        return result
    }

    /// A double in (0, 1): never 0, so that its logarithm exists.
    @inline(__always)
    mutating func unit() -> Double {
        (Double(next() &>> 12) + 0.5) * 0x1p-52
    }

    /// Two independent standard normal variables, by Marsaglia's polar method.
    @inline(__always)
    mutating func normals() -> (Double, Double) {
        while true {
            let x = unit() * 2 - 1
            let y = unit() * 2 - 1
            let square = x * x + y * y
            guard square < 1, square > 0 else { continue }
            let factor = (PortableMath.log2(square) * PortableMath.minusTwoLn2 / square).squareRoot()
            return (x * factor, y * factor)
        }
    }

    private static func mix(_ state: inout UInt64) -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z &>> 31)
    }
}
