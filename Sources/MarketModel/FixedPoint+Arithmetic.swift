extension FixedPoint {
    /// The product, rounded half away from zero to a number of decimals, or to fewer where 18 digits do not hold them.
    ///
    ///     try FixedPoint(text: "10659.509").times(FixedPoint(text: "87046.1"), decimals: 2)      // 927868686.36
    ///
    /// - Parameter decimals: 0…18.
    /// - Returns: nil where the whole part has more than 18 digits.
    public func times(_ other: FixedPoint, decimals: Int) -> FixedPoint? {
        FixedPoint.rounded(Int128(mantissa) * Int128(other.mantissa), over: 1, tenTo: scale + other.scale, decimals)
    }

    /// The quotient, rounded as ``times(_:decimals:)`` rounds.
    ///
    /// - Returns: nil where the divisor is zero or the whole part has more than 18 digits.
    public func over(_ other: FixedPoint, decimals: Int) -> FixedPoint? {
        guard other.mantissa != 0 else { return nil }
        let top = Int128(other.mantissa > 0 ? mantissa : -mantissa)
        let bottom = Int128(other.mantissa.magnitude)
        guard scale < other.scale else { return FixedPoint.rounded(top, over: bottom, tenTo: scale - other.scale, decimals) }
        return FixedPoint.rounded(top * Int128(FixedPoint.powersOfTen[other.scale - scale]), over: bottom, tenTo: 0, decimals)
    }

    /// `top / bottom / 10^exponent` with as many decimals as are wanted and fit.
    private static func rounded(_ top: Int128, over bottom: Int128, tenTo exponent: Int, _ decimals: Int) -> FixedPoint? {
        for places in stride(from: min(18, max(0, decimals)), through: 0, by: -1) {
            guard let result = ExactRounding.nearest(top, over: bottom, tenTo: exponent, places: places),
                result.magnitude <= Int128(limit).magnitude
            else { continue }
            return FixedPoint(mantissa: Int64(result), scale: places).normalized
        }
        return nil
    }
}
