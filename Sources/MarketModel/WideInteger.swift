/// A signed integer of 512 bits: what sums of fourth powers and the numerators of exact moments need.
///
/// Sums of n values below 2^90 to the fourth power, times n³, fit for n up to 2^37. Beyond, arithmetic wraps; callers bound their values.
public struct WideInteger: Sendable, Hashable {
    /// Two's complement, the lowest limb first.
    private var limbs: InlineArray<8, UInt64>

    /// Creates the value of a 128-bit integer.
    public init(_ value: Int128 = 0) {
        limbs = InlineArray(repeating: value < 0 ? .max : 0)
        limbs[0] = UInt64(truncatingIfNeeded: value)
        limbs[1] = UInt64(truncatingIfNeeded: value >> 64)
    }

    /// Whether the value is below zero.
    public var isNegative: Bool { limbs[7] >> 63 == 1 }

    /// Whether the value is zero.
    public var isZero: Bool {
        for index in limbs.indices where limbs[index] != 0 { return false }
        return true
    }

    public static func == (a: WideInteger, b: WideInteger) -> Bool {
        for index in a.limbs.indices where a.limbs[index] != b.limbs[index] { return false }
        return true
    }

    public func hash(into hasher: inout Hasher) {
        for index in limbs.indices { hasher.combine(limbs[index]) }
    }

    public static func += (a: inout WideInteger, b: WideInteger) {
        var carry: UInt64 = 0
        for index in a.limbs.indices {
            let (partial, overflowA) = a.limbs[index].addingReportingOverflow(b.limbs[index])
            let (sum, overflowB) = partial.addingReportingOverflow(carry)
            a.limbs[index] = sum
            carry = overflowA || overflowB ? 1 : 0
        }
    }

    public static func + (a: WideInteger, b: WideInteger) -> WideInteger {
        var sum = a
        sum += b
        return sum
    }

    public static func - (a: WideInteger, b: WideInteger) -> WideInteger { a + -b }

    public static func * (a: WideInteger, b: WideInteger) -> WideInteger {
        let product = multiplied(a.isNegative ? -a : a, b.isNegative ? -b : b)
        return a.isNegative == b.isNegative ? product : -product
    }

    /// The product of two magnitudes modulo 2^512; few limbs of them are in use, and no others are multiplied.
    private static func multiplied(_ a: WideInteger, _ b: WideInteger) -> WideInteger {
        var product = WideInteger()
        let (width, height) = (a.usedLimbs, b.usedLimbs)
        for i in 0..<width {
            var carry: UInt64 = 0
            for j in 0..<min(height, 8 - i) {
                let (high, low) = a.limbs[i].multipliedFullWidth(by: b.limbs[j])
                let (first, overflowA) = low.addingReportingOverflow(carry)
                let (second, overflowB) = product.limbs[i + j].addingReportingOverflow(first)
                product.limbs[i + j] = second
                carry = high &+ (overflowA ? 1 : 0) &+ (overflowB ? 1 : 0)
            }
            if i + height < 8 { product.limbs[i + height] = carry }
        }
        return product
    }

    /// How many limbs there are up to the highest that is not zero.
    private var usedLimbs: Int {
        var used = 8
        while used > 0, limbs[used - 1] == 0 { used -= 1 }
        return used
    }

    /// The value with the other sign.
    public static prefix func - (value: WideInteger) -> WideInteger {
        var negative = WideInteger(1)
        var inverted = value
        for index in inverted.limbs.indices { inverted.limbs[index] = ~inverted.limbs[index] }
        negative += inverted
        return negative
    }

    /// The nearest double, ties to even.
    public var doubleValue: Double {
        if isNegative { return -(-self).magnitudeAsDouble }
        return magnitudeAsDouble
    }

    private var magnitudeAsDouble: Double {
        var top = 7
        while top > 0, limbs[top] == 0 { top -= 1 }
        if top == 0 { return Double(limbs[0]) }
        // The leading 64 bits; what is cut off is kept as a sticky last bit, so that the conversion rounds as if it had seen all.
        let shift = limbs[top].leadingZeroBitCount
        var digits = limbs[top] << UInt64(shift)
        if shift > 0 { digits |= limbs[top - 1] >> UInt64(64 - shift) }
        var isExact = limbs[top - 1] << UInt64(shift) == 0
        for index in 0..<(top - 1) where limbs[index] != 0 { isExact = false }
        return Double(sign: .plus, exponent: top * 64 - shift, significand: Double(isExact ? digits : digits | 1))
    }
}
