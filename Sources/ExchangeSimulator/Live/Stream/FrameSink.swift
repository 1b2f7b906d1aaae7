import Transport

/// What a simulated exchange sends on one WebSocket: whole frames as they go over the wire, many in one buffer, and how it ends.
public struct FrameSink: ~Copyable {
    /// How a connection ends.
    public enum End: Sendable, Hashable {
        /// With a close frame.
        case close(code: Int, reason: String)
        /// The connection breaks.
        case cut
    }

    /// The bytes to send.
    public private(set) var bytes: ByteBuffer
    /// How many frames there are.
    public private(set) var frames = 0
    /// How the connection ends after the bytes, if it does.
    public private(set) var end: End?
    private var scratch = ByteBuffer(capacity: 1024)
    /// Whether the next frame is sent by half, and then the connection is cut.
    var halves = false
    /// Where payloads lie, for readers in tests.
    private var marks: [Range<Int>] = []

    /// Creates an empty sink.
    public init() {
        bytes = ByteBuffer(capacity: 1 << 14)
    }

    /// Adds a text frame whose payload `write` appends.
    @inline(__always)
    mutating func text(_ write: (inout ByteBuffer) -> Void) {
        guard end == nil else { return }
        scratch.removeAll()
        write(&scratch)
        header(0x81, scratch.count)
        if halves {
            scratch.withBytes { bytes.append(UnsafeBufferPointer(rebasing: $0[..<($0.count / 2)])) }
            end = .cut
            return
        }
        let start = bytes.count
        scratch.withBytes { bytes.append($0) }
        marks.append(start..<bytes.count)
        frames += 1
    }

    /// Ends the connection; what is added afterwards is dropped.
    mutating func finish(_ end: End) {
        if self.end == nil { self.end = end }
    }

    /// The header of a whole, unmasked frame (RFC 6455, section 5.2).
    @inline(__always)
    private mutating func header(_ first: UInt8, _ count: Int) {
        bytes.append(first)
        if count < 126 {
            bytes.append(UInt8(count))
        } else if count < 65_536 {
            bytes.append(UInt8(126))
            bytes.append(UInt8(count >> 8))
            bytes.append(UInt8(count & 0xFF))
        } else {
            bytes.append(UInt8(127))
            for shift in stride(from: 56, through: 0, by: -8) { bytes.append(UInt8(truncatingIfNeeded: count >> shift)) }
        }
    }

    /// Forgets what was sent.
    public mutating func removeAll() {
        bytes.removeAll()
        marks.removeAll(keepingCapacity: true)
        frames = 0
    }

    /// Takes the bytes out.
    public mutating func take() -> ByteBuffer {
        var taken = ByteBuffer(capacity: 1 << 14)
        swap(&taken, &bytes)
        marks.removeAll(keepingCapacity: true)
        frames = 0
        return taken
    }

    /// Calls `body` with the payload of each whole text frame.
    public borrowing func forEachText(_ body: (UnsafeRawBufferPointer) -> Void) {
        bytes.withBytes { all in
            for mark in marks { body(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: all[mark]))) }
        }
    }
}
