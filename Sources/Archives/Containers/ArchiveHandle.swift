import Glibc

/// An open file, read by position only, so that threads can share it.
final class ArchiveHandle: Sendable {
    let path: String
    let size: Int
    private let descriptor: Int32

    /// Opens a regular file for reading.
    init(path: String) throws(ArchiveError) {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw ArchiveHandle.failure(path, errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw ArchiveHandle.failure(path, code)
        }
        if let reason = ArchiveHandle.objection(to: status) {
            close(descriptor)
            throw ArchiveError(.unreadable, path, reason)
        }
        self.path = path
        self.descriptor = descriptor
        size = Int(status.st_size)
    }

    deinit { close(descriptor) }

    /// Tells the kernel that the file will be read from front to back.
    func expectSequentialReads() {
        posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL)
    }

    /// Fills `buffer` from `offset` on, as far as the file goes, and returns how many bytes it got.
    func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int) throws(ArchiveError) -> Int {
        var done = 0
        while done < buffer.count {
            guard let target = buffer.baseAddress else { break }
            let count = pread(descriptor, target + done, buffer.count - done, off_t(offset + done))
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                throw ArchiveHandle.failure(path, errno)
            }
            done += count
        }
        return done
    }

    /// The bytes `range` of the file, all of them or an error.
    func bytes(_ range: Range<Int>) throws(ArchiveError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: range.count)
        var got = 0
        do {
            try bytes.withUnsafeMutableBytes { got = try read(into: $0, at: range.lowerBound) }
        } catch let error as ArchiveError {
            throw error
        } catch {
            throw ArchiveError(.unreadable, path, "cannot be read: \(error)")
        }
        guard got == range.count else { throw ArchiveError(.damaged, path, "is cut short; fetch it again") }
        return bytes
    }

    private static func objection(to status: stat) -> String? {
        switch status.st_mode & S_IFMT {
        case S_IFDIR: "is a directory; name the files in it"
        case S_IFREG: status.st_size == 0 ? "is empty (0 bytes); fetch it again" : nil
        default: "is not a regular file; save it to disk first"
        }
    }

    private static func failure(_ path: String, _ code: Int32) -> ArchiveError {
        switch code {
        case ENOENT, ENOTDIR: ArchiveError(.missing, path, "does not exist; check the path")
        case EACCES, EPERM: ArchiveError(.unreadable, path, "may not be read by this user; change its permissions")
        default: ArchiveError(.unreadable, path, "cannot be read: \(String(cString: strerror(code)))")
        }
    }
}
