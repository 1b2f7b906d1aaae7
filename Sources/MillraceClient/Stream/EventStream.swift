import Pipeline

/// What happens on some topics, event by event; see ``Millrace/stream(_:since:worth:)``.
public struct EventStream: AsyncSequence, Sendable {
    let millrace: Millrace
    let parameters: Millrace.Parameters
    let since: String?

    /// Begins to follow; each iterator has a connection of its own.
    public func makeAsyncIterator() -> Iterator { Iterator(reader: Reader(self)) }

    /// Hands on events one by one.
    public struct Iterator: AsyncIteratorProtocol {
        let reader: Reader
        private var events: ArraySlice<StreamEvent> = []

        init(reader: Reader) { self.reader = reader }

        /// The next event, once there is one; nil once the task is cancelled.
        ///
        /// - Throws: ``MillraceError`` where trying again does not help: a key is refused, a topic is not recorded, the server is none.
        public mutating func next() async throws -> StreamEvent? {
            if Task.isCancelled {
                reader.queue.leave()
                return nil
            }
            if events.isEmpty { events = try await reader.next()[...] }
            return events.popFirst()
        }
    }

    /// Lives as long as its iterator: whoever leaves the loop lets go of the connection.
    final class Reader: Sendable {
        let queue = EventQueue()

        init(_ stream: EventStream) {
            let queue = queue
            let thread = JoinableThread { EventFollower(stream.millrace, stream.parameters, since: stream.since, queue).run() }
            if let thread {
                thread.detach()
            } else {
                queue.finish(MillraceError(.unusable, "no thread is left for a stream"))
            }
        }

        deinit { queue.leave() }

        func next() async throws -> [StreamEvent] { try await queue.next() }
    }
}
