import COpenSSL

/// A SHA-256 that is fed piece by piece.
///
/// Not Sendable: the OpenSSL context belongs to this object alone.
package final class SHA256 {
    private let context: OpaquePointer

    /// Starts a hash of nothing.
    package init() {
        guard let context = EVP_MD_CTX_new() else { fatalError("out of memory") }
        self.context = context
        EVP_DigestInit_ex(context, EVP_sha256(), nil)
    }

    deinit { EVP_MD_CTX_free(context) }

    /// Adds bytes.
    package func update(_ bytes: UnsafeRawBufferPointer) {
        EVP_DigestUpdate(context, bytes.baseAddress, bytes.count)
    }

    /// The hash of what was fed so far, in lower-case hexadecimal; more may follow.
    package func hexadecimal() -> String {
        let copy = SHA256()
        EVP_MD_CTX_copy_ex(copy.context, context)
        var digest = [UInt8](repeating: 0, count: 32)
        EVP_DigestFinal_ex(copy.context, &digest, nil)
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// The hash of a text's UTF-8, in lower-case hexadecimal.
    package static func hexadecimal(of text: String) -> String {
        let hash = SHA256()
        var text = text
        text.withUTF8 { hash.update(UnsafeRawBufferPointer($0)) }
        return hash.hexadecimal()
    }
}
