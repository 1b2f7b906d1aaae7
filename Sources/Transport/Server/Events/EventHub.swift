import CMicroHTTPD
import Glibc
import Synchronization

/// The streams of events of a server: watches over their clients, and ends them.
final class EventHub: Sendable {
    private struct State {
        var sessions: [ObjectIdentifier: EventSession] = [:]
        var isEnding = false
    }

    private let state = Mutex(State())
    private let patience: Int64
    /// What may wait for all clients together.
    let budget: ByteBudget

    /// - Parameters:
    ///   - patience: seconds in which a client has to take something of what waits for it.
    ///   - budget: what may wait for all clients together.
    init(patience: Double, budget: ByteBudget) {
        self.patience = Int64(patience * 1000)
        self.budget = budget
    }

    func add(_ session: EventSession) {
        let isEnding = state.withLock { state in
            state.sessions[ObjectIdentifier(session)] = session
            return state.isEnding
        }
        if isEnding { session.close() }
    }

    /// Forgets a stream; its descriptor may be closed, and used again, after this has returned.
    func remove(_ session: EventSession) {
        state.withLock { _ = $0.sessions.removeValue(forKey: ObjectIdentifier(session)) }
    }

    func look() {
        let now = SystemClock.coarseMilliseconds()
        state.withLock { state in
            for session in state.sessions.values { session.look(at: now, patience: patience) }
        }
    }

    /// Cuts off the clients for which the most waits, if too much waits for all together.
    func makeRoom() {
        state.withLock { state in
            budget.makeRoom(among: state.sessions.values.map { ($0, $0.waiting) }) { $0.cutOff() }
        }
    }

    /// Ends all streams once what waits has been sent.
    func endAll() {
        state.withLock { state in
            state.isEnding = true
            for session in state.sessions.values { session.close() }
        }
    }

    /// Cuts all streams off; no connection of theirs is suspended afterwards.
    func stop() {
        state.withLock { state in
            state.isEnding = true
            for session in state.sessions.values { session.cut() }
        }
    }
}

extension Server {
    /// A response whose body is a stream of events.
    func message(streaming source: EventSource, _ connection: OpaquePointer, _ state: ConnectionState) -> OpaquePointer? {
        let session = EventSession(source, connection: connection, peer: state, hub: events)
        let stream = EventStream(session: session, hub: events)
        let pointer = Unmanaged.passRetained(stream).toOpaque()
        guard
            let message = MHD_create_response_from_callback(EventStream.unknownSize, 4096, EventStream.read, pointer, EventStream.free)
        else {
            Unmanaged<EventStream>.fromOpaque(pointer).release()
            return nil
        }
        events.add(session)
        return message
    }
}

/// What libmicrohttpd holds of a stream until it is done with it.
private final class EventStream: Sendable {
    let session: EventSession
    let hub: EventHub

    init(session: EventSession, hub: EventHub) {
        self.session = session
        self.hub = hub
    }

    static let unknownSize = UInt64.max

    static let read: MHD_ContentReaderCallback = { pointer, _, memory, room in
        guard let pointer, let memory else { return -2 }
        return Unmanaged<EventStream>.fromOpaque(pointer).takeUnretainedValue().session.read(into: memory, room: room)
    }

    static let free: MHD_ContentReaderFreeCallback = { pointer in
        guard let pointer else { return }
        let stream = Unmanaged<EventStream>.fromOpaque(pointer).takeRetainedValue()
        stream.hub.remove(stream.session)
        stream.session.finish()
    }
}
