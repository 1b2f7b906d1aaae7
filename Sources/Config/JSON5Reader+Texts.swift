extension JSON5Reader {
    /// A text in single or double quotes.
    mutating func text() throws(ConfigFault) -> String {
        let start = cursor.position
        let quote = cursor.take()
        var text = String.UnicodeScalarView()
        while let scalar = cursor.next {
            if scalar == quote {
                cursor.take()
                return String(text)
            }
            guard scalar != "\n", scalar != "\r" else { break }
            if scalar == "\\" {
                if let meant = try escape() { text.append(meant) }
            } else {
                text.append(scalar)
                cursor.take()
            }
        }
        throw ConfigFault(start, "this text has no end: the closing quote is missing in its line")
    }

    /// What a backslash and what follows it stand for; nil for a line that goes on.
    private mutating func escape() throws(ConfigFault) -> Unicode.Scalar? {
        let start = cursor.position
        cursor.take()
        guard let scalar = cursor.next else { throw ConfigFault(start, "the file ends within a text") }
        switch scalar {
        case "u": return try unicodeEscape(start)
        case "x":
            cursor.take()
            return Unicode.Scalar(UInt8(truncatingIfNeeded: try hexadecimal(2, start)))
        case "0":
            cursor.take()
            if let digit = cursor.next, JSON5Reader.isDigit(digit) { throw ConfigFault(start, "'\\0' with a digit after it is no escape") }
            return "\0"
        case "1"..."9": throw ConfigFault(start, "'\\\(scalar)' is no escape")
        default:
            cursor.take()
            if scalar == "\r" { _ = cursor.take("\n") }
            if JSON5Cursor.endsLine(scalar) { return nil }
            return JSON5Reader.escapes[scalar] ?? scalar
        }
    }

    /// `uXXXX`, or two of them that are one scalar; the backslash is already taken.
    private mutating func unicodeEscape(_ start: ConfigPosition) throws(ConfigFault) -> Unicode.Scalar {
        cursor.take()
        let high = try hexadecimal(4, start)
        if let scalar = Unicode.Scalar(high) { return scalar }
        if high < 0xDC00, cursor.next == "\\", cursor.second == "u" {
            cursor.take()
            cursor.take()
            let low = try hexadecimal(4, start)
            if (0xDC00...0xDFFF).contains(low), let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)) {
                return scalar
            }
        }
        throw ConfigFault(start, "half a surrogate pair is no character")
    }

    private mutating func hexadecimal(_ count: Int, _ start: ConfigPosition) throws(ConfigFault) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<count {
            guard let digit = cursor.next.flatMap(JSON5Reader.hexadecimalDigit) else {
                throw ConfigFault(start, "this escape wants \(count) hexadecimal digits")
            }
            value = value << 4 | digit
            cursor.take()
        }
        return value
    }

    /// A member's name, bare or in quotes.
    ///
    /// - Parameter object: where the object begins.
    mutating func name(of object: ConfigPosition) throws(ConfigFault) -> String {
        if cursor.next == "\"" || cursor.next == "'" { return try text() }
        let start = cursor.position
        var name = String.UnicodeScalarView()
        while let scalar = cursor.next {
            var meant = scalar
            if scalar == "\\" {
                let place = cursor.position
                cursor.take()
                guard cursor.next == "u" else { throw ConfigFault(place, "a name without quotes has no escape but \\u") }
                meant = try unicodeEscape(place)
            }
            let fits = name.isEmpty ? JSON5Reader.beginsName(meant) : JSON5Reader.continuesName(meant)
            guard fits else {
                if scalar == "\\" { throw ConfigFault(start, "this character wants quotes around the name") }
                break
            }
            name.append(meant)
            if scalar != "\\" { cursor.take() }
        }
        guard !name.isEmpty else {
            throw ConfigFault(start, "a name or '}' is wanted here, not \(cursor.nextName): the object begins in line \(object.line)")
        }
        return String(name)
    }

    static func beginsName(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "_", "$": return true
        default: break
        }
        guard !scalar.isASCII else { return false }
        switch scalar.properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter, .letterNumber: return true
        default: return false
        }
    }

    static func continuesName(_ scalar: Unicode.Scalar) -> Bool {
        if beginsName(scalar) || isDigit(scalar) || scalar == "\u{200C}" || scalar == "\u{200D}" { return true }
        guard !scalar.isASCII else { return false }
        switch scalar.properties.generalCategory {
        case .nonspacingMark, .spacingMark, .decimalNumber, .connectorPunctuation: return true
        default: return false
        }
    }

    static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

    static func hexadecimalDigit(_ scalar: Unicode.Scalar) -> UInt32? {
        switch scalar {
        case "0"..."9": scalar.value - 0x30
        case "a"..."f": scalar.value - 0x61 + 10
        case "A"..."F": scalar.value - 0x41 + 10
        default: nil
        }
    }

    private static let escapes: [Unicode.Scalar: Unicode.Scalar] = [
        "b": "\u{08}", "f": "\u{0C}", "n": "\n", "r": "\r", "t": "\t", "v": "\u{0B}",
    ]
}
