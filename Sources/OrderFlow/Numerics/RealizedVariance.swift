import MarketModel

/// The sum of squared logarithmic returns between successive prices, kept so that any split of the series adds up to the same bits.
///
/// Squares are rounded once each to a multiple of 2^−88 and added as integers: integer addition is associative where floating-point
/// addition is not. The rounding is below 1e−12 of a one-tick move at 8 significant digits.
public struct RealizedVariance: Sendable, Hashable {
    /// The sum in units of 2^−88; it saturates, which would take 2^28 returns of the largest size there is.
    private(set) var sum: Int128 = 0

    /// An empty sum.
    public init() {}

    /// The sum as a double.
    public var value: Double { WideInteger(sum).doubleValue * 0x1p-88 }

    /// Adds the squared return from one price to the next; both positive, at the same scale. Equal prices add nothing.
    public mutating func add(from old: Int64, to new: Int64) {
        add(RealizedVariance.square(from: old, to: new))
    }

    /// Adds a sum of squares in units of 2^−88.
    mutating func add(_ squares: Int128) {
        let (total, overflow) = sum.addingReportingOverflow(squares)
        sum = overflow ? .max : total
    }

    /// ln²(new/old) in units of 2^−88; 0 unless both prices are positive.
    static func square(from old: Int64, to new: Int64) -> Int128 {
        guard old > 0, new > 0 else { return 0 }
        let z = Double(new &- old) / Double(new &+ old)
        if abs(z) < smallStep { return Int128(smallSquare(z)) }
        let r = Logarithm.natural(Double(new) / Double(old))
        return Int128((r * r * 0x1p88).rounded(.toNearestOrEven))
    }

    /// Below this |z|, where z = (new − old)/(new + old), the square fits 63 bits and two terms of the series are exact to the last bit.
    static var smallStep: Double { 0x1p-14 }

    /// ln²(new/old) = (2 artanh z)² = 4z²(1 + 2z²/3 + …), in units of 2^−88, for |z| < 2^−14.
    @inline(__always)
    static func smallSquare(_ z: Double) -> Int64 {
        let s = z * z
        return Int64((s + s * s * (2.0 / 3.0)) * 0x1p90 + 0.5)
    }
}
