import COpenSSL
import Glibc

/// A file in the making: written under another name, given its own when it is whole, so that nobody ever sees half of it.
///
/// Owned by one writer at a time (see ``ArchiveSimulation``); not Sendable on purpose.
struct OutputFile: ~Copyable {
    let path: String
    private let temporary: String
    private let descriptor: Int32
    private var finished = false

    init(path: String) throws(SimulationError) {
        self.path = path
        temporary = path + ".partial"
        descriptor = open(temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw SimulationError.system("cannot create \(temporary)") }
    }

    deinit {
        close(descriptor)
        if !finished { unlink(temporary) }
    }

    /// Appends bytes.
    func append(_ bytes: [UInt8]) throws(SimulationError) {
        var done = 0
        while done < bytes.count {
            let written = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress?.advanced(by: done), $0.count - done) }
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw SimulationError.system("cannot write \(temporary)") }
            done += written
        }
    }

    /// Puts bytes at the start of the file.
    func overwriteStart(_ bytes: [UInt8]) throws(SimulationError) {
        let written = bytes.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        guard written == bytes.count else { throw SimulationError.system("cannot write \(temporary)") }
    }

    /// The SHA-256 of what was written, in lower-case hexadecimal digits.
    func sha256() throws(SimulationError) -> String {
        guard let context = EVP_MD_CTX_new() else { throw SimulationError("out of memory") }
        defer { EVP_MD_CTX_free(context) }
        EVP_DigestInit_ex(context, EVP_sha256(), nil)
        var buffer = [UInt8](repeating: 0, count: 1 << 18)
        var offset = 0
        while true {
            let count = buffer.withUnsafeMutableBytes { pread(descriptor, $0.baseAddress, $0.count, offset) }
            guard count >= 0 else { throw SimulationError.system("cannot read \(temporary)") }
            if count == 0 { break }
            EVP_DigestUpdate(context, buffer, count)
            offset += count
        }
        var digest = [UInt8](repeating: 0, count: 32)
        EVP_DigestFinal_ex(context, &digest, nil)
        let hex = Array("0123456789abcdef".utf8)
        return String(decoding: digest.flatMap { [hex[Int($0 >> 4)], hex[Int($0 & 15)]] }, as: UTF8.self)
    }

    /// Gives the file its name.
    mutating func finish() throws(SimulationError) {
        guard rename(temporary, path) == 0 else { throw SimulationError.system("cannot rename \(temporary)") }
        finished = true
    }
}
