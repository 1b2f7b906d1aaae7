import CParquet
import Glibc

/// The file under a tape writer: buffers, hashes and writes.
///
/// Not Sendable: only the writer's appending thread uses it.
final class TapeSink {
    private let descriptor: Int32
    private let hash = SHA256()
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
    private var filled = 0
    private(set) var written = 0
    /// The errno that ended the writing, or 0.
    private(set) var failure: Int32 = 0

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { buffer.deallocate() }

    func write(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        if filled + bytes.count > buffer.count {
            let status = flush()
            if status != 0 { return status }
        }
        written += bytes.count
        if bytes.count > buffer.count { return put(bytes) }
        UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]).copyMemory(from: bytes)
        filled += bytes.count
        return 0
    }

    /// The hash of all bytes so far.
    func hexadecimal() -> String? {
        flush() == 0 ? hash.hexadecimal() : nil
    }

    func flush() -> Int32 {
        defer { filled = 0 }
        return put(UnsafeRawBufferPointer(rebasing: buffer[..<filled]))
    }

    private func put(_ bytes: UnsafeRawBufferPointer) -> Int32 {
        guard failure == 0 else { return failure }
        hash.update(bytes)
        failure = FileSystem.write(bytes, to: descriptor)
        return failure
    }

    /// The C library calls this with the sink as its context, on the thread that appends.
    static let callback: mr_tape_sink = { context, bytes, count in
        guard let context else { return EINVAL }
        let sink = Unmanaged<TapeSink>.fromOpaque(context).takeUnretainedValue()
        return sink.write(UnsafeRawBufferPointer(start: bytes, count: Int(count)))
    }
}
