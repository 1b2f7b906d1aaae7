import Glibc

/// How many files and sockets the process may have open.
enum OpenFiles {
    /// Raises the limit to what the system allows: a shell's usual 1024 is less than the connections that a server takes.
    static func raiseLimit() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
