import Synchronization

/// A WebSocket client, as those see it who send to it: any thread may, and none waits.
///
///     let message = SharedBytes("{\"op\":\"heartbeat\"}")
///     for session in sessions { session.send(text: message) }
public final class WebSocketSession: Sendable {
    /// Identifies the session among those of its server.
    public let id: UInt64
    let options: WebSocketOptions
    private let outbox: Mutex<SessionOutbox>
    /// What may wait for all clients together.
    private let budget: ByteBudget
    /// Asks the loop to look at the session.
    private let wake: @Sendable (UInt64) -> Void

    init(id: UInt64, options: WebSocketOptions, budget: ByteBudget, wake: @escaping @Sendable (UInt64) -> Void) {
        self.id = id
        self.options = options
        self.budget = budget
        self.wake = wake
        outbox = Mutex(SessionOutbox(limit: options.outgoingLimit))
    }

    /// Whether messages are still taken.
    public var isOpen: Bool { outbox.withLock { $0.isOpen } }

    /// How many bytes wait for the client.
    public var waiting: Int { outbox.withLock { $0.waiting } }

    /// Sends a text message; the bytes have to be UTF-8.
    ///
    /// - Returns: false if the session is closing or closed, or if this message was one too many for a slow client.
    @discardableResult
    public func send(text: SharedBytes) -> Bool { add(OutgoingFrame(kind: .text, bytes: text)) }

    /// Sends a binary message.
    ///
    /// - Returns: as ``send(text:)``.
    @discardableResult
    public func send(binary: SharedBytes) -> Bool { add(OutgoingFrame(kind: .binary, bytes: binary)) }

    /// Sends a ping of at most 125 bytes.
    ///
    /// - Returns: as ``send(text:)``.
    @discardableResult
    public func ping(_ bytes: SharedBytes = SharedBytes("")) -> Bool {
        bytes.count <= 125 && add(OutgoingFrame(kind: .ping, bytes: bytes))
    }

    /// Sends bytes that are no frame, or a part of one: for servers that misbehave on purpose.
    @discardableResult
    public func send(unframed bytes: SharedBytes) -> Bool { add(OutgoingFrame(kind: .unframed, bytes: bytes)) }

    /// Closes the session once what waits has been sent; the client has ``WebSocketOptions/closeSeconds`` to answer. Only the first call
    /// counts.
    ///
    /// - Parameter reason: at most 120 bytes are sent.
    public func close(code: Int = 1000, reason: String = "") {
        notify(change { $0.close(code: code, reason: reason, dropping: false) })
    }

    /// Ends the connection at once, without a handshake.
    public func abort() {
        notify(outbox.withLock { $0.abort() })
    }

    private func add(_ frame: OutgoingFrame) -> Bool {
        let (isTaken, isNews) = change { outbox in
            if outbox.add(frame) { return (true, outbox.announce()) }
            return (false, outbox.close(code: options.slowCode, reason: options.slowReason, dropping: true))
        }
        notify(isNews)
        return isTaken
    }

    private func change<Result>(_ body: (inout SessionOutbox) -> Result) -> Result {
        outbox.withLock { outbox in
            let result = body(&outbox)
            budget.change(by: outbox.recount())
            return result
        }
    }

    private func notify(_ isNews: Bool) {
        if isNews { wake(id) }
    }

    // For the loop's thread.

    /// Takes over what is new.
    func take() -> SessionOutbox.News { outbox.withLock { $0.take() } }

    /// Some bytes have left.
    func sent(_ count: Int) { change { $0.waiting -= count } }

    /// Nothing more is taken.
    func end() { change { $0.end() } }

    /// Nothing more is sent either.
    func leave() { change { $0.leave() } }

    /// Closes the session as one that reads too slowly: too much waits for all together, and for this one the most.
    func crowdOut() {
        notify(change { $0.close(code: options.slowCode, reason: options.slowReason, dropping: true) })
    }
}
