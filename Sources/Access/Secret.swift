import COpenSSL
import Glibc

/// Keys in clear: how they are made, and what is kept of them.
///
/// A key carries 256 random bits, so one round of SHA-256 keeps it as safe as a slow hash would: there is nothing to guess.
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

    /// SHA-256 of a key.
    static func hash(_ key: String) -> [UInt8] {
        var key = key
        var digest = [UInt8](repeating: 0, count: 32)
        let status = key.withUTF8 { EVP_Digest($0.baseAddress, $0.count, &digest, nil, sha256, nil) }
        precondition(status == 1, "OpenSSL has no SHA-256")
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
