import COpenSSL

/// The RSA key that OpenD and its clients both have in a file: with it a connection's first message and its answer are encrypted, which tell
/// the key of all others.
public final class OpenDKey: @unchecked Sendable {
    // `@unchecked Sendable`: OpenSSL never changes the key after `init`, and every operation has a context of its own.
    private let key: OpaquePointer
    /// Bytes of a block on the wire, as a key of 1,024 bits has it.
    static let sealedBlock = 128
    /// Bytes of plain text in a block: what clients take, not what would fit.
    static let plainBlock = 100

    /// Reads a private key of 1,024 bits, in PEM as PKCS#1 or PKCS#8, without a password.
    ///
    /// - Throws: ``OpenDKeyError`` that says what to do.
    public init(pem: [UInt8]) throws(OpenDKeyError) {
        defer { ERR_clear_error() }
        // The bytes stay where they are until the key has been read; a password is never asked for.
        let read = pem.withUnsafeBytes { bytes -> OpaquePointer? in
            guard let source = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else { return nil }
            defer { BIO_free(source) }
            return PEM_read_bio_PrivateKey(source, nil, { _, _, _, _ in -1 }, nil)
        }
        guard let read else {
            throw OpenDKeyError("holds no private key in PEM without a password: make one with 'openssl genrsa -traditional 1024'")
        }
        key = read
        guard EVP_PKEY_is_a(read, "RSA") == 1 else {
            throw OpenDKeyError("is no RSA key: make one with 'openssl genrsa -traditional 1024'")
        }
        guard EVP_PKEY_get_size(read) == Int32(OpenDKey.sealedBlock) else {
            throw OpenDKeyError("has \(EVP_PKEY_get_bits(read)) bits: the vendors' clients read keys of 1024 bits only")
        }
    }

    deinit { EVP_PKEY_free(key) }

    /// Decrypts blocks of PKCS#1 v1.5 one after another; nil where one is no such block.
    package func open(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        guard !bytes.isEmpty, bytes.count % OpenDKey.sealedBlock == 0 else { return nil }
        return blocks(bytes, of: OpenDKey.sealedBlock, begin: EVP_PKEY_decrypt_init, run: EVP_PKEY_decrypt)
    }

    /// Encrypts bytes in blocks of PKCS#1 v1.5; nil where OpenSSL cannot.
    package func seal(_ bytes: [UInt8]) -> [UInt8]? {
        blocks(bytes[...], of: OpenDKey.plainBlock, begin: EVP_PKEY_encrypt_init, run: EVP_PKEY_encrypt)
    }

    private typealias Step = (OpaquePointer?, UnsafeMutablePointer<UInt8>?, UnsafeMutablePointer<Int>?, UnsafePointer<UInt8>?, Int) -> Int32

    private func blocks(_ bytes: ArraySlice<UInt8>, of size: Int, begin: (OpaquePointer?) -> Int32, run: Step) -> [UInt8]? {
        // What OpenSSL finds wrong with a stranger's bytes is not left for the thread's next user.
        defer { ERR_clear_error() }
        guard let context = EVP_PKEY_CTX_new(key, nil) else { return nil }
        defer { EVP_PKEY_CTX_free(context) }
        guard begin(context) == 1, EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 else { return nil }
        var result: [UInt8] = []
        var rest = bytes
        while !rest.isEmpty {
            let block = Array(rest.prefix(size))
            rest = rest.dropFirst(size)
            // A step writes at most as many bytes as the key has, which is what there is room for.
            var made = [UInt8](repeating: 0, count: OpenDKey.sealedBlock)
            var count = made.count
            guard run(context, &made, &count, block, block.count) == 1, count <= made.count else { return nil }
            result.append(contentsOf: made[..<count])
        }
        return result
    }
}

/// Why a file is no key for OpenD.
public struct OpenDKeyError: Error, Sendable, CustomStringConvertible {
    private let reason: String

    init(_ reason: String) { self.reason = reason }

    /// Reads on from the file's name.
    public var description: String { reason }
}
