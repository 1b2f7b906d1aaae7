import Glibc

extension SHA256 {
    /// The hash of a file's bytes, in lower-case hexadecimal.
    ///
    /// - Parameter path: what the file is called in errors.
    /// - Complexity: O(bytes)
    static func hexadecimal(of descriptor: Int32, _ path: String) throws(LakeError) -> String {
        let hash = SHA256()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 64)
        defer { buffer.deallocate() }
        var offset: off_t = 0
        while true {
            let count = pread(descriptor, buffer.baseAddress, buffer.count, offset)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileSystem.failure(path) }
            if count == 0 { return hash.hexadecimal() }
            hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
            offset += off_t(count)
        }
    }
}
