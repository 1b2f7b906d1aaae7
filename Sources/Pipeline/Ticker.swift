import Glibc
import Synchronization

/// A thread that does something again and again until it is stopped, and stops at once.
public final class Ticker: Sendable {
    private let thread: Mutex<JoinableThread?>
    private let wake: Int32

    /// Starts a thread that calls `body` every `milliseconds`, the first time after one such wait.
    public init(everyMilliseconds milliseconds: Int32, _ body: @escaping @Sendable () -> Void) {
        var ends: [Int32] = [-1, -1]
        precondition(pipe(&ends) == 0, "no file descriptors are left")
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        let (listen, wake) = (ends[0], ends[1])
        self.wake = wake
        thread = Mutex(
            JoinableThread {
                // Closing the other end ends the wait at once.
                var event = pollfd(fd: listen, events: Int16(POLLIN), revents: 0)
                while true {
                    let ready = poll(&event, 1, milliseconds)
                    if ready > 0 { break }
                    if ready == 0 { body() }
                }
                close(listen)
            })
    }

    /// Stops the thread, after `body` has returned if it is running; later calls do nothing.
    public func stop() {
        thread.withLock { running in
            guard let thread = running else { return }
            running = nil
            close(wake)
            thread.join()
        }
    }
}
