import Pipeline
import Transport

/// Events between the thread that reads them and the task that wants them. A reader that is slow holds the thread up, and so the server.
final class EventQueue: Sendable {
    private struct State: Sendable {
        var events: [StreamEvent] = []
        var waiting: CheckedContinuation<[StreamEvent], any Error>?
        /// Nobody reads any more.
        var isLeft = false
        /// There will be no more events.
        var end: MillraceError?
    }

    /// How many events wait at most.
    private static let room = 1024
    private let state = Condition(State())
    /// Set when nobody reads any more.
    let cancellation = Cancellation()

    /// The events that have come, once there are some; none once the task is cancelled.
    ///
    /// - Throws: what ended the stream.
    func next() async throws -> [StreamEvent] {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let found: Result<[StreamEvent], any Error>? = state.withLock { state in
                    if state.isLeft { return .success([]) }
                    if !state.events.isEmpty {
                        defer { state.events = [] }
                        return .success(state.events)
                    }
                    if let end = state.end { return .failure(end) }
                    state.waiting = continuation
                    return nil
                }
                if let found { continuation.resume(with: found) }
            }
        } onCancel: {
            leave()
        }
    }

    /// Nobody wants more: the thread ends within a second.
    func leave() {
        cancellation.cancel()
        state.withLock { state in
            state.isLeft = true
            state.events = []
            state.waiting?.resume(returning: [])
            state.waiting = nil
        }
    }

    /// Adds an event, once there is room.
    ///
    /// - Returns: false if nobody reads any more.
    func put(_ event: StreamEvent) -> Bool {
        state.wait { state in
            if state.isLeft { return false }
            guard state.events.count < EventQueue.room else { return nil }
            if let waiting = state.waiting {
                state.waiting = nil
                waiting.resume(returning: [event])
            } else {
                state.events.append(event)
            }
            return true
        }
    }

    /// Ends the stream, behind what waits.
    func finish(_ error: MillraceError) {
        state.withLock { state in
            state.end = error
            state.waiting?.resume(throwing: error)
            state.waiting = nil
        }
    }

    /// Waits for some time, or until nobody reads any more.
    func sleep(milliseconds: Int) {
        state.wait(atMostMilliseconds: milliseconds) { $0.isLeft ? () : nil }
    }
}
