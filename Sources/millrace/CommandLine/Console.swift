import Glibc

/// Where a command speaks: results to stdout, everything else to stderr.
struct Console: Sendable {
    /// Whether only results and errors are wanted.
    let quiet: Bool

    /// Writes one line of the result to stdout.
    func print(_ line: String) throws {
        try StandardOutput.write(line + "\n")
    }

    /// Says something to the person at the terminal, on stderr, unless `--quiet`.
    func note(_ line: String) {
        if !quiet { Self.complain(line) }
    }

    /// A progress bar for work of `total` units; it shows only on a terminal that can take a line back, only after a second, and never
    /// with `--quiet`.
    ///
    /// - Parameters:
    ///   - total: bytes or whatever is counted, or nil where the end is not known.
    ///   - unit: how amounts are written.
    func progress(_ label: String, total: Int?, unit: ProgressBar.Unit = .bytes) -> ProgressBar {
        let isDumb = getenv("TERM").map { strcmp($0, "dumb") == 0 } ?? true
        return ProgressBar(label: label, total: total, unit: unit, enabled: !quiet && !isDumb && isatty(STDERR_FILENO) == 1)
    }

    /// Writes one line to stderr, whatever happens to it.
    static func complain(_ line: String) {
        var text = line + "\n"
        text.withUTF8 { bytes in
            _ = Glibc.write(STDERR_FILENO, bytes.baseAddress, bytes.count)
        }
    }
}

/// Standard output, written in full or not at all.
enum StandardOutput {
    /// The reader of standard output has gone away (`| head`): nothing is wrong, and there is nothing left to do.
    struct Closed: Error {}

    /// Writes text.
    static func write(_ text: String) throws {
        var text = text
        try text.withUTF8 { try write(UnsafeRawBufferPointer($0)) }
    }

    /// Writes bytes, all of them.
    ///
    /// - Throws: ``Closed`` if nobody reads any more, ``CommandError`` if the bytes cannot be kept (a full disk).
    static func write(_ bytes: UnsafeRawBufferPointer) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let part = UnsafeRawBufferPointer(rebasing: rest)
            let written = Glibc.write(STDOUT_FILENO, part.baseAddress, part.count)
            if written < 0 {
                switch errno {
                case EINTR: continue
                case EPIPE: throw Closed()
                default: throw CommandError("cannot write to standard output: \(String(cString: strerror(errno)))")
                }
            }
            rest = rest.dropFirst(written)
        }
    }
}
