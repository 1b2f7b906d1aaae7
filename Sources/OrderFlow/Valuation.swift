public import MarketModel

/// How the trades of a tape are turned into base quantity and notional, both exact integers at scales that all of its parts share.
///
/// - Linear, spot and option: base = quantity × contract size, notional = price × base.
/// - Inverse: notional = quantity × contract size, base = notional ÷ price, rounded half to even at 1e−12.
public struct Valuation: Sendable, Hashable {
    /// Whether notional comes from the contracts and base from the price.
    public let isInverse: Bool
    /// What a quantity mantissa is multiplied by: the contract size, brought to the common scale.
    public let factor: Int64
    /// Digits after the point of a price mantissa.
    public let priceScale: Int
    /// Digits after the point of base sums.
    public let baseScale: Int
    /// Digits after the point of notional sums.
    public let notionalScale: Int

    /// The precision to which the base quantity of inverse contracts is kept.
    public static let inverseBaseScale = 12

    /// Creates the valuation of trades at `scales` of an instrument with `contractSize`.
    ///
    /// - Parameter sizeScale: digits after the point of contract sizes that all parts of the tape share; at least that of `contractSize`.
    /// - Returns: nil if the contract size is not positive, or scales and size together exceed what exact sums hold.
    public init?(kind: InstrumentKind, scales: Scales, contractSize: FixedPoint = FixedPoint(mantissa: 1), sizeScale: Int? = nil) {
        let size = contractSize.normalized
        let common = max(sizeScale ?? 0, size.scale)
        guard size.mantissa > 0, (0...18).contains(scales.price), (0...18).contains(scales.quantity),
            scales.price + scales.quantity + common <= 38, let factor = size.rescaled(to: common)
        else { return nil }
        isInverse = kind == .inverse
        self.factor = factor
        priceScale = scales.price
        let quantityScale = scales.quantity + common
        baseScale = isInverse ? Valuation.inverseBaseScale : quantityScale
        notionalScale = isInverse ? quantityScale : scales.price + quantityScale
    }

    /// The base quantity and notional of one trade, or nil if they exceed 128 bits.
    ///
    /// - Complexity: O(1); inverse contracts divide once.
    public func value(price: Int64, quantity: Int64) -> (base: Int128, notional: Int128)? {
        let units = Int128(quantity) * Int128(factor)
        guard isInverse else {
            let (notional, overflow) = units.multipliedReportingOverflow(by: Int128(price))
            return overflow ? nil : (units, notional)
        }
        guard let base = inverseBase(units: units, price: price) else { return nil }
        return (base, units)
    }

    /// `units / 10^notionalScale ÷ (price / 10^priceScale)` in units of 1e−12, half to even.
    @inline(__always)
    func inverseBase(units: Int128, price: Int64) -> Int128? {
        let exponent = Valuation.inverseBaseScale + priceScale - notionalScale
        if exponent >= 0 {
            let (top, overflow) = units.multipliedReportingOverflow(by: Valuation.tenTo(exponent))
            return overflow ? nil : Valuation.divideHalfEven(top, Int128(price))
        }
        let (bottom, overflow) = Int128(price).multipliedReportingOverflow(by: Valuation.tenTo(-exponent))
        return overflow ? nil : Valuation.divideHalfEven(units, bottom)
    }

    private static let powers: [Int128] = (0...38).map { power in (0..<power).reduce(Int128(1)) { product, _ in product * 10 } }

    static func tenTo(_ exponent: Int) -> Int128 { powers[exponent] }

    /// Division of non-negative by positive, rounded to the nearest integer, ties to even.
    static func divideHalfEven(_ top: Int128, _ bottom: Int128) -> Int128 {
        if let narrowTop = UInt64(exactly: top), let narrowBottom = UInt64(exactly: bottom) {
            let (quotient, remainder) = narrowTop.quotientAndRemainder(dividingBy: narrowBottom)
            let rest = narrowBottom - remainder
            return Int128(quotient) + (remainder > rest || (remainder == rest && quotient & 1 == 1) ? 1 : 0)
        }
        let (quotient, remainder) = top.quotientAndRemainder(dividingBy: bottom)
        let rest = bottom - remainder
        return quotient + (remainder > rest || (remainder == rest && quotient & 1 == 1) ? 1 : 0)
    }
}
