/// The fields of a protobuf message, read from bytes that nobody vouches for.
///
///     ProtobufMessage([0x08, 0x96, 0x01])?.integer(1)      // 150
package struct ProtobufMessage: Sendable {
    /// What a field holds, by its wire type.
    private enum Value: Sendable {
        case varint(UInt64)
        case fixed64(UInt64)
        /// Where they are.
        case bytes(Range<Int>)
    }

    private static let deepest = 32

    /// Fields one after another: these bytes have been looked through.
    private let fields: ArraySlice<UInt8>

    /// Reads a message; nil where the bytes are none. Of a field that comes twice the last counts.
    ///
    /// - Complexity: O(bytes), as every look at a field is: messages here have a handful.
    package init?(_ bytes: ArraySlice<UInt8>) {
        var place = bytes.startIndex
        while place < bytes.endIndex {
            guard let (number, type) = ProtobufMessage.tag(bytes, &place),
                ProtobufMessage.value(number, type, bytes, &place, depth: 0) != nil
            else { return nil }
        }
        fields = bytes
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
        guard case .bytes(let range)? = value(number) else { return nil }
        return fields[range]
    }

    /// A text; nil where the field is missing, or is no UTF-8.
    package func text(_ number: Int) -> String? {
        bytes(number).flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// The last field of a number whose type is used here.
    private func value(_ number: Int) -> Value? {
        var found: Value?
        var place = fields.startIndex
        while place < fields.endIndex {
            guard let (next, type) = ProtobufMessage.tag(fields, &place),
                let value = ProtobufMessage.value(next, type, fields, &place, depth: 0)
            else { break }
            if next == UInt64(number), let value { found = value }
        }
        return found
    }

    private static func tag(_ bytes: ArraySlice<UInt8>, _ place: inout Int) -> (number: UInt64, type: UInt64)? {
        guard let tag = varint(bytes, &place), tag >> 3 > 0, tag <= UInt64(UInt32.max) else { return nil }
        return (tag >> 3, tag & 7)
    }

    /// The value of a field; nil inside for one of a type that is not used here, nil for what is no value.
    private static func value(_ number: UInt64, _ type: UInt64, _ bytes: ArraySlice<UInt8>, _ place: inout Int, depth: Int) -> Value?? {
        switch type {
        case 0:
            guard let value = varint(bytes, &place) else { return nil }
            return .some(.varint(value))
        case 1:
            guard bytes.endIndex - place >= 8 else { return nil }
            defer { place += 8 }
            return .some(.fixed64((0..<8).reduce(0) { $0 | UInt64(bytes[place + $1]) << (8 * UInt64($1)) }))
        case 2:
            guard let length = varint(bytes, &place), length <= UInt64(bytes.endIndex - place) else { return nil }
            defer { place += Int(length) }
            return .some(.bytes(place..<(place + Int(length))))
        case 3:
            // A group: everything up to the end that has its number.
            guard depth < deepest else { return nil }
            while let (inner, type) = tag(bytes, &place) {
                if type == 4 { return inner == number ? .some(nil) : nil }
                guard value(inner, type, bytes, &place, depth: depth + 1) != nil else { return nil }
            }
            return nil
        case 5:
            guard bytes.endIndex - place >= 4 else { return nil }
            place += 4
            return .some(nil)
        default: return nil
        }
    }

    private static func varint(_ bytes: ArraySlice<UInt8>, _ place: inout Int) -> UInt64? {
        var value: UInt64 = 0
        for turn in 0..<UInt64(10) {
            guard place < bytes.endIndex else { return nil }
            let byte = bytes[place]
            place += 1
            // The tenth byte has room for one bit.
            guard turn < 9 || byte <= 1 else { return nil }
            value |= UInt64(byte & 0x7f) << (7 * turn)
            if byte < 0x80 { return value }
        }
        return nil
    }
}
