import COpenSSL

/// The hash of the protocol: it finds damage, and hides nothing.
package enum OpenDDigest {
    /// SHA-1 of some bytes, as it stands in the header of a frame.
    package static func sha1(_ bytes: ArraySlice<UInt8>) -> OpenDHash {
        var hash = OpenDHash()
        bytes.withUnsafeBytes { bytes in
            withUnsafeMutableBytes(of: &hash.words) { digest(bytes, sha1, into: $0, count: OpenDHash.size) }
        }
        return hash
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
