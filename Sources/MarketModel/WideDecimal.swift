/// An exact decimal number of up to 38 digits, `mantissa / 10^scale`: what sums over tapes of different scales are kept in.
///
///     WideDecimal(mantissa: 12, scale: 1).adding(WideDecimal(mantissa: 345, scale: 2))      // 4.65
public struct WideDecimal: Sendable {
    /// The digits, without the point.
    public var mantissa: Int128
    /// How many of them stand after the point, 0…38.
    public var scale: Int

    /// Creates a number from its parts; zero by default.
    public init(mantissa: Int128 = 0, scale: Int = 0) {
        self.mantissa = mantissa
        self.scale = scale
    }

    /// The sum at the finer scale of the two, or nil if 128 bits do not hold it.
    public func adding(_ other: WideDecimal) -> WideDecimal? {
        let common = max(scale, other.scale)
        guard let a = rescaled(to: common), let b = other.rescaled(to: common) else { return nil }
        let (sum, overflow) = a.addingReportingOverflow(b)
        return overflow ? nil : WideDecimal(mantissa: sum, scale: common)
    }

    /// The difference at the finer scale of the two, or nil if 128 bits do not hold it.
    public func subtracting(_ other: WideDecimal) -> WideDecimal? {
        adding(WideDecimal(mantissa: -other.mantissa, scale: other.scale))
    }

    /// The product with a whole number, or nil if 128 bits do not hold it.
    public func times(_ factor: Int64) -> WideDecimal? {
        let (product, overflow) = mantissa.multipliedReportingOverflow(by: Int128(factor))
        return overflow ? nil : WideDecimal(mantissa: product, scale: scale)
    }

    /// The number with at most so many digits after the point, ties away from zero.
    ///
    /// - Parameter places: 0…18.
    public func rounded(places: Int) -> WideDecimal {
        guard scale > places, let rounded = ExactRounding.nearest(mantissa, tenTo: scale, places: places) else { return self }
        return WideDecimal(mantissa: rounded, scale: places)
    }

    /// The mantissa at a finer scale.
    private func rescaled(to wanted: Int) -> Int128? {
        guard wanted > scale, mantissa != 0 else { return mantissa }
        let (product, overflow) = mantissa.multipliedReportingOverflow(by: WideDecimal.powersOfTen[wanted - scale])
        return overflow ? nil : product
    }

    private static let powersOfTen: [Int128] = (0...38).map { power in (0..<power).reduce(Int128(1)) { product, _ in product * 10 } }
}
