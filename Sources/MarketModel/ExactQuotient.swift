/// The double nearest to an exact rational, ties to even: the one place where exact sums become floating point.
public enum ExactQuotient {
    /// The double nearest to `numerator / (denominator · 10^exponent)`, ties to even.
    ///
    /// Every sum, count, delta and ratio that Millrace shows goes through here once. Division by zero follows IEEE 754 as Parquet files show
    /// it: `x/0` is ±infinity. `0/0` has no value.
    ///
    ///     ExactQuotient.nearest(1, over: 3)                    // 0.3333333333333333
    ///     ExactQuotient.nearest(12345, over: 1, tenTo: 2)      // 123.45
    ///
    /// - Parameters:
    ///   - numerator: any value.
    ///   - denominator: any value.
    ///   - exponent: −38…38; negative exponents multiply the numerator.
    /// - Returns: the nearest double, or nil for 0/0.
    /// - Complexity: O(1); one hardware division when both sides fit 53 bits, one 128-bit division for most others.
    public static func nearest(_ numerator: Int128, over denominator: Int128, tenTo exponent: Int = 0) -> Double? {
        precondition((-38...38).contains(exponent), "a power of ten beyond 10^38")
        if let quotient = narrow(numerator, denominator, exponent) { return quotient }
        let negative = (numerator < 0) != (denominator < 0)
        var top = WideUInt(numerator.magnitude)
        var bottom = WideUInt(denominator.magnitude)
        if bottom.isZero { return top.isZero ? nil : (negative ? -.infinity : .infinity) }
        if top.isZero { return 0 }
        if exponent > 0 { bottom = bottom.multipliedByTen(toThe: exponent) } else { top = top.multipliedByTen(toThe: -exponent) }
        let magnitude = quotient(top, bottom)
        return negative ? -magnitude : magnitude
    }

    /// The quotient where both sides are exact doubles, as those of most cells are: IEEE division rounds it to nearest even.
    @inline(__always)
    private static func narrow(_ numerator: Int128, _ denominator: Int128, _ exponent: Int) -> Double? {
        let limit: Int64 = 1 << 53
        guard let top = Int64(exactly: numerator), let bottom = Int64(exactly: denominator), top.magnitude < limit,
            bottom.magnitude < limit,
            bottom != 0, (0...15).contains(exponent)
        else { return nil }
        let (scaled, overflow) = bottom.multipliedReportingOverflow(by: powersOfTen[exponent])
        guard !overflow, scaled.magnitude < limit else { return nil }
        // A zero is never negative here, whatever the denominator's sign.
        return top == 0 ? 0 : Double(top) / Double(scaled)
    }

    private static let powersOfTen: [Int64] = (0...15).map { power in (0..<power).reduce(Int64(1)) { product, _ in product * 10 } }

    private static func quotient(_ top: WideUInt, _ bottom: WideUInt) -> Double {
        let topBits = top.bitWidth
        let bottomBits = bottom.bitWidth
        if topBits <= 53, bottomBits <= 53 {
            // Both are exact doubles, and IEEE division rounds the exact quotient to nearest even.
            return Double(UInt64(top.low)) / Double(UInt64(bottom.low))
        }
        // Scale so that the integer quotient has 55 or 56 bits; what is cut off is kept as a sticky last bit, and the conversion to
        // Double then rounds to nearest even as if it had seen all bits.
        let shift = 55 - (topBits - bottomBits)
        let scaledTop = shift > 0 ? top << shift : top
        let scaledBottom = shift < 0 ? bottom << -shift : bottom
        let (digits, exact) = scaledTop.dividedBits(by: scaledBottom)
        return Double(sign: .plus, exponent: -shift, significand: Double(exact ? digits : digits | 1))
    }
}

/// An unsigned integer of 384 bits, as wide as `Int128 · 10^38` scaled by 56 bits needs.
struct WideUInt {
    var low: UInt128
    var middle: UInt128
    var high: UInt128

    init(_ value: UInt128) {
        low = value
        middle = 0
        high = 0
    }

    var isZero: Bool { low == 0 && middle == 0 && high == 0 }

    /// The position of the highest set bit plus one; 0 for zero.
    var bitWidth: Int {
        if high != 0 { return 384 - high.leadingZeroBitCount }
        if middle != 0 { return 256 - middle.leadingZeroBitCount }
        return 128 - low.leadingZeroBitCount
    }

    /// The value times 10^exponent, exponent 0…38; the product must fit.
    func multipliedByTen(toThe exponent: Int) -> WideUInt {
        var power: UInt128 = 1
        for _ in 0..<exponent { power *= 10 }
        if middle == 0, high == 0 {
            let (upper, lower) = low.multipliedFullWidth(by: power)
            var product = WideUInt(lower)
            product.middle = upper
            return product
        }
        var product = self
        for _ in 0..<exponent { product = (product << 3).adding(product << 1) }
        return product
    }

    func adding(_ other: WideUInt) -> WideUInt {
        var sum = self
        let (first, carry) = low.addingReportingOverflow(other.low)
        sum.low = first
        let (second, carryA) = middle.addingReportingOverflow(other.middle)
        let (secondWithCarry, carryB) = second.addingReportingOverflow(carry ? 1 : 0)
        sum.middle = secondWithCarry
        sum.high = high &+ other.high &+ (carryA || carryB ? 1 : 0)
        return sum
    }

    mutating func subtract(_ other: WideUInt) {
        let (first, borrow) = low.subtractingReportingOverflow(other.low)
        low = first
        let (second, borrowA) = middle.subtractingReportingOverflow(other.middle)
        let (secondWithBorrow, borrowB) = second.subtractingReportingOverflow(borrow ? 1 : 0)
        middle = secondWithBorrow
        high = high &- other.high &- (borrowA || borrowB ? 1 : 0)
    }

    static func < (a: WideUInt, b: WideUInt) -> Bool {
        if a.high != b.high { return a.high < b.high }
        if a.middle != b.middle { return a.middle < b.middle }
        return a.low < b.low
    }

    static func << (value: WideUInt, distance: Int) -> WideUInt {
        var result = value
        var left = distance
        while left >= 128 {
            result.high = result.middle
            result.middle = result.low
            result.low = 0
            left -= 128
        }
        guard left > 0 else { return result }
        result.high = result.high &<< UInt128(left) | result.middle &>> UInt128(128 - left)
        result.middle = result.middle &<< UInt128(left) | result.low &>> UInt128(128 - left)
        result.low = result.low &<< UInt128(left)
        return result
    }

    mutating func halve() {
        low = low &>> 1 | middle &<< 127
        middle = middle &>> 1 | high &<< 127
        high = high &>> 1
    }

    /// The quotient, of at most 56 bits, and whether it is exact.
    func dividedBits(by divisor: WideUInt) -> (quotient: UInt64, exact: Bool) {
        if middle == 0, high == 0, divisor.middle == 0, divisor.high == 0 {
            let (quotient, remainder) = low.quotientAndRemainder(dividingBy: divisor.low)
            return (UInt64(truncatingIfNeeded: quotient), remainder == 0)
        }
        var remainder = self
        var step = divisor << 56
        var quotient: UInt64 = 0
        for _ in 0...56 {
            quotient <<= 1
            if !(remainder < step) {
                remainder.subtract(step)
                quotient |= 1
            }
            step.halve()
        }
        return (quotient, remainder.isZero)
    }
}
