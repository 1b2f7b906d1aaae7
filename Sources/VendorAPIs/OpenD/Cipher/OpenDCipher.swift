import COpenSSL

/// How the messages after the first are encrypted: AES with 128 bits, each message by itself.
package struct OpenDCipher: Sendable {
    /// How the blocks of a message hang together.
    package enum Mode: Sendable, Hashable {
        /// CBC from the same 16 bytes on for every message, padded as PKCS#7 has it.
        case cbc(vector: [UInt8])
        /// The vendors' own: ECB padded with zeros, then a block of zeros in the clear whose last byte says how many bytes of the last
        /// block count; 0 if all do.
        case ftaes
    }

    private let key: [UInt8]
    private let mode: Mode
    private static let block = 16

    /// Creates a cipher.
    ///
    /// - Parameter key: 16 bytes, as a vector of ``Mode/cbc(vector:)`` is.
    package init(key: [UInt8], mode: Mode) {
        precondition(key.count == OpenDCipher.block, "a key of \(key.count) bytes")
        if case .cbc(let vector) = mode { precondition(vector.count == OpenDCipher.block, "a vector of \(vector.count) bytes") }
        self.key = key
        self.mode = mode
    }

    /// Encrypts a message; nil where OpenSSL cannot.
    package func seal(_ bytes: [UInt8]) -> [UInt8]? {
        switch mode {
        case .cbc(let vector): return run(bytes[...], OpenDCipher.cbc, vector, sealing: true, padding: true)
        case .ftaes:
            let last = bytes.count % OpenDCipher.block
            let padded = bytes + Array(repeating: 0, count: last == 0 ? 0 : OpenDCipher.block - last)
            guard let sealed = run(padded[...], OpenDCipher.ecb, nil, sealing: true, padding: false) else { return nil }
            return sealed + Array(repeating: 0, count: OpenDCipher.block - 1) + [UInt8(last)]
        }
    }

    /// Decrypts a message; nil where it cannot have been encrypted so.
    package func open(_ bytes: ArraySlice<UInt8>) -> [UInt8]? {
        guard !bytes.isEmpty, bytes.count % OpenDCipher.block == 0 else { return nil }
        switch mode {
        case .cbc(let vector): return run(bytes, OpenDCipher.cbc, vector, sealing: false, padding: true)
        case .ftaes:
            guard let last = bytes.last, last < OpenDCipher.block,
                var opened = run(bytes.dropLast(OpenDCipher.block), OpenDCipher.ecb, nil, sealing: false, padding: false)
            else { return nil }
            if last > 0 {
                guard !opened.isEmpty else { return nil }
                opened.removeLast(OpenDCipher.block - Int(last))
            }
            return opened
        }
    }

    private func run(_ bytes: ArraySlice<UInt8>, _ cipher: OpaquePointer?, _ vector: [UInt8]?, sealing: Bool, padding: Bool) -> [UInt8]? {
        defer { ERR_clear_error() }
        guard let context = EVP_CIPHER_CTX_new() else { return nil }
        defer { EVP_CIPHER_CTX_free(context) }
        guard EVP_CipherInit_ex2(context, cipher, key, vector, sealing ? 1 : 0, nil) == 1,
            EVP_CIPHER_CTX_set_padding(context, padding ? 1 : 0) == 1
        else { return nil }
        // OpenSSL writes at most one block more than it is given.
        var result = [UInt8](repeating: 0, count: bytes.count + OpenDCipher.block)
        var count: Int32 = 0
        var rest: Int32 = 0
        let done = result.withUnsafeMutableBufferPointer { result in
            bytes.withUnsafeBufferPointer { bytes in
                guard let target = result.baseAddress,
                    EVP_CipherUpdate(context, target, &count, bytes.baseAddress, Int32(clamping: bytes.count)) == 1
                else { return false }
                return EVP_CipherFinal_ex(context, target + Int(count), &rest) == 1
            }
        }
        guard done else { return nil }
        result.removeLast(result.count - Int(count) - Int(rest))
        return result
    }

    // Unsafe only in name: OpenSSL never changes a fetched algorithm, and any thread may use it.
    private nonisolated(unsafe) static let cbc = EVP_CIPHER_fetch(nil, "AES-128-CBC", nil)
    private nonisolated(unsafe) static let ecb = EVP_CIPHER_fetch(nil, "AES-128-ECB", nil)
}
