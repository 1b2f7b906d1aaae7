/// Elementary functions out of additions, multiplications, divisions and square roots only. IEEE 754 fixes those to the bit, a system's
/// math library does not fix `exp`; so what the simulator draws is the same on every machine.
enum PortableMath {
    static let ln2 = 0.693_147_180_559_945_3
    static let minusTwoLn2 = -2 * ln2

    /// The binary logarithm of a positive, normal number, to about 1e-15.
    @inline(__always)
    static func log2(_ x: Double) -> Double {
        // x = m · 2^e with m in [1/√2, √2); ln m = 2 artanh((m − 1) / (m + 1)).
        var bits = x.bitPattern
        let offset: UInt64 = 0x3FE6_A09E_667F_3BCD  // 1/√2
        let exponent = Int64(bitPattern: bits &- offset) &>> 52
        bits &-= UInt64(bitPattern: exponent &<< 52)
        let m = Double(bitPattern: bits)
        let s = (m - 1) / (m + 1)
        let q = s * s
        var sum = 1.0 / 19
        sum = sum * q + 1.0 / 17
        sum = sum * q + 1.0 / 15
        sum = sum * q + 1.0 / 13
        sum = sum * q + 1.0 / 11
        sum = sum * q + 1.0 / 9
        sum = sum * q + 1.0 / 7
        sum = sum * q + 1.0 / 5
        sum = sum * q + 1.0 / 3
        sum = sum * q + 1.0
        return Double(exponent) + 2 * s * sum / ln2
    }

    /// Two to the power of `x`, for |x| < 1000, to about 1e-15 relative.
    @inline(__always)
    static func exp2(_ x: Double) -> Double {
        let whole = x.rounded()
        let g = (x - whole) * ln2
        var sum = 1.0 / 6_227_020_800
        sum = sum * g + 1.0 / 479_001_600
        sum = sum * g + 1.0 / 39_916_800
        sum = sum * g + 1.0 / 3_628_800
        sum = sum * g + 1.0 / 362_880
        sum = sum * g + 1.0 / 40_320
        sum = sum * g + 1.0 / 5_040
        sum = sum * g + 1.0 / 720
        sum = sum * g + 1.0 / 120
        sum = sum * g + 1.0 / 24
        sum = sum * g + 1.0 / 6
        sum = sum * g + 1.0 / 2
        sum = sum * g + 1
        sum = sum * g + 1
        return sum * Double(bitPattern: UInt64(bitPattern: (Int64(whole) &+ 1023) &<< 52))
    }

    /// e to the power of `x`.
    static func exp(_ x: Double) -> Double { exp2(x / ln2) }

    /// The sine of an angle in [0, 2π], by its Taylor series around the nearest of 0, π and 2π.
    static func sin(_ angle: Double) -> Double {
        let x = angle > 1.5 * Double.pi ? angle - 2 * Double.pi : angle > Double.pi / 2 ? Double.pi - angle : angle
        var term = x
        var sum = x
        var n = 1.0
        while n < 26 {
            term *= -x * x / ((n + 1) * (n + 2))
            sum += term
            n += 2
        }
        return sum
    }
}
