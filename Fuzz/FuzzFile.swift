import Glibc

/// A file in memory that holds the fuzzer's input under a path.
enum FuzzFile {
    private static let descriptor: CInt = {
        let path = "/dev/shm/millrace-fuzz-\(getpid())"
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL, 0o600)
        precondition(descriptor >= 0, "cannot create \(path)")
        unlink(path)
        return descriptor
    }()

    static var path: String { "/proc/self/fd/\(descriptor)" }

    static func write(_ bytes: some Collection<UInt8>) {
        ftruncate(descriptor, 0)
        var done = 0
        let copy = Array(bytes)
        while done < copy.count {
            let count = copy[done...].withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, off_t(done)) }
            precondition(count > 0)
            done += count
        }
    }
}
