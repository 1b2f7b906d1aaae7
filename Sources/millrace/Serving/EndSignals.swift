import Glibc

/// SIGTERM and SIGINT, and SIGHUP where it means something, taken by one thread that waits for them instead of by a handler.
enum EndSignals {
    /// Keeps the signals for ``wait(onHangUp:)``. Call it before any thread is started, since threads inherit what is blocked.
    ///
    /// - Parameter alsoHangUp: whether SIGHUP is kept too; else it ends the process, as the closing of a terminal should.
    static func block(alsoHangUp: Bool = false) {
        var set = signals(alsoHangUp: alsoHangUp)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        // A client that hangs up while a file is being sent must not end the process.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits for SIGTERM or SIGINT and returns its number. From then on a second one ends the process at once.
    ///
    /// - Parameter onHangUp: what each SIGHUP asks for, if it is kept; signals that come meanwhile are not lost.
    static func wait(onHangUp: (() -> Void)? = nil) -> Int32 {
        var set = signals(alsoHangUp: onHangUp != nil)
        var number: Int32 = 0
        repeat {
            number = 0
            while sigwait(&set, &number) != 0 {}
            if number == SIGHUP { onHangUp?() }
        } while number == SIGHUP
        // SIGHUP stays blocked: one that comes while requests are finished must not cut them off.
        var ends = signals(alsoHangUp: false)
        signal(SIGTERM, SIG_DFL)
        signal(SIGINT, SIG_DFL)
        pthread_sigmask(SIG_UNBLOCK, &ends, nil)
        return number
    }

    private static func signals(alsoHangUp: Bool) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        sigaddset(&set, SIGTERM)
        sigaddset(&set, SIGINT)
        if alsoHangUp { sigaddset(&set, SIGHUP) }
        return set
    }
}
