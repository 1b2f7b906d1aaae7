import Glibc
import Synchronization

/// What the server knows of one TCP connection.
///
/// `@unchecked Sendable`: all but the atomics belongs to the one worker thread that libmicrohttpd gave the connection to, or, below the
/// mark, to the watchdog's thread. Workers write the atomics and the watchdog reads them. So no access can overlap another, and the checks
/// for it are left out of every request.
final class ConnectionState: @unchecked Sendable {
    /// What the connection is doing.
    enum Phase: UInt8 {
        /// Between two requests.
        case idle
        /// A request's headers are arriving; a new connection starts here.
        case headers
        /// A request's body is arriving.
        case body
        /// A handler works on the answer.
        case handling
        /// A response is being sent.
        case writing
        /// The connection belongs to a session, which watches over it.
        case session
        /// No request was on it when this side ended reading; what had arrived by then is still answered.
        case released
    }

    let descriptor: Int32
    private let phaseValue = Atomic<UInt8>(Phase.headers.rawValue)
    private let deadlineValue: Atomic<Int64>
    private let requestCount = Atomic<UInt64>(0)
    private let answerBytesValue = Atomic<Int>(0)
    private let isReleasedValue = Atomic<Bool>(false)
    private let isCutValue = Atomic<Bool>(false)

    /// The raw target of the request at hand.
    @exclusivity(unchecked) var target: [UInt8] = []
    /// The body read so far.
    @exclusivity(unchecked) var body: [UInt8] = []
    /// What the request will be refused with when its body has been read and dropped.
    @exclusivity(unchecked) var refusal: Failure?
    /// How much of a body beyond the limit has been read and dropped.
    @exclusivity(unchecked) var dropped = 0
    /// Whether the first call of the access handler for this request has been.
    @exclusivity(unchecked) var begun = false
    /// When the request at hand was whole, in nanoseconds of the monotonic clock.
    @exclusivity(unchecked) var began: Int64 = 0
    /// The answer that is being made off the event loops, if it is one of those.
    @exclusivity(unchecked) var late: LateAnswer?
    /// What the connection is about to become, if it is answered with a WebSocket.
    @exclusivity(unchecked) var upgrade: WebSocketUpgrade?
    /// How much memory the body takes.
    @exclusivity(unchecked) var bodyBytes = 0
    /// How many bytes the requests had that have been read, as far as that is known: what chunks are wrapped in is not counted.
    @exclusivity(unchecked) var consumed: UInt64 = 0
    /// How many bytes had been received when the server was first found to be stopping: requests in them are still answered.
    @exclusivity(unchecked) var owed: UInt64?
    @exclusivity(unchecked) var scan = HeaderScan()
    @exclusivity(unchecked) var random = RandomWords()

    // The watchdog's own memory.
    var seenRequest: UInt64 = .max
    var seenPhase = Phase.handling
    var seenBytes: UInt64 = 0
    var seenTime: Int64 = 0

    init(descriptor: Int32, deadline: Int64) {
        self.descriptor = descriptor
        deadlineValue = Atomic(deadline)
    }

    var phase: Phase { Phase(rawValue: phaseValue.load(ordering: .acquiring)) ?? .idle }
    /// When the phase has to be over, in milliseconds of the monotonic clock.
    var deadline: Int64 { deadlineValue.load(ordering: .relaxed) }
    /// How many requests have begun.
    var requests: UInt64 { requestCount.load(ordering: .relaxed) }

    /// Enters a phase that has to be over at `deadline`; only the connection's worker calls this.
    func enter(_ phase: Phase, until deadline: Int64) {
        deadlineValue.store(deadline, ordering: .relaxed)
        // An exchange: a worker that comes behind ``release(from:)`` sees that it was released.
        _ = phaseValue.exchange(phase.rawValue, ordering: .acquiringAndReleasing)
    }

    /// Moves the deadline and leaves the phase.
    func extend(to deadline: Int64) { deadlineValue.store(deadline, ordering: .relaxed) }

    /// How many bytes the answer has that is being sent, if it is in memory; only the connection's worker writes it.
    var answerBytes: Int {
        get { answerBytesValue.load(ordering: .relaxed) }
        set { answerBytesValue.store(newValue, ordering: .relaxed) }
    }
    /// Whether this side has ended reading: from then on a peer cannot be seen to have left.
    var isReleased: Bool { isReleasedValue.load(ordering: .acquiring) }

    /// Whether the connection was ended before its time.
    var isCut: Bool { isCutValue.load(ordering: .acquiring) }

    /// Ends the connection at once, whatever its peer has still to read; any thread may, as long as the watchdog knows the connection.
    func cut() {
        isCutValue.store(true, ordering: .releasing)
        shutdown(descriptor, Int32(SHUT_RDWR))
    }

    /// Reads no further than what has arrived, if the connection is still in a phase.
    ///
    /// A request that is laid aside must not have its connection's reading ended: libmicrohttpd would take that for a client that has left.
    func release(from phase: Phase) {
        // Marked first: whoever sees the end of reading has to see whose it is.
        isReleasedValue.store(true, ordering: .releasing)
        let (isReleased, _) = phaseValue.compareExchange(
            expected: phase.rawValue, desired: Phase.released.rawValue, ordering: .acquiringAndReleasing)
        if isReleased { shutdown(descriptor, Int32(SHUT_RD)) } else { isReleasedValue.store(false, ordering: .releasing) }
    }

    /// Counts a request; only the connection's worker calls this.
    func countRequest() { requestCount.store(requests &+ 1, ordering: .relaxed) }

    /// Forgets the request at hand and keeps memory of ordinary size.
    func reset() {
        target.removeAll(keepingCapacity: true)
        if !body.isEmpty { body = [] }
        refusal = nil
        dropped = 0
        begun = false
        late = nil
        upgrade = nil
    }

    /// The client's address, without the port.
    var clientAddress: String {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var name = [CChar](repeating: 0, count: Int(NI_MAXHOST))
        let status = withUnsafeMutablePointer(to: &storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                getpeername(descriptor, address, &length) == 0
                    ? getnameinfo(address, length, &name, socklen_t(name.count), nil, 0, NI_NUMERICHOST) : -1
            }
        }
        return status == 0 ? name.withUnsafeBufferPointer { $0.baseAddress.map { String(cString: $0) } ?? "" } : ""
    }
}
