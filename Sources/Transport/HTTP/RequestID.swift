import Glibc

/// The identity of a request: a random UUID, version 4, written where it is needed.
public struct RequestID: Sendable, Hashable, CustomStringConvertible {
    let high: UInt64
    let low: UInt64

    /// Creates an id from 128 bits, whatever their version.
    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Creates an id from 128 random bits, with version and variant set as RFC 9562 wants them.
    init(random high: UInt64, _ low: UInt64) {
        self.init(high: high & ~0xf000 | 0x4000, low: low & ~(0xc << 60) | (0x8 << 60))
    }

    /// A new id from the system's generator.
    public static func random() -> RequestID {
        var words = RandomWords()
        return words.nextID()
    }

    /// The 36 characters.
    public var description: String {
        var buffer = ByteBuffer(capacity: 36)
        buffer.append(self)
        return buffer.text
    }
}

/// Random words from the kernel's generator, fetched 32 at a time: a system call for 16 ids.
struct RandomWords {
    private var words: [UInt64] = []

    mutating func nextID() -> RequestID {
        if words.count < 2 { refill() }
        return RequestID(random: words.removeLast(), words.removeLast())
    }

    private mutating func refill() {
        words = Array(repeating: 0, count: 32)
        words.withUnsafeMutableBytes { bytes in
            // 256 bytes is the most that one call gives; the kernel documents no failure for it but a missing system call.
            precondition(getentropy(bytes.baseAddress, bytes.count) == 0, "the kernel gives no random bytes")
        }
    }
}

extension RequestID {
    /// Writes the 36 characters and a NUL.
    func write(to text: UnsafeMutableBufferPointer<CChar>) {
        var position = 0
        for index in 0..<32 {
            if index == 8 || index == 12 || index == 16 || index == 20 {
                text[position] = 0x2d
                position += 1
            }
            let word = index < 16 ? high : low
            let digit = CChar(truncatingIfNeeded: word >> UInt64(60 - index % 16 * 4) & 15)
            text[position] = digit < 10 ? digit + 48 : digit + 87
            position += 1
        }
        text[position] = 0
    }
}

extension ByteBuffer {
    /// Appends the 36 characters of an id.
    public mutating func append(_ id: RequestID) {
        // The NUL goes into memory that the next byte overwrites.
        append(upTo: 37) { memory in
            memory.withMemoryRebound(to: CChar.self, capacity: 37) {
                id.write(to: UnsafeMutableBufferPointer(start: $0, count: 37))
            }
            return 36
        }
    }
}
