import MarketModel

/// Numbers from their text: the usual ones digit by digit, odd ones through ``FixedPoint``.
public enum DecimalBytes {
    /// The exact value with trailing zeros dropped; nil where the text is no number or needs more than 18 digits.
    public static func decimal(_ bytes: UnsafeRawBufferPointer) -> FixedPoint? {
        // 18 digits and a point cannot overflow.
        guard (2...19).contains(bytes.count) || bytes.count == 1 && bytes[0] != UInt8(ascii: ".") else {
            return try? FixedPoint(bytes: bytes)
        }
        var mantissa: Int64 = 0
        var (at, end, point) = (0, bytes.count, -1)
        while at < end {
            let digit = bytes[at] &- 48
            if digit <= 9 {
                mantissa = mantissa &* 10 &+ Int64(digit)
            } else if bytes[at] == UInt8(ascii: "."), point < 0 {
                point = at
                while end > point + 1, bytes[end - 1] == UInt8(ascii: "0") { end -= 1 }
            } else {
                return try? FixedPoint(bytes: bytes)
            }
            at += 1
        }
        guard bytes.count <= 18 || point >= 0 else { return try? FixedPoint(bytes: bytes) }
        return FixedPoint(mantissa: mantissa, scale: mantissa == 0 || point < 0 ? 0 : end - 1 - point)
    }

    /// A plain integer with an optional minus; nil for any other text or more than 64 bits.
    public static func integer(_ bytes: UnsafeRawBufferPointer) -> Int64? {
        let negative = bytes.first == UInt8(ascii: "-")
        let digits = negative ? UnsafeRawBufferPointer(rebasing: bytes.dropFirst()) : bytes
        guard (1...19).contains(digits.count) else { return nil }
        var value: UInt64 = 0
        for byte in digits {
            let digit = byte &- 48
            guard digit <= 9 else { return nil }
            // 19 digits fit in 64 bits without a sign.
            value = value &* 10 &+ UInt64(digit)
        }
        if negative { return value <= UInt64(Int64.max) ? -Int64(value) : nil }
        return Int64(exactly: value)
    }
}
