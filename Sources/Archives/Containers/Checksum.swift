import COpenSSL

/// Verifies a file against the SHA-256 in the `.CHECKSUM` file that exchanges publish beside it.
enum Checksum {
    /// - Throws: ``ArchiveError`` that names both sums where they differ.
    static func verify(_ path: String) throws(ArchiveError) -> ChecksumState {
        guard let beside = try sumFile(path + ".CHECKSUM") else { return .none }
        let text = String(decoding: try beside.bytes(0..<min(beside.size, 4096)), as: UTF8.self)
        let expected = text.prefix { !$0.isWhitespace }.lowercased()
        guard expected.utf8.count == 64, expected.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else {
            throw ArchiveError(.checksum, beside.path, "does not begin with a SHA-256; fetch it again or remove it")
        }
        let actual = try sha256(try ArchiveHandle(path: path))
        guard actual == expected else {
            throw ArchiveError(.checksum, path, "has SHA-256 \(actual), but its .CHECKSUM says \(expected); fetch both again")
        }
        return .verified
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
