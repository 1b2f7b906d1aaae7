import CISAL

/// Unpacks one deflate stream after another out of a file, with flat memory.
///
/// Not thread-safe: one thread at a time. The ISA-L state and the input buffer live as long as the object, so their addresses, which ISA-L
/// keeps between calls, stay valid.
final class Inflater {
    private let file: ArchiveHandle
    private let state: UnsafeMutablePointer<inflate_state>
    private let input: UnsafeMutableRawBufferPointer
    private let end: Int
    private var position: Int

    /// - Parameter range: where packed bytes stand in the file; reading past it is an error.
    init(_ file: ArchiveHandle, range: Range<Int>, format: Int32) {
        self.file = file
        position = range.lowerBound
        end = range.upperBound
        state = .allocate(capacity: 1)
        input = .allocate(byteCount: 256 << 10, alignment: 64)
        isal_inflate_init(state)
        self.format = UInt32(format)
        state.pointee.crc_flag = self.format
        state.pointee.avail_in = 0
    }

    deinit {
        state.deallocate()
        input.deallocate()
    }

    private let format: UInt32

    /// Where in the file the next unused packed byte stands.
    var consumed: Int { position - Int(state.pointee.avail_in) - Int(max(0, state.pointee.read_in_length) / 8) }

    /// Whether the current stream has been unpacked to its end.
    var isFinished: Bool { state.pointee.block_state == ISAL_BLOCK_FINISH }

    /// Unpacks into `buffer` until it is full or the stream ends, and returns how many bytes it got.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
        var done = 0
        while done < buffer.count, !isFinished {
            if state.pointee.avail_in == 0 { try refill() }
            let room = min(buffer.count - done, 1 << 30)
            state.pointee.next_out = buffer.baseAddress.map { ($0 + done).assumingMemoryBound(to: UInt8.self) }
            state.pointee.avail_out = UInt32(room)
            let before = state.pointee.avail_in
            let status = isal_inflate(state)
            let got = room - Int(state.pointee.avail_out)
            done += got
            guard status == ISAL_DECOMP_OK || status == ISAL_END_INPUT || status == ISAL_OUT_OVERFLOW else { throw failure(status) }
            if got == 0, !isFinished, state.pointee.avail_in == before, before > 0 { throw failure(ISAL_INVALID_BLOCK) }
            if !isFinished, state.pointee.avail_in == 0, position == end, got == 0 {
                throw ArchiveError(.damaged, file.path, "is cut short: its packed data ends too early; fetch it again")
            }
        }
        return done
    }

    /// Starts on the next stream, which follows in the file.
    func restart() {
        // What ISA-L has read ahead belongs to the next stream: hand it back by position.
        let next = consumed
        isal_inflate_reset(state)
        state.pointee.crc_flag = format
        state.pointee.avail_in = 0
        state.pointee.read_in = 0
        state.pointee.read_in_length = 0
        position = next
    }

    private func refill() throws {
        guard position < end else { return }
        let wanted = min(input.count, end - position)
        let got = try file.read(into: UnsafeMutableRawBufferPointer(rebasing: input[..<wanted]), at: position)
        guard got == wanted else { throw ArchiveError(.damaged, file.path, "is cut short; fetch it again") }
        position += got
        state.pointee.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
        state.pointee.avail_in = UInt32(got)
    }

    private func failure(_ status: Int32) -> ArchiveError {
        let reason =
            switch status {
            case ISAL_INCORRECT_CHECKSUM: "its contents do not match their checksum"
            case ISAL_UNSUPPORTED_METHOD: "it uses a packing method that gzip does not have"
            case ISAL_INVALID_WRAPPER: "its gzip header is invalid"
            default: "its packed data is invalid"
            }
        return ArchiveError(.damaged, file.path, "is damaged: \(reason); fetch it again")
    }
}
