import CMicroHTTPD
import Glibc
import Pipeline
import Synchronization

/// Shuts connections that take too long: slow headers, dripping bodies, readers that do not read, idle ones.
///
/// libmicrohttpd's own timeout starts again with every byte, so a drip lives for ever. Here every phase of a connection has a deadline,
/// and a thread looks for missed ones four times a second. A late connection's socket is shut down, which its worker then notices.
final class Watchdog: Sendable {
    private let connections = Mutex<[ObjectIdentifier: ConnectionState]>([:])
    private let limits: ServerLimits
    private let answers: ByteBudget
    private let ticker = Mutex<Ticker?>(nil)

    /// - Parameter answers: what clients may leave unread together.
    init(limits: ServerLimits, answers: ByteBudget) {
        self.limits = limits
        self.answers = answers
    }

    /// Begins to look; `also` is called each time as well.
    func start(also: @escaping @Sendable () -> Void) {
        ticker.withLock {
            $0 = Ticker(everyMilliseconds: 250) { [self] in
                look()
                also()
            }
        }
    }

    func stop() {
        ticker.withLock { ticker in
            ticker?.stop()
            ticker = nil
        }
    }

    func add(_ state: ConnectionState) {
        connections.withLock { $0[ObjectIdentifier(state)] = state }
    }

    /// Forgets a connection; its descriptor may be closed, and used again, after this has returned.
    func remove(_ state: ConnectionState) {
        connections.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(state)) }
    }

    /// How many connections are open.
    var count: Int { connections.withLock { $0.count } }

    /// Lets the connections that no request is on read no further, so that they close once what they have received is answered.
    func releaseIdle() {
        connections.withLock { connections in
            for state in connections.values {
                switch state.phase {
                case .idle: state.release(from: .idle)
                case .headers where isUnused(state): state.release(from: .headers)
                default: break
                }
            }
        }
    }

    private func isUnused(_ state: ConnectionState) -> Bool {
        state.requests == 0 && TransferCounts(descriptor: state.descriptor)?.received == 0
    }

    private func look() {
        let now = SystemClock.coarseMilliseconds()
        connections.withLock { connections in
            for state in connections.values where isLate(state, at: now) {
                state.cut()
            }
            if answers.isExceeded { cutSlowReaders(connections.values, at: now) }
        }
    }

    /// Cuts off those that read most slowly, until the others have room.
    private func cutSlowReaders(_ connections: some Sequence<ConnectionState>, at now: Int64) {
        let readers = connections.compactMap { state -> (state: ConnectionState, rate: Double)? in
            // One that has just begun has had no time to read.
            guard state.phase == .writing, state.seenPhase == .writing, state.answerBytes > 0, now - state.seenTime >= 200,
                let counts = TransferCounts(descriptor: state.descriptor)
            else { return nil }
            return (state, Double(counts.acknowledged &- state.seenBytes) / Double(now - state.seenTime))
        }
        // Their workers give the bytes back, a moment later.
        var left = answers.held
        for reader in readers.sorted(by: { $0.rate < $1.rate }) where left > answers.comfort {
            left -= reader.state.answerBytes
            answers.countShed()
            reader.state.cut()
        }
    }

    private func isLate(_ state: ConnectionState, at now: Int64) -> Bool {
        let phase = state.phase
        let request = state.requests
        let isNew = state.seenRequest != request || state.seenPhase != phase
        state.seenRequest = request
        state.seenPhase = phase
        switch phase {
        case .handling, .session:
            return false
        case .released:
            return now > state.deadline
        case .headers, .body:
            return now > state.deadline || (!isNew && Watchdog.hasLeft(state))
        case .idle:
            return isLateIdle(state, isNew: isNew, at: now)
        case .writing:
            return isLateWriting(state, isNew: isNew, at: now)
        }
    }

    /// Whether all that a peer will ever send has been read.
    ///
    /// libmicrohttpd misses an end that arrives right behind other bytes: epoll tells of both at once, and it reads one.
    private static func hasLeft(_ state: ConnectionState) -> Bool {
        TransferCounts(descriptor: state.descriptor)?.peerHasClosed == true && !TransferCounts.hasUnread(state.descriptor)
    }

    /// Nobody tells when the first byte of a next request arrives; the kernel's count of received bytes does.
    private func isLateIdle(_ state: ConnectionState, isNew: Bool, at now: Int64) -> Bool {
        if now > state.deadline || (!isNew && Watchdog.hasLeft(state)) { return true }
        guard let counts = TransferCounts(descriptor: state.descriptor) else { return false }
        if isNew {
            state.seenBytes = counts.received
        } else if counts.received > state.seenBytes {
            state.seenBytes = .max
            let limit = now + Int64(limits.headerSeconds * 1000)
            if limit < state.deadline { state.extend(to: limit) }
        }
        return false
    }

    /// A reader has to take its share of bytes in every stretch of time, or it is cut off.
    private func isLateWriting(_ state: ConnectionState, isNew: Bool, at now: Int64) -> Bool {
        guard isNew || now > state.deadline, let counts = TransferCounts(descriptor: state.descriptor) else { return false }
        if !isNew, Double(counts.acknowledged &- state.seenBytes) < limits.writeSeconds * Double(limits.writeRate) { return true }
        state.seenBytes = counts.acknowledged
        state.seenTime = now
        state.extend(to: now + Int64(limits.writeSeconds * 1000))
        return false
    }
}
