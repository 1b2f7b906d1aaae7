import COpenSSL

/// The hashes of the protocol: they find damage and compare keys, and hide nothing.
package enum OpenDDigest {
    /// SHA-1 of some bytes, as it stands in the header of a frame.
    package static func sha1(_ bytes: ArraySlice<UInt8>) -> OpenDHash {
        var hash = OpenDHash()
        bytes.withUnsafeBytes { bytes in
            withUnsafeMutableBytes(of: &hash.words) { digest(bytes, sha1, into: $0, count: OpenDHash.size) }
        }
        return hash
    }

    /// MD5 of a text's UTF-8 as lower-case hexadecimal, as clients of the WebSocket send that of their key.
    package static func md5(hexadecimalOf text: String) -> [UInt8] {
        var hash = [UInt8](repeating: 0, count: 16)
        Array(text.utf8).withUnsafeBytes { bytes in hash.withUnsafeMutableBytes { digest(bytes, md5, into: $0, count: 16) } }
        let digits = Array("0123456789abcdef".utf8)
        return hash.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }
    }

    /// Whether two hashes are the same, in a time that does not tell where they differ.
    package static func isEqual(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        a.count == b.count && CRYPTO_memcmp(a, b, a.count) == 0
    }

    /// OpenSSL reads as many bytes as it is told, and writes as many as the algorithm has, `count`, for which there has to be room.
    private static func digest(
        _ bytes: UnsafeRawBufferPointer, _ algorithm: OpaquePointer?, into target: UnsafeMutableRawBufferPointer, count: Int
    ) {
        precondition(target.count >= count, "no room for a hash")
        let made = EVP_Digest(
            bytes.baseAddress, bytes.count, target.baseAddress?.assumingMemoryBound(to: UInt8.self), nil, algorithm, nil)
        precondition(made == 1, "OpenSSL lacks a hash")
    }

    // Fetched once: OpenSSL otherwise looks its providers through for every frame.
    // Unsafe only in name: OpenSSL never changes a fetched algorithm, and any thread may use it.
    private nonisolated(unsafe) static let sha1 = EVP_MD_fetch(nil, "SHA1", nil)
    private nonisolated(unsafe) static let md5 = EVP_MD_fetch(nil, "MD5", nil)
}

/// A SHA-1: 20 bytes, without memory of its own.
package struct OpenDHash: Sendable, Hashable {
    /// How many bytes it has.
    package static let size = 20

    /// The bytes in their order: words without a gap between them.
    fileprivate struct Words: Hashable {
        var first: UInt64 = 0
        var second: UInt64 = 0
        var third: UInt32 = 0
    }

    fileprivate var words = Words()

    fileprivate init() {}

    /// Reads a hash that stands somewhere in some bytes: there have to be 20 from `start` on.
    package init(_ bytes: ArraySlice<UInt8>, at start: Int) {
        withUnsafeMutableBytes(of: &words) { $0.copyBytes(from: bytes[start..<(start + OpenDHash.size)]) }
    }

    /// Writes the hash over 20 bytes from `start` on.
    package func write(over bytes: inout [UInt8], at start: Int) {
        withUnsafeBytes(of: words) { hash in
            for place in 0..<OpenDHash.size { bytes[start + place] = hash[place] }
        }
    }
}
