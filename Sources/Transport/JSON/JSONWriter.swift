/// Writes JSON by appending to a buffer: members appear in the order in which they are written, nothing is built in between.
///
///     var json = JSONWriter()
///     json.beginObject()
///     json.member("symbol", "BTCUSDT")
///     json.member("price", decimal: 6335469, scale: 2)
///     json.endObject()
///     json.text                        // {"symbol":"BTCUSDT","price":63354.69}
///
/// Nothing checks that begin and end match; whoever writes a shape tests it. Commas are set by the writer.
public struct JSONWriter: ~Copyable, Sendable {
    /// What has been written.
    public var buffer: ByteBuffer
    private var needsComma = false

    /// Creates a writer with room for `capacity` bytes.
    public init(capacity: Int = 1024) {
        buffer = ByteBuffer(capacity: capacity)
    }

    /// What has been written, as text.
    public var text: String { buffer.text }

    /// Sets the comma before a value that follows another one.
    @inline(__always)
    mutating func separate() {
        if needsComma { buffer.append(UInt8(ascii: ",")) }
        needsComma = true
    }

    /// Opens an object.
    public mutating func beginObject() {
        separate()
        buffer.append(UInt8(ascii: "{"))
        needsComma = false
    }

    /// Closes an object.
    public mutating func endObject() {
        buffer.append(UInt8(ascii: "}"))
        needsComma = true
    }

    /// Opens an array.
    public mutating func beginArray() {
        separate()
        buffer.append(UInt8(ascii: "["))
        needsComma = false
    }

    /// Closes an array.
    public mutating func endArray() {
        buffer.append(UInt8(ascii: "]"))
        needsComma = true
    }

    /// Writes a member's name; its value comes next. The name is a literal of plain characters and is not escaped.
    @inline(__always)
    public mutating func key(_ name: StaticString) {
        separate()
        buffer.append(UInt8(ascii: "\""))
        buffer.append(name)
        buffer.append(UInt8(ascii: "\""))
        buffer.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes a member's name that is only known at run time.
    public mutating func key(escaping name: String) {
        value(name)
        buffer.append(UInt8(ascii: ":"))
        needsComma = false
    }

    /// Writes `null`.
    public mutating func null() {
        separate()
        buffer.append("null")
    }

    /// Writes a truth value.
    public mutating func value(_ value: Bool) {
        separate()
        buffer.append(value ? "true" as StaticString : "false")
    }

    /// Writes a text.
    public mutating func value(_ text: String) {
        separate()
        buffer.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { JSONWriter.escape($0, into: &buffer) }
        buffer.append(UInt8(ascii: "\""))
    }

    /// Appends a text in quotes, where a value of JSON is written without a writer.
    public static func append(_ text: String, to buffer: inout ByteBuffer) {
        buffer.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { escape($0, into: &buffer) }
        buffer.append(UInt8(ascii: "\""))
    }

    /// Writes a literal of plain characters, unescaped.
    public mutating func value(literal text: StaticString) {
        separate()
        buffer.append(UInt8(ascii: "\""))
        buffer.append(text)
        buffer.append(UInt8(ascii: "\""))
    }

    /// Writes a request's id.
    public mutating func value(_ id: RequestID) {
        separate()
        buffer.append(UInt8(ascii: "\""))
        buffer.append(id)
        buffer.append(UInt8(ascii: "\""))
    }

    /// Writes a value that is JSON already.
    public mutating func value(json text: StaticString) {
        separate()
        buffer.append(text)
    }

    /// Writes a value that is JSON already.
    public mutating func value(json bytes: [UInt8]) {
        separate()
        bytes.withUnsafeBufferPointer { buffer.append($0) }
    }

    /// Escapes what RFC 8259 says must be: quote, backslash and control characters. UTF-8 passes as it is.
    private static func escape(_ bytes: UnsafeBufferPointer<UInt8>, into buffer: inout ByteBuffer) {
        var start = 0
        for (index, byte) in bytes.enumerated() where byte < 0x20 || byte == 0x22 || byte == 0x5c {
            buffer.append(UnsafeBufferPointer(rebasing: bytes[start..<index]))
            start = index + 1
            switch byte {
            case 0x22: buffer.append("\\\"")
            case 0x5c: buffer.append("\\\\")
            case 0x0a: buffer.append("\\n")
            case 0x0d: buffer.append("\\r")
            case 0x09: buffer.append("\\t")
            case 0x08: buffer.append("\\b")
            case 0x0c: buffer.append("\\f")
            default:
                buffer.append(byte < 0x10 ? "\\u000" as StaticString : "\\u001")
                let digit = byte & 15
                buffer.append(digit < 10 ? digit + 48 : digit + 87)
            }
        }
        buffer.append(UnsafeBufferPointer(rebasing: bytes[start...]))
    }
}
