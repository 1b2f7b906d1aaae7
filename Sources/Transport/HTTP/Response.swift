import Glibc

/// What a request is answered with.
public struct Response: Sendable {
    /// The body of a response.
    public enum Body: Sendable {
        case none
        /// Bytes made for this response.
        case bytes(Payload)
        /// A text that is the same every time.
        case constant(StaticString)
        /// A file, or a range of it as the request asks.
        case file(FileBody)
        /// The whole response is what this work gives.
        case later(LateWork)
        /// A body that is made while it is sent.
        case stream(BodyStream)
        /// The connection becomes a WebSocket.
        case webSocket(WebSocketUpgrade)
        /// Events, one after another, for as long as both sides like.
        case events(EventSource)
    }

    /// The status.
    public var status: Status
    /// What the body is; nil for no body.
    public var contentType: ContentType?
    /// The body.
    public var body: Body
    /// Headers beside those that the server sets: date, length, type, connection, request id.
    public var headers: [Header]

    /// Creates a response.
    public init(_ status: Status = .ok, contentType: ContentType? = nil, body: Body = .none, headers: [Header] = []) {
        self.status = status
        self.contentType = contentType
        self.body = body
        self.headers = headers
    }

    /// Creates a response of JSON.
    public init(_ status: Status = .ok, json: consuming JSONWriter, headers: [Header] = []) {
        self.init(status, contentType: .json, body: .bytes(Payload(json.finish())), headers: headers)
    }

    /// Creates a response of plain text.
    public init(_ status: Status = .ok, text: String, headers: [Header] = []) {
        var buffer = ByteBuffer(capacity: text.utf8.count)
        buffer.append(text)
        self.init(status, contentType: .text, body: .bytes(Payload(buffer)), headers: headers)
    }

    /// An answer that takes too long to be made by an event loop: `work` makes it on one of the server's few threads for that.
    ///
    ///     Route("/months/{name}", …) { request in
    ///         let name = request.pathParameters["name"]
    ///         return .later { cancellation in try build(name, cancellation) }
    ///     }
    ///
    /// What it returns or throws is answered as if the handler had. The request does not outlive its handler, so the work takes the values
    /// it needs. It should look at the cancellation now and then: a client that left, or a server that stops, sets it. If too much work
    /// waits already, the request is refused with 503.
    public static func later(_ work: @escaping @Sendable (Cancellation) throws -> Response) -> Response {
        Response(body: .later(LateWork(work)))
    }

    /// The body's bytes as text, for tests; empty for files, for what is still to be made, and for what is made piece by piece.
    public var bodyText: String {
        switch body {
        case .none, .file, .later, .stream, .webSocket, .events: ""
        case .constant(let text): text.description
        case .bytes(let payload): payload.text
        }
    }

    /// The value of a header set by whoever made the response.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.description.lowercased() == name.lowercased() }?.value
    }
}

/// The work that a response waits for; see ``Response/later(_:)``.
public final class LateWork: Sendable {
    let run: @Sendable (Cancellation) throws -> Response

    init(_ run: @escaping @Sendable (Cancellation) throws -> Response) { self.run = run }
}

extension JSONWriter {
    consuming func finish() -> ByteBuffer { buffer }
}

/// The bytes of a response's body, written once and handed to the connection without a copy.
public final class Payload: @unchecked Sendable {
    // `@unchecked Sendable`: a payload belongs to one response, which one thread makes and sends.
    private var memory: UnsafeMutablePointer<UInt8>?
    /// How many bytes there are.
    public let count: Int

    /// Takes over a buffer.
    public init(_ buffer: consuming ByteBuffer) {
        let (memory, count) = buffer.release()
        self.memory = memory
        self.count = count
    }

    deinit { free(memory) }

    var bytes: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: memory, count: memory == nil ? 0 : count) }

    /// The bytes as text.
    public var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Gives the memory away; whoever takes it calls `free`.
    func release() -> UnsafeMutablePointer<UInt8>? {
        defer { memory = nil }
        return memory
    }
}
