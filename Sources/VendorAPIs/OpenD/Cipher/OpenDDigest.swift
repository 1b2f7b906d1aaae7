import COpenSSL

/// The hashes of the protocol: they find damage and compare keys, and hide nothing.
package enum OpenDDigest {
    /// SHA-1 of some bytes, as it stands in the header of a frame: 20 bytes.
    package static func sha1(_ bytes: ArraySlice<UInt8>) -> [UInt8] { digest(bytes, sha1, count: 20) }

    /// MD5 of a text's UTF-8 as lower-case hexadecimal, as clients of the WebSocket send that of their key.
    package static func md5(hexadecimalOf text: String) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return digest(Array(text.utf8)[...], md5, count: 16).flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    /// Whether two hashes are the same, in a time that does not tell where they differ.
    package static func isEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        a.count == b.count && CRYPTO_memcmp(a, b, a.count) == 0
    }

    private static func digest(_ bytes: ArraySlice<UInt8>, _ algorithm: OpaquePointer?, count: Int) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: count)
        // OpenSSL reads as many bytes as it is told, and writes as many as the algorithm has, for which there is room.
        let made = bytes.withUnsafeBytes { EVP_Digest($0.baseAddress, $0.count, &digest, nil, algorithm, nil) }
        precondition(made == 1, "OpenSSL lacks a hash")
        return digest
    }

    // Fetched once: OpenSSL otherwise looks its providers through for every frame.
    // Unsafe only in name: OpenSSL never changes a fetched algorithm, and any thread may use it.
    private nonisolated(unsafe) static let sha1 = EVP_MD_fetch(nil, "SHA1", nil)
    private nonisolated(unsafe) static let md5 = EVP_MD_fetch(nil, "MD5", nil)
}
