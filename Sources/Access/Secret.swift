import COpenSSL
import Glibc

/// Keys in clear: how they are made, and what is kept of them.
///
/// A key carries 256 random bits, so two rounds of SHA-256 keep it as safe as a slow hash would: there is nothing to guess.
enum Secret {
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// A new key of a vendor, such as `oanor_live_` and 43 letters and digits.
    static func make(vendor: String) -> String {
        "\(vendor)_live_" + random(count: 43)
    }

    /// Letters and digits, each with equal chance.
    static func random(count: Int) -> String {
        var text: [UInt8] = []
        while text.count < count {
            let bytes = randomBytes(count: 64)
            // 248 = 4 × 62: bytes above would favour the first letters.
            for byte in bytes where byte < 248 && text.count < count { text.append(alphabet[Int(byte % 62)]) }
        }
        return String(decoding: text, as: UTF8.self)
    }

    /// Random bytes, at most 256.
    static func randomBytes(count: Int) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        precondition(getentropy(&bytes, count) == 0, "the kernel gives no random bytes")
        return bytes
    }

    /// SHA-256 of a text.
    static func hash(_ text: String) -> [UInt8] {
        var text = text
        return text.withUTF8 { hash(UnsafeRawBufferPointer($0)) }
    }

    /// SHA-256 of bytes.
    static func hash(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { hash($0) } }

    private static func hash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        var digest = [UInt8](repeating: 0, count: 32)
        precondition(EVP_Digest(bytes.baseAddress, bytes.count, &digest, nil, sha256, nil) == 1, "OpenSSL has no SHA-256")
        return digest
    }

    /// Fetched once: OpenSSL otherwise looks its providers through for every key, which takes longer than the hash.
    /// Unsafe only in name: OpenSSL never changes a fetched algorithm, and any thread may use it.
    private nonisolated(unsafe) static let sha256 = EVP_MD_fetch(nil, "SHA256", nil)

    /// Whether two hashes are the same, in a time that does not tell where they differ.
    static func equal(_ a: [UInt8], _ b: [UInt8]) -> Bool {
        a.count == b.count && CRYPTO_memcmp(a, b, a.count) == 0
    }
}
