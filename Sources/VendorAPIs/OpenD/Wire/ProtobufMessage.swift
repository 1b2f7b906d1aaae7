/// The fields of a protobuf message, read from bytes that nobody vouches for.
///
///     ProtobufMessage([0x08, 0x96, 0x01])?.integer(1)      // 150
package struct ProtobufMessage: Sendable {
    /// What a field holds, by its wire type.
    private enum Value: Sendable {
        case varint(UInt64)
        case fixed64(UInt64)
        case bytes(ArraySlice<UInt8>)
    }

    /// Fields of higher numbers are passed over: no message here has them.
    private static let highest: UInt64 = 63
    private static let deepest = 32

    private var fields: [(number: Int, value: Value)] = []

    /// Reads a message; nil where the bytes are none. Of a field that comes twice the last counts.
    ///
    /// - Complexity: O(bytes), and memory for the fields that differ.
    package init?(_ bytes: ArraySlice<UInt8>) {
        var rest = bytes
        while !rest.isEmpty {
            guard let (number, type) = ProtobufMessage.tag(&rest) else { return nil }
            guard let value = ProtobufMessage.value(number, type, &rest, depth: 0) else { return nil }
            guard let value, number <= ProtobufMessage.highest else { continue }
            if let place = fields.firstIndex(where: { $0.number == Int(number) }) {
                fields[place].value = value
            } else {
                fields.append((Int(number), value))
            }
        }
    }

    /// An integer, a truth value or an enumeration's number; nil where the field is missing or is something else.
    package func integer(_ number: Int) -> Int64? {
        guard case .varint(let value)? = value(number) else { return nil }
        return Int64(bitPattern: value)
    }

    /// A double; nil where the field is missing or is something else.
    package func double(_ number: Int) -> Double? {
        guard case .fixed64(let value)? = value(number) else { return nil }
        return Double(bitPattern: value)
    }

    /// Bytes; nil where the field is missing or is something else.
    package func bytes(_ number: Int) -> ArraySlice<UInt8>? {
        guard case .bytes(let value)? = value(number) else { return nil }
        return value
    }

    /// A text; nil where the field is missing, or is no UTF-8.
    package func text(_ number: Int) -> String? {
        bytes(number).flatMap { String(validating: $0, as: UTF8.self) }
    }

    private func value(_ number: Int) -> Value? {
        fields.first { $0.number == number }?.value
    }

    private static func tag(_ rest: inout ArraySlice<UInt8>) -> (number: UInt64, type: UInt64)? {
        guard let tag = varint(&rest), tag >> 3 > 0, tag <= UInt64(UInt32.max) else { return nil }
        return (tag >> 3, tag & 7)
    }

    /// The value of a field; nil inside for one of a type that is not used here, nil for what is no value.
    private static func value(_ number: UInt64, _ type: UInt64, _ rest: inout ArraySlice<UInt8>, depth: Int) -> Value?? {
        switch type {
        case 0:
            guard let value = varint(&rest) else { return nil }
            return .some(.varint(value))
        case 1:
            guard rest.count >= 8 else { return nil }
            let value = rest.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            rest = rest.dropFirst(8)
            return .some(.fixed64(value))
        case 2:
            guard let length = varint(&rest), length <= UInt64(rest.count) else { return nil }
            defer { rest = rest.dropFirst(Int(length)) }
            return .some(.bytes(rest.prefix(Int(length))))
        case 3:
            // A group: everything up to the end that has its number.
            guard depth < deepest else { return nil }
            while let (inner, type) = tag(&rest) {
                if type == 4 { return inner == number ? .some(nil) : nil }
                guard value(inner, type, &rest, depth: depth + 1) != nil else { return nil }
            }
            return nil
        case 5:
            guard rest.count >= 4 else { return nil }
            rest = rest.dropFirst(4)
            return .some(nil)
        default: return nil
        }
    }

    private static func varint(_ rest: inout ArraySlice<UInt8>) -> UInt64? {
        var value: UInt64 = 0
        for place in 0..<UInt64(10) {
            guard let byte = rest.popFirst() else { return nil }
            // The tenth byte has room for one bit.
            guard place < 9 || byte <= 1 else { return nil }
            value |= UInt64(byte & 0x7f) << (7 * place)
            if byte < 0x80 { return value }
        }
        return nil
    }
}
