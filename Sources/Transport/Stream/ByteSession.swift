/// One side of a byte protocol over a connection: bytes and the time come in, bytes go out. It knows no socket.
///
/// A ``StreamListener`` makes one for each connection and calls it on one thread.
public protocol ByteSession {
    /// When the connection ends if nothing changes this, in nanoseconds of ``StreamTime/nanoseconds``.
    var deadline: Int64 { get }

    /// Bytes have come, or there is room again for what goes out.
    ///
    /// What is not consumed is given again, with what has come behind it. A session stops between two messages once the output
    /// ``StreamOutput/isFull``: it is called again when that has been sent.
    ///
    /// - Returns: how many bytes have been dealt with, from the first on.
    mutating func receive(_ bytes: ArraySlice<UInt8>, at time: StreamTime, into output: inout StreamOutput) -> Int
}

/// A moment by both clocks.
public struct StreamTime: Sendable, Hashable {
    /// Nanoseconds of a clock that nobody sets.
    public var nanoseconds: Int64
    /// Microseconds since 1970-01-01 UTC.
    public var microseconds: Int64

    /// Creates a moment.
    public init(nanoseconds: Int64, microseconds: Int64) {
        self.nanoseconds = nanoseconds
        self.microseconds = microseconds
    }
}

/// What a session has for its peer.
public struct StreamOutput: Sendable {
    /// The bytes, in the order in which they are sent. A session only changes what it has appended itself.
    public var bytes: [UInt8] = []
    /// Whether the connection ends once they have been sent.
    public private(set) var isClosing = false

    /// Creates an empty output.
    public init() {}

    /// Whether so much waits that the rest had better wait where it comes from.
    public var isFull: Bool { bytes.count >= 1 << 18 }

    /// Adds bytes.
    public mutating func append(_ more: some Collection<UInt8>) { bytes.append(contentsOf: more) }

    /// Ends the connection behind the bytes.
    public mutating func close() { isClosing = true }

    /// Forgets everything; the memory is kept, unless it is a lot.
    mutating func clear() {
        bytes.removeAll(keepingCapacity: bytes.capacity <= 1 << 20)
        isClosing = false
    }
}
