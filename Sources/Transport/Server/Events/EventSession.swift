import CMicroHTTPD
import Glibc
import Synchronization

/// A client of a stream of events, as those see it who send to it: any thread may, and none waits.
///
/// While nothing is to be sent the connection is suspended. Whoever finds it so and has something to say, under the lock, resumes it; a
/// suspended connection is never closed by libmicrohttpd, and one that is not suspended is touched by its worker only.
public final class EventSession: Sendable {
    private struct State {
        var pieces: [SharedBytes] = []
        var head = 0
        /// How many bytes of the first piece have been sent.
        var offset = 0
        var waiting = 0
        /// How much of that the hub knows of.
        var counted = 0
        var isSuspended = false
        /// No more is taken; what waits is still sent.
        var isEnding = false
        /// Nothing more is sent.
        var isCut = false
        var hasBegun = false
        var end: (@Sendable () -> Void)?
        /// When something was sent last, or first waited, in milliseconds.
        var lastMove: Int64 = 0

        mutating func cut() {
            isEnding = true
            isCut = true
            pieces = []
            head = 0
            waiting = 0
        }
    }

    private let state = Mutex(State())
    private let source: EventSource
    private let hub: EventHub
    private let peer: ConnectionState
    /// The `MHD_Connection`, as a number because pointers are not Sendable.
    private let connection: UInt

    init(_ source: EventSource, connection: OpaquePointer, peer: ConnectionState, hub: EventHub) {
        self.source = source
        self.hub = hub
        self.peer = peer
        self.connection = UInt(bitPattern: connection)
    }

    /// Whether events are still taken.
    public var isOpen: Bool { state.withLock { !$0.isEnding } }

    /// How many bytes wait for the client.
    public var waiting: Int { state.withLock { $0.waiting } }

    /// Sends an event.
    ///
    /// - Returns: false if the stream is ending, or if this event was one too many for a slow client, whose stream is then cut off.
    @discardableResult
    public func send(_ event: ServerSentEvent) -> Bool {
        let isTaken = add([event.head, event.data, ServerSentEvent.end])
        if hub.budget.isExceeded { hub.makeRoom() }
        return isTaken
    }

    /// Ends the stream once what waits has been sent.
    public func close() {
        change { $0.isEnding = true }
    }

    /// Cuts the stream off.
    func cut() {
        change { $0.cut() }
    }

    /// Cuts the stream off, also where a worker waits for room, which is told by the socket only. The hub has not forgotten the stream.
    func cutOff() {
        cut()
        peer.cut()
    }

    private func add(_ pieces: [SharedBytes]) -> Bool {
        let size = pieces.reduce(0) { $0 + $1.count }
        return change { state in
            guard !state.isEnding else { return false }
            guard state.waiting + size <= source.options.outgoingLimit else {
                state.cut()
                return false
            }
            if state.waiting == 0 { state.lastMove = SystemClock.coarseMilliseconds() }
            state.pieces += pieces
            state.waiting += size
            return true
        }
    }

    private func change<Result>(_ body: (inout State) -> Result) -> Result {
        state.withLock { state in
            let result = body(&state)
            count(&state)
            if state.isSuspended, state.waiting > 0 || state.isEnding {
                state.isSuspended = false
                MHD_resume_connection(OpaquePointer(bitPattern: connection))
            }
            return result
        }
    }

    private func count(_ state: inout State) {
        hub.budget.change(by: state.waiting - state.counted)
        state.counted = state.waiting
    }

    /// Looks at the clock, and whether the client is still there and still welcome.
    func look(at now: Int64, patience: Int64) {
        var event = pollfd(fd: peer.descriptor, events: EventSession.peerHasClosed, revents: 0)
        if poll(&event, 1, 0) > 0 { return cut() }
        if isOpen, !source.isWelcome() { close() }
        let (isStuck, isIdle) = state.withLock { state in
            (
                state.isCut || (state.waiting > 0 && now - state.lastMove > patience),
                state.hasBegun && state.waiting == 0 && now - state.lastMove >= Int64(source.options.heartbeatSeconds * 1000)
            )
        }
        if isStuck {
            cutOff()
        } else if isIdle {
            _ = add([ServerSentEvent.heartbeat])
        }
    }

    /// Hands the next bytes to libmicrohttpd, on the connection's worker; suspends the connection if there are none.
    func read(into memory: UnsafeMutablePointer<CChar>, room: Int) -> Int {
        begin()
        return state.withLock { state in
            if state.isCut { return EventSession.endWithError }
            var count = 0
            while count < room, state.head < state.pieces.count {
                let piece = state.pieces[state.head]
                let part = min(room - count, piece.count - state.offset)
                memcpy(memory + count, piece.pointer + state.offset, part)
                count += part
                state.offset += part
                if state.offset == piece.count {
                    state.offset = 0
                    state.head += 1
                }
            }
            if state.head == state.pieces.count {
                state.pieces.removeAll(keepingCapacity: state.head <= 1024)
                state.head = 0
            } else if state.head > 1024 {
                state.pieces.removeSubrange(..<state.head)
                state.head = 0
            }
            state.waiting -= count
            self.count(&state)
            if count > 0 {
                state.lastMove = SystemClock.coarseMilliseconds()
                return count
            }
            if state.isEnding { return EventSession.endOfStream }
            state.isSuspended = true
            MHD_suspend_connection(OpaquePointer(bitPattern: connection))
            return 0
        }
    }

    /// The stream begins with the first look for bytes: then the headers are on their way.
    private func begin() {
        let isFirst = state.withLock { state in
            defer { state.hasBegun = true }
            if !state.hasBegun { state.lastMove = SystemClock.coarseMilliseconds() }
            return !state.hasBegun
        }
        guard isFirst else { return }
        let end = source.open(self)
        state.withLock { $0.end = end }
    }

    /// The connection is done with the stream.
    func finish() {
        let end = state.withLock { state in
            defer { state.end = nil }
            state.cut()
            count(&state)
            return state.end
        }
        end?()
    }

    /// POLLRDHUP of Linux, which the C library shows to those only who ask for GNU's extensions.
    private static let peerHasClosed: Int16 = 0x2000
    // libmicrohttpd's MHD_CONTENT_READER_END_OF_STREAM and MHD_CONTENT_READER_END_WITH_ERROR.
    private static let endOfStream = -1
    private static let endWithError = -2
}
