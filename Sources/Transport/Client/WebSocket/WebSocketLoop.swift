import Glibc
import Pipeline

/// One thread that runs many WebSocket client links, on libwebsockets.
///
///     let loop = try WebSocketLoop(options: ClientOptions()) { loop in Recorder(loop) }
///     loop.perform { loop.connect(link: 1, url: "wss://stream.binance.com:9443/ws") }
///     …
///     loop.stop()
///
/// Links are numbers that the owner chooses. A message that came in parts is handed on whole. Certificates and host names are always
/// checked; names are looked up on other threads. A loop lives until ``stop()``.
public final class WebSocketLoop: @unchecked Sendable {
    // `@unchecked Sendable`: `links` is touched by the loop's thread only, from when that has begun; `mailbox` has a lock of its own.
    private struct Mailbox: Sendable {
        var work: [@Sendable () -> Void] = []
        var isStopping = false
        /// libwebsockets' loop is being taken down, or is.
        var isClosed = false
        var hasEnded = false
    }

    private let mailbox = Condition(Mailbox())
    let links: WebSocketLinks

    /// Starts the loop's thread.
    ///
    /// - Parameters:
    ///   - tickMilliseconds: how often the handler's `tick` is called, 1 or more.
    ///   - makeHandler: called once, on the loop's thread. The loop keeps the handler until ``stop()``.
    /// - Throws: ``WebSocketError``, where the CA file holds no certificates or the system is short of something.
    public init(
        options: ClientOptions, tickMilliseconds: Int = 50, makeHandler: @escaping @Sendable (WebSocketLoop) -> any WebSocketHandler
    ) throws(WebSocketError) {
        links = try WebSocketLinks(options: options, tickMilliseconds: max(1, tickMilliseconds))
        guard let thread = JoinableThread({ [self] in run(makeHandler) }) else { throw WebSocketError(code: .start) }
        thread.detach()
    }

    /// Runs something on the loop's thread soon; what is given from one thread runs in its order. After ``stop()`` it is dropped.
    public func perform(_ work: @escaping @Sendable () -> Void) {
        mailbox.withLock { mailbox in
            guard !mailbox.isStopping else { return }
            mailbox.work.append(work)
            // Under the lock, since the loop may be freed once `isClosed` is set.
            if mailbox.work.count == 1, !mailbox.isClosed { links.wake() }
        }
    }

    /// Opens a link; `opened` or `closed` follows. An open link of this number is closed first. From the loop's thread only.
    ///
    /// - Parameter url: `ws://` or `wss://`.
    public func connect(link: Int, url: String) {
        requireThread()
        links.connect(id: link, url: url, loop: self)
    }

    /// Sends a text message, once the link is open; nothing where there is no such link. From the loop's thread only.
    ///
    /// A peer that leaves more than 1 MiB waiting is closed.
    public func send(link: Int, text: String) {
        requireThread()
        links.send(id: link, kind: WebSocketLinks.text, text)
    }

    /// Sends a ping frame; `pong` follows. From the loop's thread only.
    public func ping(link: Int) {
        requireThread()
        links.send(id: link, kind: WebSocketLinks.ping, "")
    }

    /// Closes a link with code 1000, after what was sent before; its number is free at once. From the loop's thread only.
    public func close(link: Int) {
        requireThread()
        links.close(id: link)
    }

    /// Closes all links, ends the thread and waits for it; called from the loop's own thread, it ends it soon and does not wait.
    public func stop() {
        mailbox.withLock { mailbox in
            mailbox.isStopping = true
            if !mailbox.isClosed { links.wake() }
        }
        if links.isOnThread { return }
        mailbox.wait { $0.hasEnded ? () : nil }
    }

    private func requireThread() {
        precondition(links.isOnThread, "links are touched on the loop's thread only: use perform")
    }

    private func run(_ makeHandler: @Sendable (WebSocketLoop) -> any WebSocketHandler) {
        links.begin(makeHandler(self))
        while drain(), links.serve() {}
        links.leave()
        mailbox.withLock {
            $0.isStopping = true
            $0.isClosed = true
            $0.work = []
        }
        links.end()
        mailbox.withLock { $0.hasEnded = true }
    }

    /// Does what waits; false when the loop is to end.
    private func drain() -> Bool {
        let (work, isStopping) = mailbox.withLock { mailbox in
            let work = mailbox.work
            mailbox.work = []
            return (work, mailbox.isStopping)
        }
        for item in work { item() }
        return !isStopping
    }
}
