import COpenSSL

/// Signs links that open one path to whoever has them, until they expire: HMAC-SHA256 of the path and the expiry.
///
///     let signer = try LinkSigner(store: store)
///     let signature = signer.sign(path: "/files/a", expires: now + 300)
///     signer.verify(path: "/files/a", expires: now + 300, signature: signature, now: now)     // .valid
///
/// The secret is kept in the catalogue: links outlive a restart, and two servers on one directory honour each other's.
public struct LinkSigner: Sendable {
    /// What becomes of a link.
    public enum Verdict: Sendable, Hashable {
        case valid
        /// It was good, and its time is over.
        case expired
        /// It was not signed here, or not like this.
        case bad
    }

    private let secret: [UInt8]

    /// Takes the store's secret for links, which is made at the first call.
    ///
    /// - Throws: `SQLiteError`.
    public init(store: KeyStore) throws {
        self.init(secret: try store.secret(named: "links"))
    }

    /// Signs with a given secret.
    public init(secret: [UInt8]) { self.secret = secret }

    /// The signature of a link: 64 lower-case hexadecimal digits.
    ///
    /// - Parameters:
    ///   - path: all that the link opens, whatever its form; what is not signed can be changed by anyone.
    ///   - expires: seconds since 1970-01-01 UTC.
    public func sign(path: String, expires: Int64) -> String {
        // A number has no line feed, so no other pair of expiry and path gives the same text.
        let text = Array("\(expires)\n\(path)".utf8)
        var code = [UInt8](repeating: 0, count: 32)
        var length: UInt32 = 0
        let made = HMAC(EVP_sha256(), secret, Int32(secret.count), text, text.count, &code, &length)
        precondition(made != nil && length == 32, "OpenSSL has no HMAC-SHA256")
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: code.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Judges a link, in a time that does not tell where a signature differs.
    ///
    /// - Parameter now: seconds since 1970-01-01 UTC; at `expires` the link has expired.
    public func verify(path: String, expires: Int64, signature: String, now: Int64) -> Verdict {
        guard Secret.equal(Array(signature.utf8), Array(sign(path: path, expires: expires).utf8)) else { return .bad }
        return now < expires ? .valid : .expired
    }
}
