/// Rounding of exact rationals to decimal places, without a double in between.
public enum ExactRounding {
    /// `numerator ÷ (denominator · 10^exponent)` in units of 10^−places, ties away from zero.
    ///
    ///     ExactRounding.nearest(3798445, over: 3866305, places: 4)             // 9824: 0.9824
    ///     ExactRounding.nearest(1890386041994, over: 1, tenTo: 7, places: 2)   // 18903860: 189038.60
    ///
    /// - Parameters:
    ///   - denominator: more than zero.
    ///   - exponent: 0…38.
    ///   - places: 0…18.
    /// - Returns: nil if 128 bits do not hold the result or the scaled numerator.
    /// - Complexity: O(1); one 64-bit division where the operands fit.
    public static func nearest(_ numerator: Int128, over denominator: Int128 = 1, tenTo exponent: Int = 0, places: Int) -> Int128? {
        precondition(denominator > 0 && (0...38).contains(exponent) && (0...18).contains(places), "arguments out of range")
        var top = numerator.magnitude
        var bottom = denominator.magnitude
        if places >= exponent {
            let (product, overflow) = top.multipliedReportingOverflow(by: power(places - exponent))
            if overflow { return nil }
            top = product
        } else {
            let (product, overflow) = bottom.multipliedReportingOverflow(by: power(exponent - places))
            if overflow { return nil }
            bottom = product
        }
        let magnitude: UInt128
        if let narrowTop = UInt64(exactly: top), let narrowBottom = UInt64(exactly: bottom) {
            let (quotient, remainder) = narrowTop.quotientAndRemainder(dividingBy: narrowBottom)
            magnitude = UInt128(quotient) + (remainder >= narrowBottom - remainder ? 1 : 0)
        } else {
            let (quotient, remainder) = top.quotientAndRemainder(dividingBy: bottom)
            magnitude = quotient + (remainder >= bottom - remainder ? 1 : 0)
        }
        guard let result = Int128(exactly: magnitude) else { return nil }
        return numerator < 0 ? -result : result
    }

    private static let powers: [UInt128] = (0...38).map { power in (0..<power).reduce(UInt128(1)) { product, _ in product * 10 } }

    private static func power(_ exponent: Int) -> UInt128 { powers[exponent] }
}
