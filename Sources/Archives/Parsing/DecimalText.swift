import MarketModel

/// Reads decimal numbers from a row: the usual ones digit by digit, odd ones (exponents, many digits) through ``FixedPoint``.
package enum DecimalText {
    /// The exact value with trailing zeros dropped, or why there is none.
    package static func parse(_ bytes: UnsafeRawBufferPointer) throws(DecimalError) -> FixedPoint {
        guard bytes.count > 0, bytes.count <= 19 else { return try FixedPoint(bytes: bytes) }
        var mantissa: Int64 = 0
        var point = -1
        for at in 0..<bytes.count {
            let digit = bytes[at] &- 48
            if digit <= 9 {
                mantissa = mantissa &* 10 &+ Int64(digit)
            } else if bytes[at] == UInt8(ascii: "."), point < 0 {
                point = at
            } else {
                return try FixedPoint(bytes: bytes)
            }
        }
        // 18 digits fit; 19 may not, and a lone point is no number.
        guard bytes.count <= 18 || point >= 0, bytes.count > 1 || point < 0 else { return try FixedPoint(bytes: bytes) }
        var scale = point < 0 ? 0 : bytes.count - 1 - point
        if mantissa == 0 { return FixedPoint(mantissa: 0) }
        while scale > 0 {
            let (quotient, remainder) = mantissa.quotientAndRemainder(dividingBy: 10)
            if remainder != 0 { break }
            mantissa = quotient
            scale -= 1
        }
        return FixedPoint(mantissa: mantissa, scale: scale)
    }

    /// The value of up to 18 digits, which cannot overflow.
    @inline(__always)
    private static func digits(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        var value: Int64 = 0
        var faults: UInt8 = 0
        for byte in bytes {
            let digit = byte &- 48
            faults |= digit > 9 ? 1 : 0
            value = value &* 10 &+ Int64(digit)
        }
        return faults == 0 ? value : nil
    }

    /// A plain integer with an optional sign; nil for any other text or more than 64 bits.
    static func integer(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        guard let first = bytes.first else { return nil }
        if bytes.count <= 18, let value = digits(bytes) { return value }
        let negative = first == UInt8(ascii: "-")
        var value: Int64 = 0
        let start = negative || first == UInt8(ascii: "+") ? 1 : 0
        guard start < bytes.count else { return nil }
        for at in start..<bytes.count {
            let digit = bytes[at] &- 48
            guard digit <= 9 else { return nil }
            let (product, high) = value.multipliedReportingOverflow(by: 10)
            let (sum, carry) = negative ? product.subtractingReportingOverflow(Int64(digit)) : product.addingReportingOverflow(Int64(digit))
            guard !high, !carry else { return nil }
            value = sum
        }
        return value
    }
}
