import CMicroHTTPD
import Glibc
import Synchronization

/// A request whose answer is being made off the event loops, and whose connection is suspended meanwhile.
///
/// Three threads meet here: the pool's, which makes the answer; the watchdog's, which looks whether the client is still there; and the
/// connection's worker, which sends. Whoever leaves ``State/open`` first resumes the connection, under the lock and just once, and from
/// then on the connection is touched by its worker only. It cannot go away before: libmicrohttpd closes no suspended connection.
final class LateAnswer: Sendable {
    private enum State {
        /// The answer is not there yet.
        case open
        case made(Response)
        /// Nobody wants the answer any more, or it has been sent.
        case over
    }

    let id: RequestID
    let cancellation = Cancellation()
    private let work: LateWork
    private let headers: [Header]
    private let target: [UInt8]
    private let time: Int64
    /// The connection's state, of which other threads look at the atomics only.
    private let peer: ConnectionState
    /// The `MHD_Connection`, as a number because pointers are not Sendable.
    private let connection: UInt
    private let state = Mutex<State>(.open)

    init(
        _ work: LateWork, headers: [Header], id: RequestID, target: [UInt8], time: Int64, connection: OpaquePointer, peer: ConnectionState
    ) {
        self.work = work
        self.headers = headers
        self.id = id
        self.target = target
        self.time = time
        self.peer = peer
        self.connection = UInt(bitPattern: connection)
    }

    var isOpen: Bool {
        state.withLock {
            if case .open = $0 { true } else { false }
        }
    }

    /// Makes the answer, if it is still wanted; on a thread of the pool.
    func make(_ router: Router) {
        guard isOpen else { return }
        let response = router.finish(work, headers: headers, target: target, id: id, time: time, cancellation)
        leave { .made(response) }
    }

    /// Refuses the request instead of making its answer.
    func refuse(_ failure: Failure, _ router: Router) {
        var failure = failure
        failure.headers += headers
        let response = router.refuse(failure, target: target, id: id, time: time)
        leave { .made(response) }
    }

    /// Gives the request up: its connection is closed, and the work is told.
    func abandon() {
        leave {
            cancellation.cancel()
            return .over
        }
    }

    /// Gives the request up if its client has left.
    ///
    /// A client that only says that it will send no more counts as one that left: closing a connection looks just the same from here.
    func abandonIfClientLeft() {
        leave {
            var event = pollfd(fd: peer.descriptor, events: LateAnswer.peerHasClosed, revents: 0)
            guard poll(&event, 1, 0) > 0, !peer.isReleased else { return nil }
            cancellation.cancel()
            return .over
        }
    }

    /// The answer, once, for the connection's worker; nil if the connection is to be closed.
    func take() -> Response? {
        state.withLock { state in
            defer { state = .over }
            guard case .made(let response) = state else { return nil }
            return response
        }
    }

    /// POLLRDHUP of Linux, which the C library shows to those only who ask for GNU's extensions.
    private static let peerHasClosed: Int16 = 0x2000

    private func leave(_ next: () -> State?) {
        state.withLock { state in
            guard case .open = state, let next = next() else { return }
            state = next
            MHD_resume_connection(OpaquePointer(bitPattern: connection))
        }
    }
}
