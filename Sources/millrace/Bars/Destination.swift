import Glibc

/// Where a command's result goes: stdout, or a file that appears under its name only once it is whole.
final class Destination {
    let descriptor: Int32
    private let path: String?
    private let temporary: String?
    private var published = false

    /// Opens the destination.
    ///
    /// - Parameter path: a file, or nil or `-` for stdout.
    init(_ path: String?) throws {
        guard let path, path != "-" else {
            self.path = nil
            temporary = nil
            descriptor = STDOUT_FILENO
            return
        }
        self.path = path
        var status = stat()
        if stat(path, &status) == 0, status.st_mode & S_IFMT != S_IFREG {
            // A pipe, a terminal or /dev/null: there is nothing to rename over it.
            temporary = nil
            descriptor = open(path, O_WRONLY | O_CLOEXEC)
        } else {
            let name = "\(path).\(getpid()).partial"
            temporary = name
            descriptor = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
        }
        guard descriptor >= 0 else { throw CommandError("cannot write \(path): \(String(cString: strerror(errno)))") }
    }

    deinit {
        guard path != nil else { return }
        close(descriptor)
        if let temporary, !published { unlink(temporary) }
    }

    /// Writes all bytes.
    func write(_ bytes: UnsafeRawBufferPointer) throws {
        guard path != nil else { return try StandardOutput.write(bytes) }
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let written = Glibc.write(descriptor, part.baseAddress, part.count)
            if written < 0 {
                if errno == EINTR { continue }
                throw failure()
            }
            rest = rest.dropFirst(written)
        }
    }

    /// Whether whoever read it has gone away: a pipe without a reader.
    var isAbandoned: Bool {
        var pipe = pollfd(fd: descriptor, events: 0, revents: 0)
        return poll(&pipe, 1, 0) > 0 && Int32(pipe.revents) & POLLERR != 0
    }

    /// Makes the file durable and gives it its name.
    func publish() throws {
        guard let path, let temporary else { return }
        guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw failure() }
        published = true
    }

    /// Refuses a terminal, which cannot show what is no text.
    func requireNoTerminal(_ format: String) throws(UsageError) {
        guard isatty(descriptor) == 1 else { return }
        throw UsageError("\(format) is not for a terminal: name a file with --output, or pipe it to a program")
    }

    private func failure() -> CommandError {
        CommandError("cannot write \(path ?? "standard output"): \(String(cString: strerror(errno)))")
    }
}
