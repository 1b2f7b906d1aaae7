import CISAL

/// Compresses one block of a stream by ISA-L, by itself: it refers to nothing before it, so that threads can compress side by side and the
/// blocks can be put end to end.
///
/// What comes out depends on the processor's instruction set; what it inflates to does not.
enum Deflate {
    /// The deflate blocks of `text`, ended at a byte; with `last` they also end the stream.
    static func block(_ text: [UInt8], last: Bool) -> [UInt8] {
        let stream = UnsafeMutablePointer<isal_zstream>.allocate(capacity: 1)
        let workspace = UnsafeMutablePointer<UInt8>.allocate(capacity: workspaceSize)
        defer {
            stream.deallocate()
            workspace.deallocate()
        }
        isal_deflate_init(stream)
        stream.pointee.level = 1
        stream.pointee.level_buf = workspace
        stream.pointee.level_buf_size = UInt32(workspaceSize)
        stream.pointee.flush = UInt16(FULL_FLUSH)
        stream.pointee.end_of_stream = last ? 1 : 0
        // Deflate never grows a text by more than 5 bytes in 64 KB; a flush adds a few more.
        let room = text.count + text.count / 1000 + 4096
        return text.withUnsafeBufferPointer { input in
            Array(unsafeUninitializedCapacity: room) { output, count in
                // ISA-L reads through a pointer that C declares without const; it does not write to it.
                stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
                stream.pointee.avail_in = UInt32(input.count)
                stream.pointee.next_out = output.baseAddress
                stream.pointee.avail_out = UInt32(room)
                let status = isal_deflate(stream)
                precondition(status == COMP_OK && stream.pointee.avail_in == 0 && stream.pointee.avail_out > 0, "deflate ran out of room")
                count = room - Int(stream.pointee.avail_out)
            }
        }
    }

    /// More than any level of ISA-L asks for.
    private static let workspaceSize = 1 << 20

    /// The CRC-32 of zip and gzip, continued from `crc`.
    static func crc(_ bytes: [UInt8], from crc: UInt32) -> UInt32 {
        bytes.withUnsafeBufferPointer { crc32_gzip_refl(crc, $0.baseAddress, UInt64($0.count)) }
    }
}
