/// What a request that is answered with events leads to.
public final class EventSource: Sendable {
    let options: EventOptions
    let isWelcome: @Sendable () -> Bool
    let open: @Sendable (EventSession) -> @Sendable () -> Void

    init(
        options: EventOptions, isWelcome: @escaping @Sendable () -> Bool,
        open: @escaping @Sendable (EventSession) -> @Sendable () -> Void
    ) {
        self.options = options
        self.isWelcome = isWelcome
        self.open = open
    }
}

/// What a stream of events may do.
public struct EventOptions: Sendable {
    /// How many bytes may wait for a client that reads slowly; one more ends its stream.
    public var outgoingLimit = 4 << 20
    /// Seconds without an event after which a comment is sent, so that a client that left is noticed.
    public var heartbeatSeconds = 10.0

    /// The options that suit a stream of market data.
    public init() {}
}

extension Response {
    /// Answers with a stream of events (`text/event-stream`).
    ///
    ///     Route("/stream", …) { request in
    ///         .events { session in
    ///             let subscription = market.subscribe(topics) { session.send($0.event) }
    ///             return { market.cancel(subscription) }
    ///         }
    ///     }
    ///
    /// - Parameters:
    ///   - isWelcome: is asked a few times a second; once it says no the stream takes no more events and ends.
    ///   - open: is called once the stream begins, and returns what is to be called once when it is over. All are called on threads that
    ///     have other things to do: be quick.
    public static func events(
        options: EventOptions = EventOptions(), headers: [Header] = [], while isWelcome: @escaping @Sendable () -> Bool = { true },
        _ open: @escaping @Sendable (EventSession) -> @Sendable () -> Void
    ) -> Response {
        Response(
            contentType: .eventStream, body: .events(EventSource(options: options, isWelcome: isWelcome, open: open)),
            headers: headers + [Header("Cache-Control", "no-store"), Header("X-Accel-Buffering", "no")])
    }
}

extension ContentType {
    /// Server-sent events.
    public static let eventStream = ContentType("text/event-stream; charset=utf-8", compressible: false)
}
