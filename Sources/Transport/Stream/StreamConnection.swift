import Glibc

/// Memory that the connections of a thread use in turn.
struct StreamScratch {
    var output = StreamOutput()
    /// What has just been read.
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
}

/// A connection of a ``StreamLoop``: reads for its session, and sends what that has to say. Belongs to the loop's thread alone.
final class StreamConnection {
    /// How far the connection is.
    private enum Phase {
        case open
        /// What waits is sent, then this side is shut.
        case closing
        /// This side is shut; what still arrives is dropped until the peer closes too, so that it can read what it was sent.
        case draining
        case over
    }

    let descriptor: Int32
    let client: StreamClient
    private var session: any ByteSession
    private let limits: StreamLimits
    private var phase = Phase.open
    /// What has come and the session has not dealt with.
    private var input: [UInt8] = []
    /// What the session has said and the peer has not taken, from ``sent`` on.
    private var waiting: [UInt8] = []
    private var sent = 0
    /// When the peer has to have taken something, or closed its side.
    private var patience = Int64.max
    /// When the message that has begun has to be whole; it cannot go on while the peer is owed bytes.
    private var messagePatience = Int64.max
    /// Why it is over, if not by its peer or its session.
    private(set) var cutoff: StreamCutoff?
    /// How much memory it holds for what has come and for what the peer has not taken, in bytes, when that was last asked for.
    private(set) var held = 0
    private var wishes = (reading: true, writing: false)

    init(descriptor: Int32, client: StreamClient, session: any ByteSession, limits: StreamLimits) {
        self.descriptor = descriptor
        self.client = client
        self.session = session
        self.limits = limits
    }

    /// Whether the connection can be closed.
    var isOver: Bool { phase == .over }

    /// Ends it at once.
    func lose() { phase = .over }

    /// Ends it at once for a reason.
    func cut(_ reason: StreamCutoff) {
        phase = .over
        cutoff = reason
    }

    /// Ends the connection if it took too long, and returns whether it did.
    func isLate(at now: Int64) -> Bool {
        if now >= patience {
            cut(phase == .draining ? .lingering : .slowReader)
        } else if phase == .open {
            if now >= messagePatience { cut(.slowMessage) } else if now >= session.deadline { cut(.deadline) }
        }
        return phase == .over
    }

    /// How many bytes more it holds than when this was last asked for.
    func changeOfHeld() -> Int {
        // What is reserved, not what is used: arrays grow by doubling.
        let now = input.capacity + waiting.capacity
        defer { held = now }
        return now - held
    }

    /// What epoll is to tell, where that has changed.
    func changedWishes() -> (reading: Bool, writing: Bool)? {
        let now = (reading: waiting.isEmpty, writing: !waiting.isEmpty)
        defer { wishes = now }
        return now == wishes ? nil : now
    }

    /// Does what can be done now.
    func serve(at time: StreamTime, _ scratch: inout StreamScratch) {
        if !waiting.isEmpty {
            flush(at: time)
            // There is room again for what the rest of the input asks for.
            if phase == .open, waiting.isEmpty, !input.isEmpty { work(at: time, &scratch) }
            return
        }
        let count = scratch.bytes.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
        guard count > 0 else {
            if count == 0 || errno != EAGAIN && errno != EINTR { phase = .over }
            return
        }
        guard phase == .open else { return }
        if input.isEmpty {
            let used = answer(scratch.bytes[..<count], at: time, &scratch.output)
            if used < count { input.append(contentsOf: scratch.bytes[used..<count]) }
        } else {
            input.append(contentsOf: scratch.bytes[..<count])
        }
        work(at: time, &scratch)
    }

    /// Lets the session deal with what has come, as long as the peer takes the answers.
    private func work(at time: StreamTime, _ scratch: inout StreamScratch) {
        var start = 0
        while phase == .open, waiting.isEmpty, start < input.count {
            let used = answer(input[start...], at: time, &scratch.output)
            if used == 0 { break }
            start += used
        }
        // An idle connection holds no memory, nor does one that is read no further.
        if start == input.count || phase != .open { input = [] } else if start > 0 { input = Array(input[start...]) }
        if input.isEmpty || !waiting.isEmpty {
            messagePatience = .max
        } else if input.count > limits.unreadBytes {
            cut(.unread)
        } else if start > 0 || messagePatience == .max {
            messagePatience = time.nanoseconds + StreamLimits.nanoseconds(limits.messageSeconds)
        }
    }

    /// Gives the session some bytes, sends what it says to them, and returns how many it has dealt with.
    private func answer(_ bytes: ArraySlice<UInt8>, at time: StreamTime, _ output: inout StreamOutput) -> Int {
        output.clear()
        let used = min(max(session.receive(bytes, at: time, into: &output), 0), bytes.count)
        if output.isClosing { phase = .closing }
        send(output.bytes, at: time)
        return used
    }

    private func send(_ bytes: [UInt8], at time: StreamTime) {
        let count = bytes.isEmpty ? 0 : bytes.withUnsafeBytes { put($0) }
        if count < bytes.count, phase != .over {
            waiting.append(contentsOf: bytes[count...])
            patience = time.nanoseconds + StreamLimits.nanoseconds(limits.writeSeconds)
        }
        finish(at: time)
    }

    private func flush(at time: StreamTime) {
        let count = waiting.withUnsafeBytes { put(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
        sent += count
        if count > 0 { patience = time.nanoseconds + StreamLimits.nanoseconds(limits.writeSeconds) }
        if sent == waiting.count {
            (waiting, sent, patience) = ([], 0, .max)
        }
        finish(at: time)
    }

    /// Shuts this side once everything has been sent that was to be.
    private func finish(at time: StreamTime) {
        guard phase == .closing, waiting.isEmpty else { return }
        shutdown(descriptor, Int32(SHUT_WR))
        phase = .draining
        patience = time.nanoseconds + StreamLimits.nanoseconds(limits.closeSeconds)
    }

    /// Sends what fits, and returns how much that was.
    private func put(_ bytes: UnsafeRawBufferPointer) -> Int {
        let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, Int32(MSG_NOSIGNAL))
        if count < 0, errno != EAGAIN, errno != EINTR { phase = .over }
        return max(0, count)
    }
}
