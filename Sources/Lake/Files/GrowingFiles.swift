import Glibc
import Synchronization

/// Files that grow in a folder of their own until they are renamed, each locked by its writer: what nobody has locked was left behind by a
/// process that ended, and goes when the folder is opened next.
final class GrowingFiles: Sendable {
    private let folder: String
    private let serial = Atomic<Int>(0)

    init(in folder: String) {
        self.folder = folder
        for name in FileSystem.names(in: folder) { GrowingFiles.removeAbandoned(folder + "/" + name) }
    }

    /// An empty file, locked as long as the descriptor is open, which the caller closes.
    func make() throws(LakeError) -> (path: String, descriptor: Int32) {
        // A folder that is lost with the power takes nothing along that could not be made again.
        try FileSystem.makeDirectory(folder, durably: false)
        while true {
            let path = "\(folder)/\(getpid())-\(serial.add(1, ordering: .relaxed).newValue)"
            let descriptor = try FileSystem.open(path, O_RDWR | O_CREAT)
            // Whoever cleans up may have been faster than the lock.
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0, FileIdentity(path: path) == FileIdentity(descriptor: descriptor) {
                ftruncate(descriptor, 0)
                return (path, descriptor)
            }
            close(descriptor)
        }
    }

    private static func removeAbandoned(_ path: String) {
        guard let descriptor = try? FileSystem.open(path, O_RDONLY | O_NONBLOCK) else { return }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { FileSystem.remove(path) }
    }
}
