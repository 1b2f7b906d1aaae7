/// What is to be sent to one client and has not yet been taken over by the loop that sends it; pure.
struct SessionOutbox: Sendable {
    /// What came since the loop looked last.
    struct News {
        var frames: [OutgoingFrame] = []
        var closing: Closing?
        var isAborted = false
    }

    /// How a session is to be closed.
    struct Closing: Sendable {
        var code: Int
        var reason: String
        /// Whether what waits is dropped: the client does not read it anyway.
        var dropsWaiting: Bool
    }

    private let limit: Int
    /// How many bytes have been taken and not been sent.
    var waiting = 0
    /// How many bytes its server counts for it.
    private(set) var counted = 0
    private var isGone = false
    private(set) var isOpen = true
    private var frames: [OutgoingFrame] = []
    private var closing: Closing?
    private var isAborted = false
    private var isAnnounced = false

    init(limit: Int) { self.limit = limit }

    /// Takes a frame, if the session is open and has room for it.
    mutating func add(_ frame: OutgoingFrame) -> Bool {
        guard isOpen, waiting + frame.size <= limit else { return false }
        waiting += frame.size
        frames.append(frame)
        return true
    }

    /// Returns whether the loop has to be told that there is something new.
    mutating func announce() -> Bool {
        defer { isAnnounced = true }
        return !isAnnounced
    }

    mutating func close(code: Int, reason: String, dropping: Bool) -> Bool {
        guard isOpen else { return false }
        isOpen = false
        closing = Closing(code: code, reason: reason, dropsWaiting: dropping)
        if dropping {
            waiting -= frames.reduce(0) { $0 + $1.size }
            frames = []
        }
        return announce()
    }

    mutating func abort() -> Bool {
        guard !isAborted else { return false }
        isOpen = false
        isAborted = true
        return announce()
    }

    mutating func take() -> News {
        isAnnounced = false
        defer {
            frames = []
            closing = nil
        }
        return News(frames: frames, closing: closing, isAborted: isAborted)
    }

    mutating func end() {
        isOpen = false
        waiting -= frames.reduce(0) { $0 + $1.size }
        frames = []
        closing = nil
    }

    /// Nothing waits for the client any more.
    mutating func leave() { isGone = true }

    /// How many bytes its server has to count more than it did.
    mutating func recount() -> Int {
        let now = isGone ? 0 : max(0, waiting)
        defer { counted = now }
        return now - counted
    }
}
