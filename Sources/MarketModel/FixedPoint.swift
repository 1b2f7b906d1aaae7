/// An exact decimal number: `mantissa / 10^scale`.
///
/// Mantissas have at most 18 digits, as the tape's `DECIMAL(18, s)` columns do, so that they and their sums never wrap silently.
///
///     let price = try FixedPoint(text: "79972.80")      // mantissa 799728, scale 1: trailing zeros are dropped
///     price.rescaled(to: 3)                              // 79972800
public struct FixedPoint: Sendable, Hashable, CustomStringConvertible {
    /// The digits, without the point.
    public var mantissa: Int64
    /// How many of them stand after the point, 0…18.
    public var scale: Int

    /// The largest magnitude of a mantissa: 18 nines.
    public static let limit: Int64 = 999_999_999_999_999_999

    /// Creates a number from its parts.
    public init(mantissa: Int64, scale: Int = 0) {
        self.mantissa = mantissa
        self.scale = scale
    }

    /// Powers of ten from 10^0 to 10^18.
    public static let powersOfTen: [Int64] = (0...18).map { power in
        (0..<power).reduce(Int64(1)) { product, _ in product * 10 }
    }

    /// The mantissa at another scale, or nil if that would lose digits or exceed 18 of them.
    public func rescaled(to wanted: Int) -> Int64? {
        guard (0...18).contains(wanted), (0...18).contains(scale) else { return nil }
        if wanted >= scale {
            let (product, overflow) = mantissa.multipliedReportingOverflow(by: FixedPoint.powersOfTen[wanted - scale])
            return overflow || product.magnitude > FixedPoint.limit.magnitude ? nil : product
        }
        let (quotient, remainder) = mantissa.quotientAndRemainder(dividingBy: FixedPoint.powersOfTen[scale - wanted])
        return remainder == 0 ? quotient : nil
    }

    /// The same number with the smallest scale that holds it.
    public var normalized: FixedPoint {
        var result = self
        while result.scale > 0, result.mantissa % 10 == 0 {
            result.mantissa /= 10
            result.scale -= 1
        }
        return result
    }

    /// The nearest double, ties to even.
    public var double: Double {
        ExactQuotient.nearest(Int128(mantissa), over: 1, tenTo: scale) ?? 0
    }

    /// Plain decimal digits, without exponent or trailing zeros: `0.05`, `-12`.
    public var description: String {
        let short = normalized
        let digits = String(short.mantissa.magnitude)
        let sign = short.mantissa < 0 ? "-" : ""
        guard short.scale > 0 else { return sign + digits }
        let padded = String(repeating: "0", count: max(0, short.scale + 1 - digits.count)) + digits
        return "\(sign)\(padded.dropLast(short.scale)).\(padded.suffix(short.scale))"
    }
}

/// Why a text is not a decimal number that fits.
public struct DecimalError: Error, Sendable, Hashable, CustomStringConvertible {
    enum Code: Sendable, Hashable {
        case malformed
        case tooLong
    }

    let code: Code

    /// The text is not a decimal number.
    public static let malformed = DecimalError(code: .malformed)
    /// The number needs more than 18 digits, before or after the point.
    public static let tooLong = DecimalError(code: .tooLong)

    public var description: String {
        switch code {
        case .malformed: "not a decimal number"
        case .tooLong: "needs more than 18 digits"
        }
    }
}

extension FixedPoint {
    /// Parses a decimal number exactly and drops trailing zeros: `[+-]digits[.digits][(e|E)[+-]digits]`.
    ///
    /// - Throws: ``DecimalError/malformed`` for any other text, ``DecimalError/tooLong`` when 18 digits do not hold the value.
    /// - Complexity: O(length).
    public init(text: some StringProtocol) throws(DecimalError) {
        try self.init(bytes: text.utf8)
    }

    /// Parses the ASCII bytes of a decimal number; see ``init(text:)``.
    public init(bytes: some Sequence<UInt8>) throws(DecimalError) {
        var reader = DecimalReader()
        for byte in bytes { try reader.take(byte) }
        self = try reader.finish()
    }
}

/// Reads a decimal number byte by byte; zeros are held back until a digit after them shows that they matter.
private struct DecimalReader {
    private enum Part { case start, integer, fraction, exponentStart, exponent }

    private var part = Part.start
    private var negative = false
    private var mantissa: Int64 = 0
    private var significant = 0
    private var pendingZeros = 0
    private var scale = 0
    private var digits = 0
    private var exponent = 0
    private var exponentNegative = false
    private var exponentDigits = 0

    mutating func take(_ byte: UInt8) throws(DecimalError) {
        switch (byte, part) {
        case (UInt8(ascii: "0")...UInt8(ascii: "9"), .start), (UInt8(ascii: "0")...UInt8(ascii: "9"), .integer):
            part = .integer
            try takeDigit(byte &- 48)
        case (UInt8(ascii: "0")...UInt8(ascii: "9"), .fraction):
            scale += 1
            try takeDigit(byte &- 48)
        case (UInt8(ascii: "0")...UInt8(ascii: "9"), .exponentStart), (UInt8(ascii: "0")...UInt8(ascii: "9"), .exponent):
            part = .exponent
            exponentDigits += 1
            exponent = min(exponent * 10 + Int(byte &- 48), 9999)
        case (UInt8(ascii: "."), .start), (UInt8(ascii: "."), .integer):
            part = .fraction
        case (UInt8(ascii: "+"), .start), (UInt8(ascii: "-"), .start):
            guard digits == 0, !negative else { throw .malformed }
            negative = byte == UInt8(ascii: "-")
            part = .integer
        case (UInt8(ascii: "e"), .integer), (UInt8(ascii: "E"), .integer), (UInt8(ascii: "e"), .fraction), (UInt8(ascii: "E"), .fraction):
            guard digits > 0 else { throw .malformed }
            part = .exponentStart
        case (UInt8(ascii: "+"), .exponentStart), (UInt8(ascii: "-"), .exponentStart):
            exponentNegative = byte == UInt8(ascii: "-")
            part = .exponent
        default:
            throw .malformed
        }
    }

    private mutating func takeDigit(_ digit: UInt8) throws(DecimalError) {
        digits += 1
        if digit == 0 {
            pendingZeros += 1
            return
        }
        if mantissa > 0 {
            guard significant + pendingZeros < 18 else { throw .tooLong }
            mantissa *= FixedPoint.powersOfTen[pendingZeros]
            significant += pendingZeros
        }
        pendingZeros = 0
        guard significant < 18 else { throw .tooLong }
        mantissa = mantissa * 10 + Int64(digit)
        significant += 1
    }

    func finish() throws(DecimalError) -> FixedPoint {
        guard digits > 0, part != .exponentStart, part != .exponent || exponentDigits > 0 else { throw .malformed }
        guard mantissa != 0 else { return FixedPoint(mantissa: 0) }
        // The held-back zeros stand to the right of the last significant digit, on whichever side of the point.
        let power = pendingZeros - scale + (exponentNegative ? -exponent : exponent)
        let signed = negative ? -mantissa : mantissa
        if power <= 0 {
            guard -power <= 18 else { throw .tooLong }
            return FixedPoint(mantissa: signed, scale: -power)
        }
        guard significant + power <= 18 else { throw .tooLong }
        return FixedPoint(mantissa: signed * FixedPoint.powersOfTen[power])
    }
}
