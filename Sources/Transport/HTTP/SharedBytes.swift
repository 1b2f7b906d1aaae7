import Glibc

/// Bytes written once and read by any number of receivers: the message that a thousand sessions send without a copy.
public final class SharedBytes: @unchecked Sendable {
    // `@unchecked Sendable`: the memory is never written after `init`, and freed when nobody reads it any more.
    private let memory: UnsafeMutablePointer<UInt8>
    /// How many bytes there are.
    public let count: Int

    /// Takes over a buffer, without the room that it has left: such bytes may be kept for long, and by the thousand.
    public init(_ buffer: consuming ByteBuffer) {
        buffer.shrink()
        (memory, count) = buffer.release()
    }

    /// Takes over what a writer has written.
    public convenience init(json: consuming JSONWriter) { self.init(json.finish()) }

    /// Copies a text.
    public convenience init(_ text: String) {
        var buffer = ByteBuffer(capacity: text.utf8.count)
        buffer.append(text)
        self.init(buffer)
    }

    /// Copies bytes.
    public convenience init(_ bytes: UnsafeBufferPointer<UInt8>) {
        var buffer = ByteBuffer(capacity: bytes.count)
        buffer.append(bytes)
        self.init(buffer)
    }

    deinit { free(memory) }

    /// Where the bytes are, for as long as the object lives.
    var pointer: UnsafePointer<UInt8> { UnsafePointer(memory) }

    /// Reads the bytes.
    public func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        try body(UnsafeBufferPointer(start: memory, count: count))
    }

    /// The bytes as text; what is not UTF-8 is replaced.
    public var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }
}
