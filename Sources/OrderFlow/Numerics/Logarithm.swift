/// Natural logarithms from the basic IEEE 754 operations alone, so that every machine computes the same bits.
///
/// The C library's `log` differs in the last bit between versions and processors.
public enum Logarithm {
    /// ln 2 split in two: the upper part has 21 trailing zero bits, so that multiples of it by an exponent are exact.
    private static let ln2High = 0x1.62e42feep-1
    private static let ln2Low = 0x1.a39ef35793c76p-33

    /// The natural logarithm of a positive finite number, within 1 unit in the last place.
    ///
    /// ln x = k ln 2 + 2 artanh((m − 1)/(m + 1)) with x = m·2^k and m in [√½, √2), by the Taylor series of artanh.
    ///
    /// - Complexity: O(1), about 15 operations.
    public static func natural(_ x: Double) -> Double {
        var mantissa = x.significand
        var exponent = Double(x.exponent)
        if mantissa > 1.4142135623730951 {
            mantissa *= 0.5
            exponent += 1
        }
        let f = mantissa - 1
        let z = f / (2 + f)
        // With s = z², 2 artanh z = 2z + z·s·(2/3 + 2s/5 + …); |z| <= 0.1716, so that s^11 vanishes.
        // Writing 2z = f − f²/2 + z·f²/2 keeps the leading term exact (as fdlibm does).
        let s = z * z
        let half = 0.5 * f * f
        let tail = z * (half + artanhTail(s))
        return exponent * ln2High - ((half - (tail + exponent * ln2Low)) - f)
    }

    /// 2s/3 + 2s²/5 + 2s³/7 + … for 0 <= s <= 0.0295.
    private static func artanhTail(_ s: Double) -> Double {
        var sum = 0.0
        for power in stride(from: 12, through: 1, by: -1) {
            sum = s * (2 / Double(2 * power + 1) + sum)
        }
        return sum
    }
}
