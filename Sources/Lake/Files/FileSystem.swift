import Glibc

/// The few file operations of the lake, with errors that name the file.
enum FileSystem {
    /// Opens a file.
    static func open(_ path: String, _ flags: Int32) throws(LakeError) -> Int32 {
        while true {
            let descriptor = Glibc.open(path, flags | O_CLOEXEC, 0o644)
            if descriptor >= 0 { return descriptor }
            if errno != EINTR { throw failure(path) }
        }
    }

    /// Makes a directory and those above it, where missing.
    ///
    /// - Parameter durably: whether the new entries must survive a power loss as the files in them do.
    static func makeDirectory(_ path: String, durably: Bool = true) throws(LakeError) {
        if mkdir(path, 0o755) == 0 || errno == EEXIST && isDirectory(path) { return }
        guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else { throw failure(path) }
        try makeDirectory(String(path[..<slash]), durably: durably)
        guard mkdir(path, 0o755) == 0 || errno == EEXIST else { throw failure(path) }
        if durably { try synchronizeDirectory(String(path[..<slash])) }
    }

    /// Whether the path is a directory.
    static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// The size of a file, or nil if there is none.
    static func size(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Forces the entries of a directory to the disk.
    static func synchronizeDirectory(_ path: String) throws(LakeError) {
        let descriptor = try open(path, O_RDONLY | O_DIRECTORY)
        defer { close(descriptor) }
        guard fsync(descriptor) == 0 else { throw failure(path) }
    }

    /// Replaces `target` by `source` in one step; the directory is not forced to the disk.
    static func replace(_ target: String, by source: String) throws(LakeError) {
        guard rename(source, target) == 0 else { throw failure(target) }
    }

    /// Removes a file if it is there.
    static func remove(_ path: String) {
        unlink(path)
    }

    /// The names in a directory, sorted; empty if there is no such directory.
    static func names(in path: String) -> [String] {
        guard let directory = opendir(path) else { return [] }
        defer { closedir(directory) }
        var names: [String] = []
        while let entry = readdir(directory) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Writes all bytes.
    static func write(_ bytes: UnsafeRawBufferPointer, to descriptor: Int32) -> Int32 {
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            let written = Glibc.write(descriptor, start, rest.count)
            if written < 0 {
                if errno == EINTR { continue }
                return errno
            }
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(written))
        }
        return 0
    }

    /// The error that `errno` names.
    static func failure(_ path: String, _ code: Int32 = errno) -> LakeError {
        let hint =
            switch code {
            case ENOSPC, EDQUOT: ": free some space and try again"
            case EACCES, EPERM, EROFS: ": check who may write there"
            default: ""
            }
        return LakeError(.system, path, String(cString: strerror(code)) + hint)
    }
}
