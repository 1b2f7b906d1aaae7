/// What becomes of a request that is answered with a WebSocket: the handshake's answer, and who receives.
public final class WebSocketUpgrade: Sendable {
    let accept: String
    let subprotocol: String?
    let options: WebSocketOptions
    let makeReceiver: @Sendable (WebSocketSession) -> any WebSocketReceiver

    init(
        accept: String, subprotocol: String?, options: WebSocketOptions,
        makeReceiver: @escaping @Sendable (WebSocketSession) -> any WebSocketReceiver
    ) {
        self.accept = accept
        self.subprotocol = subprotocol
        self.options = options
        self.makeReceiver = makeReceiver
    }
}

extension Response {
    /// Answers a request by turning its connection into a WebSocket (RFC 6455, version 13; no extension is offered).
    ///
    ///     Route("/stream", …) { request in
    ///         try .webSocket(request) { session in Subscriber(session) }
    ///     }
    ///
    /// The receiver is made once the connection is a WebSocket, on the thread of all sessions. It may keep the session, which is let go
    /// when the session is over.
    ///
    /// - Parameter subprotocols: those that the server speaks; the first that the client offers is chosen.
    /// - Throws: ``Failure`` 400 for a malformed handshake, 426 for a request that is no handshake, or one of another version.
    public static func webSocket(
        _ request: borrowing Request, subprotocols: [String] = [], options: WebSocketOptions = WebSocketOptions(), headers: [Header] = [],
        _ makeReceiver: @escaping @Sendable (WebSocketSession) -> any WebSocketReceiver
    ) throws(Failure) -> Response {
        let handshake = try WebSocketHandshake(request)
        let upgrade = WebSocketUpgrade(
            accept: handshake.accept, subprotocol: subprotocols.first { handshake.subprotocols.contains($0) }, options: options,
            makeReceiver: makeReceiver)
        return Response(.switchingProtocols, body: .webSocket(upgrade), headers: headers)
    }
}

extension Request {
    /// Whether the request asks for its connection to become a WebSocket; whether it does so well is judged by
    /// ``Response/webSocket(_:subprotocols:options:headers:_:)``.
    public var isWebSocketHandshake: Bool {
        tokens(of: "Upgrade").contains("websocket")
    }

    /// The comma-separated tokens of all headers of a name, in lower case.
    func tokens(of name: StaticString) -> [String] {
        values(of: name).flatMap { $0.split(separator: ",") }
            .map { $0.drop { $0 == " " || $0 == "\t" } }
            .map { String($0.reversed().drop { $0 == " " || $0 == "\t" }.reversed()).lowercased() }
    }
}
