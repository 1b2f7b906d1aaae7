import Pipeline
import Synchronization
import Transport

/// The thread that runs all WebSockets of a simulator: takes what clients say, and sends what is published, every few milliseconds.
final class StreamPump: Sendable {
    /// What has happened on the server's threads.
    enum Event: Sendable {
        case opened(WebSocketSession, SimulatedHost, path: String, query: Query)
        case received(UInt64, [UInt8])
        case closed(UInt64)
    }

    private struct Inbox {
        var events: [Event] = []
        var isStopping = false
    }

    private let exchange: SimulatedExchange
    private let clock: SimulatorClock
    private let tick: Int
    private let inbox = Condition(Inbox())
    private let open = Atomic<Int>(0)
    private let thread = Mutex<JoinableThread?>(nil)

    init(_ exchange: SimulatedExchange, clock: SimulatorClock, tickMilliseconds: Int) {
        self.exchange = exchange
        self.clock = clock
        tick = max(1, tickMilliseconds)
    }

    /// How many WebSockets are open.
    var count: Int { open.load(ordering: .relaxed) }

    func start() {
        thread.withLock { $0 = JoinableThread { [self] in run() } }
    }

    func stop() {
        inbox.withLock { $0.isStopping = true }
        let running = thread.withLock { thread in
            defer { thread = nil }
            return thread
        }
        running?.join()
    }

    /// Takes over a new WebSocket; called on the server's thread.
    func adopt(_ session: WebSocketSession, host: SimulatedHost, path: String, query: Query) -> any WebSocketReceiver {
        post(.opened(session, host, path: path, query: query))
        return Receiver(id: session.id, pump: self)
    }

    private func post(_ event: Event) { inbox.withLock { $0.events.append(event) } }

    /// Hands on what the server's thread is told.
    private final class Receiver: WebSocketReceiver {
        private let id: UInt64
        private let pump: StreamPump

        init(id: UInt64, pump: StreamPump) {
            self.id = id
            self.pump = pump
        }

        func received(text: UnsafeBufferPointer<UInt8>) { pump.post(.received(id, Array(text))) }
        func closed(code: Int, reason: String) { pump.post(.closed(id)) }
    }

    private func run() {
        var clients: [UInt64: StreamClient] = [:]
        while true {
            let (events, isStopping) =
                inbox.wait(atMostMilliseconds: clients.isEmpty ? 100 : tick) { inbox -> ([Event], Bool)? in
                    guard !inbox.events.isEmpty || inbox.isStopping else { return nil }
                    defer { inbox.events = [] }
                    return (inbox.events, inbox.isStopping)
                } ?? ([], false)
            if isStopping { break }
            let now = clock.now()
            for event in events { take(event, &clients, now: now) }
            for (id, client) in clients where !client.advance(to: now) { clients[id] = nil }
            open.store(clients.count, ordering: .relaxed)
        }
        for client in clients.values { client.session.abort() }
        open.store(0, ordering: .relaxed)
    }

    private func take(_ event: Event, _ clients: inout [UInt64: StreamClient], now: Int64) {
        switch event {
        case .opened(let session, let host, let path, let query):
            do throws(Failure) {
                clients[session.id] = StreamClient(session, try exchange.connect(host, path: path, query: query, now: now), now: now)
            } catch {
                session.abort()
            }
        case .received(let id, let bytes): bytes.withUnsafeBytes { clients[id]?.received($0, now: now) }
        case .closed(let id): clients[id] = nil
        }
    }
}

/// One client on the pump's thread: its session, and what waits to be sent slowly or before an end.
final class StreamClient {
    let session: WebSocketSession
    private let stream: StreamSession
    private var sink = FrameSink()
    /// Bytes that trickle, and where they have got to.
    private var slow: [UInt8] = []
    private var offset = 0
    private var credit = 0.0
    private var last: Int64
    private var end: FrameSink.End?

    init(_ session: WebSocketSession, _ stream: StreamSession, now: Int64) {
        self.session = session
        self.stream = stream
        last = now
    }

    func received(_ bytes: UnsafeRawBufferPointer, now: Int64) {
        guard end == nil else { return }
        stream.received(bytes, now: max(now, stream.last), into: &sink)
    }

    /// Sends what is due.
    ///
    /// - Returns: whether the client is still there.
    func advance(to now: Int64) -> Bool {
        if end == nil {
            stream.advance(to: now, into: &sink)
            end = sink.end
        }
        send(now)
        guard let end, offset == slow.count else { return session.isOpen }
        switch end {
        case .close(let code, let reason): session.close(code: code, reason: reason)
        case .cut:
            // What was sent before the cut is to arrive.
            guard session.waiting == 0 || !session.isOpen else { return true }
            session.abort()
        }
        return false
    }

    private func send(_ now: Int64) {
        defer { last = now }
        let rate = stream.rate(at: now)
        if rate == nil, slow.isEmpty {
            if sink.bytes.count > 0 { session.send(unframed: SharedBytes(sink.take())) }
            return
        }
        sink.bytes.withBytes { slow += $0 }
        sink.removeAll()
        credit =
            rate.map { min(credit + Double($0) * Double(now - last) / 1_000_000, Double(slow.count - offset)) }
            ?? Double(slow.count - offset)
        let count = Int(credit)
        guard count > 0 else { return }
        credit -= Double(count)
        slow[offset..<(offset + count)].withUnsafeBufferPointer { _ = session.send(unframed: SharedBytes($0)) }
        offset += count
        if offset == slow.count {
            slow = []
            offset = 0
        }
    }
}
