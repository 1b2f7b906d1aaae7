extension JSON5Reader {
    /// Whole numbers up to this size are exact as doubles.
    private static let exact = 9_007_199_254_740_992.0

    /// A number: `12`, `+.5`, `5.`, `-1e3`, `0xFF`, `-Infinity`.
    mutating func number() throws(ConfigFault) -> ConfigValue.Kind {
        let start = cursor.position
        var sign = ""
        if cursor.take("-") { sign = "-" } else { _ = cursor.take("+") }
        let kind: ConfigValue.Kind
        if let first = cursor.next, JSON5Reader.beginsName(first) {
            kind = try endless(negative: sign == "-", start)
        } else if cursor.next == "0", cursor.second == "x" || cursor.second == "X" {
            kind = try hexadecimal(sign, start)
        } else {
            kind = try decimal(sign, start)
        }
        if let after = cursor.next, JSON5Reader.continuesName(after) || after == "." {
            throw ConfigFault(start, "\(cursor.nextName) cannot follow a number")
        }
        return kind
    }

    private mutating func endless(negative: Bool, _ start: ConfigPosition) throws(ConfigFault) -> ConfigValue.Kind {
        switch cursor.take(while: JSON5Reader.continuesName) {
        case "Infinity": return .real(negative ? -.infinity : .infinity)
        case "NaN": return .real(.nan)
        default: throw ConfigFault(start, "a number is wanted after the sign")
        }
    }

    private mutating func hexadecimal(_ sign: String, _ start: ConfigPosition) throws(ConfigFault) -> ConfigValue.Kind {
        cursor.take()
        cursor.take()
        let digits = cursor.take { JSON5Reader.hexadecimalDigit($0) != nil }
        guard !digits.isEmpty else { throw ConfigFault(start, "hexadecimal digits are wanted after '0x'") }
        if let integer = Int(sign + digits, radix: 16) { return .integer(integer) }
        let size = digits.unicodeScalars.reduce(0.0) { $0 * 16 + Double(JSON5Reader.hexadecimalDigit($1) ?? 0) }
        return .real(sign.isEmpty ? size : -size)
    }

    private mutating func decimal(_ sign: String, _ start: ConfigPosition) throws(ConfigFault) -> ConfigValue.Kind {
        let whole = cursor.take(while: JSON5Reader.isDigit)
        let hasPoint = cursor.take(".")
        let fraction = hasPoint ? cursor.take(while: JSON5Reader.isDigit) : ""
        guard !(whole.isEmpty && fraction.isEmpty) else { throw ConfigFault(start, "a number has digits") }
        guard whole.utf8.count < 2 || whole.utf8.first != UInt8(ascii: "0") else {
            throw ConfigFault(start, "a number does not begin with 0")
        }
        var exponent = ""
        if cursor.take("e") || cursor.take("E") {
            if cursor.take("-") { exponent = "-" } else { _ = cursor.take("+") }
            let digits = cursor.take(while: JSON5Reader.isDigit)
            guard !digits.isEmpty else { throw ConfigFault(start, "digits are wanted after the exponent's 'e'") }
            exponent += digits
        }
        if !hasPoint, exponent.isEmpty, let integer = Int(sign + whole) { return .integer(integer) }
        let text = "\(sign)\(whole.isEmpty ? "0" : whole).\(fraction.isEmpty ? "0" : fraction)e\(exponent.isEmpty ? "0" : exponent)"
        guard let real = Double(text) else { throw ConfigFault(start, "this number is out of all bounds") }
        return abs(real) <= JSON5Reader.exact && real == real.rounded() ? .integer(Int(real)) : .real(real)
    }
}
