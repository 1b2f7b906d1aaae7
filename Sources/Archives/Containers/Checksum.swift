import COpenSSL
import Pipeline

/// Verifies a file against the SHA-256 in the `.CHECKSUM` file that exchanges publish beside it.
///
/// The file is summed on a thread of its own while it is being read, since that takes about as long as parsing it.
struct Checksum: Sendable {
    private let path: String
    private let expected: String?
    private let actual = Condition<Result<String, ArchiveError>?>(nil)
    private let thread: JoinableThread?

    /// Looks for the `.CHECKSUM` file and, where there is one, begins to sum.
    ///
    /// - Throws: ``ArchiveError`` where there is one that holds no SHA-256.
    init(_ path: String) throws(ArchiveError) {
        self.path = path
        expected = try Checksum.expected(path)
        let actual = actual
        let sum: @Sendable () -> Void = {
            let result = Result { () throws(ArchiveError) in try Checksum.sha256(ArchiveHandle(path: path)) }
            actual.withLock { $0 = result }
        }
        thread = expected == nil ? nil : JoinableThread(sum)
        if expected != nil, thread == nil { sum() }
    }

    /// Waits for the sum; call it exactly once.
    ///
    /// - Throws: ``ArchiveError`` that names both sums where they differ.
    func verify() throws(ArchiveError) -> ChecksumState {
        guard let expected else { return .none }
        thread?.join()
        let actual = try actual.wait { $0 }.get()
        guard actual == expected else {
            throw ArchiveError(.checksum, path, "has SHA-256 \(actual), but its .CHECKSUM says \(expected); fetch both again")
        }
        return .verified
    }

    private static func expected(_ path: String) throws(ArchiveError) -> String? {
        guard let beside = try sumFile(path + ".CHECKSUM") else { return nil }
        let text = String(decoding: try beside.bytes(0..<min(beside.size, 4096)), as: UTF8.self)
        let expected = text.prefix { !$0.isWhitespace }.lowercased()
        guard expected.utf8.count == 64, expected.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else {
            throw ArchiveError(.checksum, beside.path, "does not begin with a SHA-256; fetch it again or remove it")
        }
        return expected
    }

    private static func sumFile(_ path: String) throws(ArchiveError) -> ArchiveHandle? {
        do throws(ArchiveError) {
            return try ArchiveHandle(path: path)
        } catch {
            if error.code == .missing { return nil }
            throw error
        }
    }

    private static func sha256(_ file: ArchiveHandle) throws(ArchiveError) -> String {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
            throw ArchiveError(.checksum, file.path, "cannot be summed: OpenSSL has no SHA-256")
        }
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { buffer.deallocate() }
        var position = 0
        while position < file.size {
            let got = try file.read(into: buffer, at: position)
            guard got > 0 else { throw ArchiveError(.damaged, file.path, "became shorter while it was read; fetch it again") }
            EVP_DigestUpdate(context, buffer.baseAddress, got)
            position += got
        }
        var digest = [UInt8](repeating: 0, count: 32)
        EVP_DigestFinal_ex(context, &digest, nil)
        let hex = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [hex[Int($0 >> 4)], hex[Int($0 & 15)]] }, as: UTF8.self)
    }
}
