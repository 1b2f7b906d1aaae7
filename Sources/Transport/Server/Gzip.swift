import CISAL
import Glibc

/// gzip as HTTP's content coding, by ISA-L's fastest level.
enum Gzip {
    /// The bytes as one gzip member, or nil if that would not be smaller.
    ///
    /// - Complexity: O(count), at more than a gigabyte a second.
    static func compress(_ bytes: UnsafeBufferPointer<UInt8>) -> ByteBuffer? {
        // The stream's state is about 80 KB, too much for a worker's stack.
        let stream = UnsafeMutablePointer<isal_zstream>.allocate(capacity: 1)
        defer { stream.deallocate() }
        isal_deflate_stateless_init(stream)
        stream.pointee.gzip_flag = UInt16(IGZIP_GZIP)
        stream.pointee.end_of_stream = 1
        stream.pointee.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
        stream.pointee.avail_in = UInt32(bytes.count)
        var output = ByteBuffer(capacity: bytes.count)
        var status = COMP_OK
        output.append(upTo: bytes.count) { memory in
            stream.pointee.next_out = memory
            stream.pointee.avail_out = UInt32(bytes.count)
            status = isal_deflate_stateless(stream)
            return Int(stream.pointee.total_out)
        }
        guard status == COMP_OK else { return nil }
        return output
    }
}
