import Glibc

/// SIGTERM, SIGINT and SIGHUP, taken by one thread that waits for them instead of by a handler.
enum EndSignals {
    /// Keeps the signals for ``wait(onHangUp:)``. Call it before any thread is started, since threads inherit what is blocked.
    ///
    /// - Parameter alsoHangUp: whether SIGHUP asks for something. Else it ends the process as the others do, as the closing of a terminal
    ///   should, unless whoever started it had it ignore that (`nohup`).
    static func block(alsoHangUp: Bool = false) {
        var set = signals(alsoHangUp: alsoHangUp || !ignoresHangUp)
        pthread_sigmask(SIG_BLOCK, &set, nil)
        // A client that hangs up while a file is being sent must not end the process.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Waits for a signal that ends the process and returns its number. From then on a second SIGTERM or SIGINT ends it at once.
    ///
    /// - Parameter onHangUp: what each SIGHUP asks for, if it does not end the process; signals that come meanwhile are not lost.
    static func wait(onHangUp: (() -> Void)? = nil) -> Int32 {
        var set = signals(alsoHangUp: onHangUp != nil || !ignoresHangUp)
        var number: Int32 = 0
        repeat {
            number = 0
            while sigwait(&set, &number) != 0 {}
            if number == SIGHUP, let onHangUp {
                onHangUp()
                number = 0
            }
        } while number == 0
        // SIGHUP stays blocked: one that comes while requests are finished must not cut them off.
        var ends = signals(alsoHangUp: false)
        signal(SIGTERM, SIG_DFL)
        signal(SIGINT, SIG_DFL)
        pthread_sigmask(SIG_UNBLOCK, &ends, nil)
        return number
    }

    /// What a signal is called.
    static func name(_ number: Int32) -> String {
        switch number {
        case SIGINT: "SIGINT"
        case SIGHUP: "SIGHUP"
        default: "SIGTERM"
        }
    }

    private static var ignoresHangUp: Bool {
        var action = sigaction()
        // SIG_IGN is the number 1 where a function's address stands.
        return sigaction(SIGHUP, nil, &action) == 0 && unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
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
