/// The parameters of a request's query, decoded strictly.
///
/// `a=1&b=x%20y`: names and values are percent-decoded, `+` is a blank, a parameter without `=` has an empty value. Refused are a broken
/// percent sign, text that is not UTF-8, a NUL, and a name given twice, because two readers could understand them differently.
public struct Query: Sendable {
    private var items: [(name: String, value: String)] = []

    /// A query without parameters.
    public init() {}

    /// Decodes the part of a request target after the question mark.
    ///
    /// - Throws: ``Failure`` with status 400, naming the parameter where it has a name.
    public init(decoding bytes: ArraySlice<UInt8>) throws(Failure) {
        var rest = bytes
        while !rest.isEmpty {
            let part = rest.prefix { $0 != UInt8(ascii: "&") }
            rest = rest[part.endIndex...].dropFirst()
            if part.isEmpty { continue }
            let equals = part.firstIndex(of: UInt8(ascii: "=")) ?? part.endIndex
            let name = try Query.decode(part[..<equals])
            let value = try Query.decode(part[equals...].dropFirst())
            guard self[name] == nil else { throw Failure(.badRequest, "parameter '\(name)' is given twice") }
            if items.isEmpty { items.reserveCapacity(4) }
            items.append((name, value))
        }
    }

    /// The value of a parameter, or nil if it was not given.
    public subscript(name: String) -> String? {
        for item in items where item.name == name { return item.value }
        return nil
    }

    /// The names given, in order.
    public var names: [String] { items.map(\.name) }

    private static func decode(_ bytes: ArraySlice<UInt8>) throws(Failure) -> String {
        // Most texts have nothing to decode and are short enough to need no memory of their own.
        for byte in bytes where byte == UInt8(ascii: "%") || byte == UInt8(ascii: "+") || byte >= 0x80 || byte == 0 {
            return try PercentCoding.decode(bytes, plusIsBlank: true)
        }
        return bytes.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
    }
}

/// Percent-decoding as RFC 3986 has it.
enum PercentCoding {
    static func decode(_ bytes: ArraySlice<UInt8>, plusIsBlank: Bool) throws(Failure) -> String {
        var decoded: [UInt8] = []
        decoded.reserveCapacity(bytes.count)
        var rest = bytes.makeIterator()
        while let byte = rest.next() {
            switch byte {
            case UInt8(ascii: "%"):
                guard let high = rest.next().flatMap(hexDigit), let low = rest.next().flatMap(hexDigit) else {
                    throw Failure(.badRequest, "a percent sign is not followed by two hexadecimal digits")
                }
                decoded.append(high << 4 | low)
            case UInt8(ascii: "+") where plusIsBlank:
                decoded.append(UInt8(ascii: " "))
            default:
                decoded.append(byte)
            }
        }
        guard !decoded.contains(0), let text = String(validating: decoded, as: UTF8.self) else {
            throw Failure(.badRequest, "the request target is not valid UTF-8")
        }
        return text
    }

    private static func hexDigit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case 48...57: byte - 48
        case 65...70: byte - 55
        case 97...102: byte - 87
        default: nil
        }
    }
}
