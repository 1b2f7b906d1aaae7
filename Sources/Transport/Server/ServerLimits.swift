/// What a server allows one client and all clients together.
public struct ServerLimits: Sendable {
    /// Connections open at once; further ones wait in the listen queue.
    public var connections = 4096
    /// Connections open at once from one address; further ones are closed.
    public var connectionsPerClient = 512
    /// The longest request target, in bytes; with ``headerSize`` at most about 10,000.
    public var targetSize = 3072
    /// All header names and values of a request together, in bytes.
    public var headerSize = 6144
    /// The longest request body, in bytes.
    public var bodySize = 1 << 20
    /// Bytes of request bodies that the server holds for all connections together; whose body finds no room gets 503.
    public var heldBodies = 64 << 20
    /// Bytes of answers that wait for all clients together: beyond it, those that read most slowly are cut off, and answers longer than
    /// ``smallAnswer`` are 503 instead.
    public var heldAnswers = 256 << 20
    /// Answers that are sent while they are made, at once; for one more the slowest of them is cut off, or it is 503.
    public var streamedAnswers = 128
    /// Answers up to this size are given even while ``heldAnswers`` are waited for.
    public var smallAnswer = 4096
    /// Bytes of events that wait for the clients of all streams together; beyond it those are cut off for which the most waits.
    public var heldEvents = 256 << 20
    /// Bytes of frames that wait for the clients of all WebSockets together; beyond it those are closed for which the most waits.
    public var heldFrames = 256 << 20
    /// Seconds in which the headers of a request have to arrive, from the connection's start or the request's first byte.
    public var headerSeconds = 5.0
    /// Seconds in which the body of a request has to arrive.
    public var bodySeconds = 10.0
    /// Seconds after which a slow reader is judged, again and again while a response is being sent.
    public var writeSeconds = 10.0
    /// The bytes a second that a client has to take of a response, on average over ``writeSeconds``.
    public var writeRate = 1024
    /// Seconds that a connection may wait between two requests.
    public var idleSeconds = 60.0
    /// Bodies shorter than this are sent as they are, even to clients that accept gzip.
    public var gzipSize = 1024
    /// Threads for answers that take too long for an event loop; nil for one a core, and two at least.
    public var workThreads: Int?
    /// Requests that may wait for such a thread; further ones are refused with 503.
    public var workQueue = 256

    /// The limits that suit a small data API.
    public init() {}
}
