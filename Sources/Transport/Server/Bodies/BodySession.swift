import CMicroHTTPD
import Glibc
import Synchronization

/// A body on its way to a client: pieces that wait to be sent, and the making of the next one.
///
/// While nothing waits the connection is suspended. The thread of the pool that makes the next piece resumes it under the lock; a suspended
/// connection is never closed by libmicrohttpd, and one that is not suspended is touched by its worker only.
final class BodySession: Sendable {
    private struct State {
        var pieces: [SharedBytes]
        /// How many bytes of the first piece have been sent.
        var offset = 0
        var waiting: Int
        /// How much of that the budget knows of.
        var counted = 0
        /// How much the client had taken of all that its connection carried, when that was looked at last, and at what pace since before.
        var seenBytes: UInt64 = 0
        var seenTime: Int64 = 0
        var rate: Int?
        var isMaking = false
        /// The last piece has been made.
        var isMade = false
        /// Nothing more is sent.
        var isCut = false
        var isSuspended = false
    }

    let cancellation = Cancellation()
    private let state: Mutex<State>
    private let producer: Mutex<any BodyProducer>
    private let hub: BodyHub
    private let id: RequestID
    private let peer: ConnectionState
    /// The `MHD_Connection`, as a number because pointers are not Sendable.
    private let connection: UInt

    /// With fewer bytes left to send than this the next piece is made: some pieces take much longer to make than others.
    private static let comfort = 4 << 20

    init(_ stream: BodyStream, id: RequestID, connection: OpaquePointer, peer: ConnectionState, hub: BodyHub) {
        state = Mutex(
            State(
                pieces: [stream.first], waiting: stream.first.count,
                seenBytes: TransferCounts(descriptor: peer.descriptor)?.acknowledged ?? 0,
                seenTime: SystemClock.coarseMilliseconds()))
        producer = Mutex(stream.producer)
        self.id = id
        self.peer = peer
        self.hub = hub
        self.connection = UInt(bitPattern: connection)
    }

    /// Bytes a second that the client took when that was looked at last; nil of one that has just begun.
    var rate: Int? { state.withLock { $0.rate } }

    /// Hands the next bytes to libmicrohttpd, on the connection's worker; suspends the connection if there are none.
    func read(into memory: UnsafeMutablePointer<CChar>, room: Int) -> Int {
        // A connection whose reading has been ended must not be laid aside, see ``ConnectionState/release(from:)``.
        while peer.isReleased, startsHere() { make() }
        return state.withLock { state in
            if state.isCut { return failed() }
            let count = BodySession.take(&state, into: memory, room)
            let comfort = hub.budget.isExceeded ? 1 : BodySession.comfort
            if !state.isMade, !state.isMaking, state.waiting < comfort {
                state.isMaking = true
                guard hub.pool.submit(self) else {
                    cut(&state)
                    return failed()
                }
            }
            self.count(&state)
            if count > 0 {
                if peer.phase == .handling { peer.enter(.writing, until: SystemClock.coarseMilliseconds() + hub.writeMilliseconds) }
                return count
            }
            if state.isMade { return BodySession.endOfStream }
            // Whoever waits for us is not a slow reader.
            peer.enter(.handling, until: .max)
            state.isSuspended = true
            MHD_suspend_connection(OpaquePointer(bitPattern: connection))
            return 0
        }
    }

    /// Ends the connection. libmicrohttpd looks at one that fails while it sends only when something happens on its socket.
    private func failed() -> Int {
        peer.cut()
        return BodySession.endWithError
    }

    private func startsHere() -> Bool {
        state.withLock { state in
            guard !state.isCut, !state.isMade, !state.isMaking, state.waiting == 0 else { return false }
            state.isMaking = true
            return true
        }
    }

    private static func take(_ state: inout State, into memory: UnsafeMutablePointer<CChar>, _ room: Int) -> Int {
        var count = 0
        while count < room, let piece = state.pieces.first {
            let part = min(room - count, piece.count - state.offset)
            memcpy(memory + count, piece.pointer + state.offset, part)
            count += part
            state.offset += part
            if state.offset == piece.count {
                state.offset = 0
                state.pieces.removeFirst()
            }
        }
        state.waiting -= count
        return count
    }

    /// Makes the next piece; ``State/isMaking`` says that nobody else does.
    func make() {
        var piece = ByteBuffer(capacity: 4096)
        var goesOn = false
        do {
            goesOn = try producer.withLock { try $0.produce(into: &piece, cancellation) }
        } catch {
            if !cancellation.isCancelled { hub.router.tell(error, id) }
            return change { state in
                state.isMaking = false
                cut(&state)
            }
        }
        let bytes = SharedBytes(piece)
        change { state in
            state.isMaking = false
            guard !state.isCut else { return }
            if bytes.count > 0 {
                state.pieces.append(bytes)
                state.waiting += bytes.count
            }
            state.isMade = !goesOn
            // A piece of nothing is no reason to wake the connection.
            guard goesOn, bytes.count == 0, !peer.isReleased else { return }
            state.isMaking = true
            if !hub.pool.submit(self) { cut(&state) }
        }
    }

    private func change(_ body: (inout State) -> Void) {
        state.withLock { state in
            body(&state)
            count(&state)
            guard state.isSuspended, state.waiting > 0 || state.isMade || state.isCut else { return }
            state.isSuspended = false
            MHD_resume_connection(OpaquePointer(bitPattern: connection))
        }
    }

    private func count(_ state: inout State) {
        hub.budget.change(by: state.waiting - state.counted)
        state.counted = state.waiting
    }

    private func cut(_ state: inout State) {
        state.isCut = true
        state.pieces = []
        state.waiting = 0
        cancellation.cancel()
    }

    /// Sends nothing more, and has the making of the next piece end.
    func cut() { change { cut(&$0) } }

    /// Cuts the body off, also where a worker waits for room, which is told by the socket only. The hub has not forgotten the body.
    func cutOff() {
        cut()
        peer.cut()
    }

    /// Looks how fast the client reads, and if its connection is laid aside whether it is still there.
    func look(at now: Int64) {
        let isSuspended = state.withLock { state in
            if now - state.seenTime >= BodyHub.patience, let counts = TransferCounts(descriptor: peer.descriptor) {
                // Who waits for us has no pace of its own.
                state.rate = state.isSuspended ? nil : Int((counts.acknowledged &- state.seenBytes) * 1000) / Int(now - state.seenTime)
                state.seenBytes = counts.acknowledged
                state.seenTime = now
            }
            return state.isSuspended
        }
        guard isSuspended else { return }
        var event = pollfd(fd: peer.descriptor, events: BodySession.peerHasClosed, revents: 0)
        if poll(&event, 1, 0) > 0, !peer.isReleased { cut() }
    }

    /// POLLRDHUP of Linux, which the C library shows to those only who ask for GNU's extensions.
    private static let peerHasClosed: Int16 = 0x2000
    // libmicrohttpd's MHD_CONTENT_READER_END_OF_STREAM and MHD_CONTENT_READER_END_WITH_ERROR.
    private static let endOfStream = -1
    private static let endWithError = -2
}
