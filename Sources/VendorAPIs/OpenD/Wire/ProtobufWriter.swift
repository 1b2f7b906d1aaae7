/// Writes protobuf messages by appending fields.
package struct ProtobufWriter: Sendable {
    /// What has been written.
    package private(set) var bytes: [UInt8] = []

    /// Creates a writer.
    package init() {}

    /// Writes an integer, a truth value or an enumeration's number; negative ones take ten bytes.
    package mutating func integer(_ number: Int, _ value: Int64) {
        tag(number, 0)
        varint(UInt64(bitPattern: value))
    }

    /// Writes a double.
    package mutating func double(_ number: Int, _ value: Double) {
        tag(number, 1)
        for place in 0..<UInt64(8) { bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> (8 * place))) }
    }

    /// Writes bytes, or a text's UTF-8.
    package mutating func bytes(_ number: Int, _ value: some Collection<UInt8>) {
        tag(number, 2)
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// Writes a message that `body` makes.
    package mutating func message(_ number: Int, _ body: (inout ProtobufWriter) -> Void) {
        tag(number, 2)
        // Room for the length of a short one; the others are moved.
        let start = bytes.count
        bytes.append(0)
        body(&self)
        let length = bytes.count - start - 1
        if length < 0x80 {
            bytes[start] = UInt8(length)
        } else {
            var writer = ProtobufWriter()
            writer.varint(UInt64(length))
            bytes.replaceSubrange(start...start, with: writer.bytes)
        }
    }

    private mutating func tag(_ number: Int, _ type: UInt64) { varint(UInt64(number) << 3 | type) }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }
}
