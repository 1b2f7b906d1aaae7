import Glibc
import Pipeline
import TopScreen

/// The terminal that the process was started on, borrowed as a whole and given back as it was.
struct Terminal: Sendable {
    private let before: termios

    init() throws {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { throw CommandError("the terminal cannot be read: take --once") }
        before = settings
    }

    /// Takes the alternate screen, hides the cursor, and reads keys one by one and unseen. Ctrl-C and Ctrl-Z stay signals.
    func enter() {
        var settings = before
        settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
        Terminal.write("\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J")
    }

    /// Gives the terminal back as it was.
    func leave() {
        Terminal.write("\u{1B}[?25h\u{1B}[?1049l")
        var settings = before
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
    }

    /// Gives it back until the process is told to go on.
    func pause() {
        leave()
        kill(getpid(), SIGSTOP)
        enter()
    }

    /// Draws as many lines as there are, in one writing so that nothing flickers.
    func draw(_ lines: [String]) {
        // Erased before and not behind: at the end of a full line a terminal would erase its last letter.
        Terminal.write("\u{1B}[H" + lines.map { "\u{1B}[2K" + $0 }.joined(separator: "\r\n"))
    }

    /// Columns and lines at this moment.
    static func size() -> (width: Int, height: Int) {
        var size = winsize()
        guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else { return (80, 24) }
        return (Int(size.ws_col), Int(size.ws_row))
    }

    /// Hands on what is pressed, on a thread of its own; nil once there is no terminal any more.
    static func forEachKeys(_ take: @escaping @Sendable ([TopKey]?) -> Void) {
        JoinableThread {
            var reader = KeyReader()
            var bytes = [UInt8](repeating: 0, count: 256)
            while true {
                let count = read(STDIN_FILENO, &bytes, bytes.count)
                if count < 0, errno == EINTR || errno == EAGAIN { continue }
                guard count > 0 else { return take(nil) }
                let keys = reader.take(bytes[..<count])
                if !keys.isEmpty { take(keys) }
            }
        }?.detach()
    }

    private static func write(_ text: String) {
        // A terminal that takes nothing any more ends the session by its signal or the end of its keys.
        try? StandardOutput.write(text)
    }
}

/// The signals of a terminal and of whoever ends processes, taken by a thread that waits for them.
struct TerminalSignals: Sendable {
    /// Keeps them from ending the process. Call it before any thread is started.
    init() {
        var set = TerminalSignals.set()
        pthread_sigmask(SIG_BLOCK, &set, nil)
        signal(SIGPIPE, SIG_IGN)
    }

    /// Hands on each, on a thread of its own.
    func forEach(_ take: @escaping @Sendable (Int32) -> Void) {
        JoinableThread {
            var set = TerminalSignals.set()
            var number: Int32 = 0
            while true { if sigwait(&set, &number) == 0 { take(number) } }
        }?.detach()
    }

    private static func set() -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for number in [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH] { sigaddset(&set, number) }
        return set
    }
}
