import Glibc

/// The right to write to a data directory; one process at a time has it, until it lets go or dies.
///
/// Not copied: the lock ends with the value.
package struct LakeLock: ~Copyable {
    private let descriptor: Int32

    /// Takes the lock, or returns nil at once if somebody else has it.
    package init?(directory: String) throws(LakeError) {
        let descriptor = try FileSystem.open(directory + "/import.lock", O_RDWR | O_CREAT)
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            let code = errno
            close(descriptor)
            if code == EWOULDBLOCK { return nil }
            throw FileSystem.failure(directory + "/import.lock", code)
        }
        self.descriptor = descriptor
    }

    deinit {
        // A child that another thread is just starting has the descriptor too: closing ours alone would leave the lock with it for a moment.
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }
}
