import CMicroHTTPD
import Glibc
import Synchronization

/// The bodies that are made while they are sent: so many at once, and the slowest goes for a new one.
final class BodyHub: Sendable {
    private let sessions = Mutex<[ObjectIdentifier: BodySession]>([:])
    let pool: WorkPool
    let router: Router
    /// What may wait for all clients together; beyond it no piece is made ahead.
    let budget: ByteBudget
    let writeMilliseconds: Int64
    private let room: Int

    /// How often it is looked how fast clients read, in milliseconds.
    static let patience: Int64 = 5000
    /// Bytes a second that save a client from having to make room.
    private static let decentRate = 64 << 10

    init(pool: WorkPool, router: Router, limits: ServerLimits, budget: ByteBudget) {
        self.pool = pool
        self.router = router
        self.budget = budget
        room = limits.streamedAnswers
        writeMilliseconds = Int64(limits.writeSeconds * 1000)
    }

    /// Whether one more body may begin; if there are too many, the one whose client reads most slowly is cut off for it.
    func admits() -> Bool {
        sessions.withLock { sessions in
            guard sessions.count >= room else { return true }
            let rates = sessions.values.compactMap { session in session.rate.map { (session: session, rate: $0) } }
            guard let slowest = rates.min(by: { $0.rate < $1.rate }), slowest.rate < BodyHub.decentRate else { return false }
            budget.countShed()
            slowest.session.cutOff()
            return true
        }
    }

    func add(_ session: BodySession) { sessions.withLock { $0[ObjectIdentifier(session)] = session } }

    /// Forgets a body; its descriptor may be closed, and used again, after this has returned.
    func remove(_ session: BodySession) { sessions.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(session)) } }

    func look() {
        let now = SystemClock.coarseMilliseconds()
        sessions.withLock { for session in $0.values { session.look(at: now) } }
    }

    /// Cuts all bodies off; no connection of theirs is suspended afterwards.
    func stop() {
        sessions.withLock { for session in $0.values { session.cut() } }
    }
}

extension Server {
    /// A response whose body is made while it is sent.
    func message(producing stream: BodyStream, id: RequestID, _ connection: OpaquePointer, _ state: ConnectionState) -> OpaquePointer? {
        let session = BodySession(stream, id: id, connection: connection, peer: state, hub: bodies)
        let pointer = Unmanaged.passRetained(SentBody(session: session, hub: bodies)).toOpaque()
        guard let message = MHD_create_response_from_callback(SentBody.unknownSize, 1 << 16, SentBody.read, pointer, SentBody.free) else {
            Unmanaged<SentBody>.fromOpaque(pointer).release()
            return nil
        }
        bodies.add(session)
        return message
    }
}

/// What libmicrohttpd holds of a body until it is done with it.
private final class SentBody: Sendable {
    let session: BodySession
    let hub: BodyHub

    init(session: BodySession, hub: BodyHub) {
        self.session = session
        self.hub = hub
    }

    static let unknownSize = UInt64.max

    static let read: MHD_ContentReaderCallback = { pointer, _, memory, room in
        guard let pointer, let memory else { return -2 }
        return Unmanaged<SentBody>.fromOpaque(pointer).takeUnretainedValue().session.read(into: memory, room: room)
    }

    static let free: MHD_ContentReaderFreeCallback = { pointer in
        guard let pointer else { return }
        let body = Unmanaged<SentBody>.fromOpaque(pointer).takeRetainedValue()
        body.hub.remove(body.session)
        body.session.cut()
    }
}
