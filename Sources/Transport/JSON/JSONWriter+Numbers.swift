extension JSONWriter {
    /// Writes a whole number.
    public mutating func value(_ number: Int) {
        separate()
        buffer.append(decimal: Int128(number), scale: 0)
    }

    /// Writes `mantissa / 10^scale` exactly, without trailing zeros: `63342.46`, `-0.6786`, `12`.
    ///
    /// - Parameter scale: 0…38.
    public mutating func value(decimal mantissa: Int128, scale: Int) {
        separate()
        buffer.append(decimal: mantissa, scale: scale)
    }

    /// Writes a double with the fewest digits that read back to it, spelled as JavaScript spells numbers: no exponent between 1e-6 and
    /// 1e21 (`100000`, `0.000001`, `1e-7`, `1.5e+21`). What is not finite becomes `null`.
    public mutating func value(_ number: Double) {
        separate()
        buffer.append(number)
    }

    /// Writes a double, or `null`.
    public mutating func value(_ number: Double?) {
        if let number { value(number) } else { null() }
    }
}

extension JSONWriter {
    /// Writes a member whose value is a text.
    public mutating func member(_ name: StaticString, _ text: String) {
        key(name)
        value(text)
    }

    /// Writes a member whose value is a literal of plain characters.
    public mutating func member(_ name: StaticString, literal text: StaticString) {
        key(name)
        value(literal: text)
    }

    /// Writes a member whose value is a whole number.
    public mutating func member(_ name: StaticString, _ number: Int) {
        key(name)
        value(number)
    }

    /// Writes a member whose value is an exact decimal number.
    public mutating func member(_ name: StaticString, decimal mantissa: Int128, scale: Int) {
        key(name)
        value(decimal: mantissa, scale: scale)
    }

    /// Writes a member whose value is a truth value.
    public mutating func member(_ name: StaticString, _ flag: Bool) {
        key(name)
        value(flag)
    }
}

extension ByteBuffer {
    /// Appends `mantissa / 10^scale` in plain digits, without trailing zeros.
    public mutating func append(decimal mantissa: Int128, scale: Int) {
        if mantissa < 0 { append(UInt8(ascii: "-")) }
        if let narrow = UInt64(exactly: mantissa.magnitude) {
            append(magnitude: narrow, scale: scale)
        } else {
            append(magnitude: mantissa.magnitude, scale: scale)
        }
    }

    /// Appends `mantissa / 10^scale` in plain digits, without trailing zeros.
    @inline(__always)
    public mutating func append(decimal mantissa: Int64, scale: Int) {
        if mantissa < 0 { append(UInt8(ascii: "-")) }
        append(magnitude: mantissa.magnitude, scale: scale)
    }

    /// Digits are made from the last to the first; trailing zeros after the point are dropped on the way.
    private mutating func append<Magnitude: FixedWidthInteger & UnsignedInteger>(magnitude: Magnitude, scale: Int) {
        var rest = magnitude
        var places = scale
        if rest == 0 { places = 0 }
        while places > 0 {
            let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
            guard remainder == 0 else { break }
            rest = quotient
            places -= 1
        }
        // 39 digits of 2^128, or as many zeros as the scale needs, and a point.
        append(upTo: max(40, places + 2)) { memory in
            let end = max(40, places + 2)
            var position = end
            repeat {
                let (quotient, remainder) = rest.quotientAndRemainder(dividingBy: 10)
                position -= 1
                memory[position] = 48 + UInt8(truncatingIfNeeded: remainder)
                rest = quotient
                places -= 1
                if places == 0 {
                    position -= 1
                    memory[position] = UInt8(ascii: ".")
                }
            } while rest != 0 || places >= 0
            (memory).update(from: memory + position, count: end - position)
            return end - position
        }
    }

    /// Appends a double as JavaScript's `Number.prototype.toString` writes it; `null` if it is not finite.
    public mutating func append(_ number: Double) {
        guard number.isFinite else { return append("null") }
        guard number != 0 else { return append(UInt8(ascii: "0")) }
        if let (mantissa, scale) = ByteBuffer.shortDecimal(number) { return append(decimal: mantissa, scale: scale) }
        guard !appendPlain(number) else { return }
        if number < 0 { append(UInt8(ascii: "-")) }
        let (digits, point) = ByteBuffer.shortestDigits(of: number.magnitude)
        switch point {
        case 1...21:
            for index in 0..<max(point, digits.count) {
                if index == point { append(UInt8(ascii: ".")) }
                append(index < digits.count ? digits[index] : UInt8(ascii: "0"))
            }
        case -5...0:
            append("0.")
            for _ in point..<0 { append(UInt8(ascii: "0")) }
            for digit in digits { append(digit) }
        default:
            append(digits[0])
            if digits.count > 1 { append(UInt8(ascii: ".")) }
            for digit in digits.dropFirst() { append(digit) }
            append(point > 0 ? "e+" as StaticString : "e-")
            append(decimal: Int128(abs(point - 1)), scale: 0)
        }
    }

    /// Appends a number as Swift describes it, where that has no exponent: then it is what JavaScript writes, but for a last `.0`.
    private mutating func appendPlain(_ number: Double) -> Bool {
        var text = number.description
        return text.withUTF8 { digits in
            guard !digits.contains(UInt8(ascii: "e")) else { return false }
            let isWhole = digits.count > 2 && digits[digits.count - 1] == UInt8(ascii: "0") && digits[digits.count - 2] == UInt8(ascii: ".")
            append(isWhole ? UnsafeBufferPointer(rebasing: digits.dropLast(2)) : digits)
            return true
        }
    }

    /// A number of 15 digits at most as it is written in plain digits, or nil.
    ///
    /// No two decimals of so few digits are nearest to one double, so these are the fewest digits that read back to it.
    private static func shortDecimal(_ number: Double) -> (mantissa: Int64, scale: Int)? {
        let magnitude = number.magnitude
        guard magnitude >= 1e-6, magnitude < 1e15 else { return nil }
        var scale = 0
        while scale < 20, magnitude * tens[scale + 1] < 1e15 { scale += 1 }
        let mantissa = (number * tens[scale]).rounded()
        // Both are exact, and IEEE division rounds to nearest: what the decimal reads back to.
        guard mantissa.magnitude < 1e15, mantissa / tens[scale] == number else { return nil }
        return (Int64(mantissa), scale)
    }

    /// The powers of ten that are exact doubles.
    private static let tens: [Double] = (0...22).map { power in (0..<power).reduce(1.0) { value, _ in value * 10 } }

    /// The fewest digits that identify a positive finite double, and where its point stands: value = 0.d₁d₂d₃… × 10^point.
    private static func shortestDigits(of number: Double) -> (digits: [UInt8], point: Int) {
        // Swift's own description is the shortest that reads back; only its notation is not wanted.
        var digits: [UInt8] = []
        var point: Int?
        var exponent = 0
        var negative = false
        var inExponent = false
        for byte in number.description.utf8 {
            switch byte {
            case UInt8(ascii: "."): point = digits.count
            case UInt8(ascii: "e"): inExponent = true
            case UInt8(ascii: "-"): negative = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                if inExponent { exponent = exponent * 10 + Int(byte - 48) } else { digits.append(byte) }
            default: break
            }
        }
        var position = (point ?? digits.count) + (negative ? -exponent : exponent)
        while digits.count > 1, digits.last == 48 { digits.removeLast() }
        while digits.count > 1, digits.first == 48 {
            digits.removeFirst()
            position -= 1
        }
        return (digits, position)
    }
}
