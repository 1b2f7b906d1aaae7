import Glibc

/// Bytes that grow at the end and are then handed on without a copy, as a response body is.
public struct ByteBuffer: ~Copyable, @unchecked Sendable {
    // `@unchecked Sendable`: the memory is owned by this one value, which cannot be copied.
    private var base: UnsafeMutablePointer<UInt8>
    /// How many bytes it holds.
    public private(set) var count = 0
    private var capacity: Int

    /// Creates an empty buffer with room for `capacity` bytes.
    public init(capacity: Int = 256) {
        self.capacity = max(capacity, 16)
        base = ByteBuffer.allocate(nil, self.capacity)
    }

    deinit { free(base) }

    private static func allocate(_ old: UnsafeMutablePointer<UInt8>?, _ size: Int) -> UnsafeMutablePointer<UInt8> {
        guard let memory = realloc(old, size) else { fatalError("out of memory for \(size) bytes of a response") }
        return memory.assumingMemoryBound(to: UInt8.self)
    }

    /// Makes room for `extra` more bytes.
    @inline(__always)
    public mutating func reserve(_ extra: Int) {
        if count + extra > capacity { grow(extra) }
    }

    @inline(never)
    private mutating func grow(_ extra: Int) {
        capacity = max(capacity * 2, count + extra)
        base = ByteBuffer.allocate(base, capacity)
    }

    /// Gives back the room that is left, if it is worth a call.
    mutating func shrink() {
        guard capacity - count > 64 else { return }
        capacity = max(count, 16)
        base = ByteBuffer.allocate(base, capacity)
    }

    /// Appends one byte.
    @inline(__always)
    public mutating func append(_ byte: UInt8) {
        reserve(1)
        base[count] = byte
        count += 1
    }

    /// Appends the UTF-8 of a literal.
    @inline(__always)
    public mutating func append(_ text: StaticString) {
        let size = text.utf8CodeUnitCount
        reserve(size)
        memcpy(base + count, text.utf8Start, size)
        count += size
    }

    /// Appends the UTF-8 of a text.
    public mutating func append(_ text: String) {
        var text = text
        text.withUTF8 { append($0) }
    }

    /// Appends bytes.
    public mutating func append(_ bytes: UnsafeBufferPointer<UInt8>) {
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
        reserve(bytes.count)
        memcpy(base + count, start, bytes.count)
        count += bytes.count
    }

    /// Lets `body` fill up to `size` bytes at the end; it returns how many it wrote.
    public mutating func append(upTo size: Int, _ body: (UnsafeMutablePointer<UInt8>) -> Int) {
        reserve(size)
        count += body(base + count)
    }

    /// Forgets the bytes and keeps the memory.
    public mutating func removeAll() { count = 0 }

    /// Reads the bytes.
    public borrowing func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        try body(UnsafeBufferPointer(start: base, count: count))
    }

    /// The bytes as text; what is not UTF-8 is replaced.
    public var text: String { withBytes { String(decoding: $0, as: UTF8.self) } }

    /// Gives the memory away; whoever takes it calls `free`.
    consuming func release() -> (memory: UnsafeMutablePointer<UInt8>, count: Int) {
        let result = (base, count)
        discard self
        return result
    }
}
