import COpenSSL

/// What the client of a vendor shows of its key: the key itself, or what its protocol sends in place of it.
///
/// Only a hash of what is shown is kept, so a key is found by what comes, and the store's rows are the same for all vendors.
enum ShownKey {
    /// The vendors whose clients never send their key, but its MD5 in lower-case hexadecimal.
    private static let digested: Set<String> = ["opend"]

    /// What is shown of a vendor's key.
    ///
    /// MD5 weakens nothing here: there are no texts to choose and nothing to guess, since 128 of the key's 256 random bits come through it.
    static func text(_ key: String, vendor: String) -> String {
        digested.contains(vendor) ? md5(key) : key
    }

    private static func md5(_ key: String) -> String {
        var key = key
        var digest = [UInt8](repeating: 0, count: 16)
        let status = key.withUTF8 { EVP_Digest($0.baseAddress, $0.count, &digest, nil, EVP_md5(), nil) }
        precondition(status == 1, "OpenSSL has no MD5")
        let digits = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
