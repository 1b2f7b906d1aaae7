import Glibc

/// SIGTERM and SIGINT, taken by one thread that waits for them instead of by a handler.
enum EndSignals {
    /// Keeps the signals for ``wait()``. Call it before any thread is started, since threads inherit what is blocked.
    static func block() {
        var set = signals
        pthread_sigmask(SIG_BLOCK, &set, nil)
        // A client that hangs up while a file is being sent must not end the process.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits for one of them and returns its number. From then on a second one ends the process at once.
    static func wait() -> Int32 {
        var set = signals
        var number: Int32 = 0
        while sigwait(&set, &number) != 0 {}
        signal(SIGTERM, SIG_DFL)
        signal(SIGINT, SIG_DFL)
        pthread_sigmask(SIG_UNBLOCK, &set, nil)
        return number
    }

    private static var signals: sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        return set
    }
}
