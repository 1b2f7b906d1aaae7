import JSONReading
import Transport

/// Follows topics on a thread of its own: asks, reads events, and asks again from the last one on when the connection is lost.
final class EventFollower {
    private let millrace: Millrace
    private let address: String
    private let queue: EventQueue
    private let reader = JSONReader(maxBytes: EventText.longest)
    /// The last event had.
    private var last: String?
    /// Whether the server has followed these topics for this client before, so that it is not their names that are wrong.
    private var wasReady = false
    private var pause = EventFollower.shortestPause

    private static let shortestPause = 250
    private static let longestPause = 30_000

    init(_ millrace: Millrace, _ parameters: Millrace.Parameters, since: String?, _ queue: EventQueue) {
        self.millrace = millrace
        address = millrace.address("/v1/stream", parameters)
        self.queue = queue
        last = since
    }

    /// Follows until nobody reads any more, or waiting does not help.
    func run() {
        while !queue.cancellation.isCancelled {
            let error = connection()
            guard isWorthAnother(error) else { return queue.finish(error) }
            // Not all clients of a server that comes back at the same moment.
            let wait = max(pause + Int.random(in: 0...(pause / 4)), (error.retryAfter ?? 0).clamped(to: 0...3600) * 1000)
            pause = min(pause * 2, EventFollower.longestPause)
            guard queue.put(StreamEvent(id: nil, content: .interrupted(error, retryMilliseconds: wait))) else { return }
            queue.sleep(milliseconds: wait)
        }
    }

    /// A server that has just begun does not know yet what it records.
    private func isWorthAnother(_ error: MillraceError) -> Bool {
        error.isRetryable || (error.status == 404 && wasReady)
    }

    /// One connection to its end, which always has a reason.
    private func connection() -> MillraceError {
        var text = EventText()
        var fault: MillraceError?
        let resuming = last.map { [Header("Last-Event-ID", $0)] } ?? []
        do {
            let answer = try millrace.client.stream(
                address, headers: millrace.headers + resuming + [Header("Accept", "text/event-stream")],
                cancellation: queue.cancellation
            ) { [self] bytes in
                do {
                    var isRead = true
                    try text.take(bytes) { data in isRead = try isRead && take(data) }
                    return isRead
                } catch {
                    fault = error as? MillraceError ?? MillraceError(.unreadable, "an event is longer than \(EventText.longest) bytes")
                    return false
                }
            }
            if let fault { return fault }
            guard answer.status == 200 else { return MillraceError(refusal: answer) }
            // A proxy's page, say, would be asked for again for ever.
            guard answer.header("content-type")?.hasPrefix("text/event-stream") == true else {
                return MillraceError(.unreadable, "it is no stream of events")
            }
            return MillraceError(.unreachable, "the server ended the stream")
        } catch {
            return fault ?? MillraceError(error)
        }
    }

    private func take(_ data: UnsafeRawBufferPointer) throws(MillraceError) -> Bool {
        guard let event = try StreamEvent.read(data, by: reader) else { return true }
        if event.content == .ready {
            wasReady = true
            pause = EventFollower.shortestPause
        }
        guard queue.put(event) else { return false }
        // Once it was handed on: what is asked for again begins behind it.
        last = event.id ?? last
        return true
    }
}

extension Int {
    fileprivate func clamped(to range: ClosedRange<Int>) -> Int { Swift.min(Swift.max(self, range.lowerBound), range.upperBound) }
}
