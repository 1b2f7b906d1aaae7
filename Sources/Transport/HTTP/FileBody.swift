import Glibc

/// An open file as the body of a response: sent by the kernel, in whole or in part, and validated by its entity tag.
public final class FileBody: @unchecked Sendable {
    // `@unchecked Sendable`: a file body belongs to one response, which one thread makes and sends.
    private var descriptor: Int32
    /// The file's size when it was opened.
    public let size: Int
    /// The bytes to send.
    var sending: Range<Int>
    /// A validator: a strong one that changes when the file is replaced or written, or the one it was opened with.
    public let entityTag: String
    /// When the file was last written: seconds since 1970-01-01 UTC.
    public let modified: Int64

    /// Opens a regular file.
    ///
    /// - Parameter entityTag: what tells this content from others, where the file is only one form of it.
    /// - Throws: ``Failure`` 404 if there is no such regular file, 500 if it cannot be opened.
    public init(path: String, entityTag: String? = nil) throws(Failure) {
        let opened = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard opened >= 0 else { throw Failure(errno == ENOENT || errno == ENOTDIR ? .notFound : .internalError) }
        var status = stat()
        guard fstat(opened, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
            close(opened)
            throw Failure(.notFound)
        }
        descriptor = opened
        size = Int(status.st_size)
        sending = 0..<size
        modified = Int64(status.st_mtim.tv_sec)
        let nanoseconds = UInt64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ UInt64(status.st_mtim.tv_nsec)
        self.entityTag =
            entityTag
            ?? "\"\(String(nanoseconds, radix: 16))-\(String(status.st_size, radix: 16))-\(String(status.st_ino, radix: 16))\""
    }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Gives the descriptor away; whoever takes it closes it.
    func release() -> Int32 {
        defer { descriptor = -1 }
        return descriptor
    }
}
