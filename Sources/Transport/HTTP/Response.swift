import Glibc

/// What a request is answered with.
public struct Response {
    /// The body of a response.
    public enum Body {
        case none
        /// Bytes made for this response.
        case bytes(Payload)
        /// A text that is the same every time.
        case constant(StaticString)
        /// A file, or a range of it as the request asks.
        case file(FileBody)
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

    /// The body's bytes as text, for tests; empty for files.
    public var bodyText: String {
        switch body {
        case .none, .file: ""
        case .constant(let text): text.description
        case .bytes(let payload): payload.text
        }
    }

    /// The value of a header set by whoever made the response.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.description.lowercased() == name.lowercased() }?.value
    }
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
