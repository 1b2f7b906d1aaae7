import Glibc

/// A frame on its way to a client: whole, unmasked, its payload shared.
struct OutgoingFrame: Sendable {
    /// What a frame carries; the raw value is the first byte of its header.
    enum Kind: UInt8 {
        case text = 0x81
        case binary = 0x82
        case ping = 0x89
        /// The bytes are sent as they are.
        case unframed = 0
    }

    let kind: Kind
    let bytes: SharedBytes

    /// How many bytes the header has.
    var headerSize: Int {
        if kind == .unframed { return 0 }
        return bytes.count < 126 ? 2 : bytes.count < 65536 ? 4 : 10
    }

    /// Header and payload together.
    var size: Int { headerSize + bytes.count }

    /// The longest header.
    static let headerRoom = 10

    /// Writes the header (RFC 6455, section 5.2) to memory with ``headerRoom`` bytes.
    func writeHeader(to memory: UnsafeMutablePointer<UInt8>) {
        let count = UInt64(bytes.count)
        switch headerSize {
        case 0: return
        case 2: memory[1] = UInt8(truncatingIfNeeded: count)
        case 4:
            memory[1] = 126
            for index in 0..<2 { memory[2 + index] = UInt8(truncatingIfNeeded: count >> (8 - 8 * UInt64(index))) }
        default:
            memory[1] = 127
            for index in 0..<8 { memory[2 + index] = UInt8(truncatingIfNeeded: count >> (56 - 8 * UInt64(index))) }
        }
        memory[0] = kind.rawValue
    }
}

/// Frames in the order in which they are sent, the first perhaps in part.
struct FrameQueue {
    private var frames: [OutgoingFrame] = []
    private var head = 0
    /// How many bytes of the first frame have been sent.
    private var offset = 0

    var isEmpty: Bool { head == frames.count }

    mutating func append(_ frame: OutgoingFrame) { frames.append(frame) }

    mutating func append(_ more: [OutgoingFrame]) { frames += more }

    /// Drops all but what is left of a frame that has begun, and returns how many bytes that were.
    mutating func dropUnbegun() -> Int {
        let keeps = offset > 0 && head < frames.count ? head + 1 : head
        let dropped = frames[keeps...].reduce(0) { $0 + $1.size }
        frames.removeSubrange(keeps...)
        return dropped
    }

    /// Lists the next pieces to send.
    ///
    /// - Parameters:
    ///   - pieces: room for two a frame.
    ///   - headers: room for ``OutgoingFrame/headerRoom`` bytes a frame.
    /// - Returns: how many pieces there are, of at most `limit` frames.
    func fill(
        _ pieces: UnsafeMutablePointer<iovec>, headers: UnsafeMutablePointer<UInt8>, limit: Int
    ) -> Int {
        var count = 0
        var skip = offset
        for (slot, index) in (head..<min(frames.count, head + limit)).enumerated() {
            let frame = frames[index]
            let header = headers + slot * OutgoingFrame.headerRoom
            frame.writeHeader(to: header)
            if skip < frame.headerSize {
                pieces[count] = iovec(iov_base: header + skip, iov_len: frame.headerSize - skip)
                count += 1
                skip = 0
            } else {
                skip -= frame.headerSize
            }
            if skip < frame.bytes.count {
                pieces[count] = iovec(
                    iov_base: UnsafeMutablePointer(mutating: frame.bytes.pointer + skip), iov_len: frame.bytes.count - skip)
                count += 1
            }
            skip = 0
        }
        return count
    }

    /// Forgets bytes that have been sent.
    mutating func consume(_ count: Int) {
        offset += count
        while head < frames.count, offset >= frames[head].size {
            offset -= frames[head].size
            head += 1
        }
        if head == frames.count {
            frames.removeAll(keepingCapacity: frames.capacity <= 1024)
            head = 0
        } else if head > 256, head * 2 > frames.count {
            frames.removeSubrange(..<head)
            head = 0
        }
    }
}
