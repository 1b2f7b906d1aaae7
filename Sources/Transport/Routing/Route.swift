/// One thing that can be asked, as data: documentation, OpenAPI and tests are made from it.
public struct Route: Sendable {
    /// Answers a request. What it throws is rendered by the mount's error renderer; anything but a ``Failure``
    /// or a ``RefusingError`` is a 500.
    public typealias Handler = @Sendable (borrowing Request) throws -> Response

    /// The method; a GET route answers HEAD too.
    public let method: Method
    /// The path below the mount's prefix: `/v1/flow`, `/files/{name}`. A `{name}` stands for one segment that is not empty.
    public let path: String
    /// The parameters of the query.
    public let parameters: [Parameter]
    /// What it answers with, in one line without a full stop.
    public let summary: String
    /// What kind of answer it gives.
    public let answer: Answer
    /// What its JSON looks like; nil where nobody has said.
    public let shape: JSONShape?
    /// Where a request carries its key; nil where the route asks for none itself.
    public let key: KeyPlace?
    /// Answers a request.
    public let handler: Handler

    /// A kind of answer, as documentation names it.
    public enum Answer: Sendable, Hashable {
        /// A body of this media type.
        case body(MediaType)
        /// A table in any of these media types, as the client asks.
        case table([MediaType])
        /// A file, whole or in ranges, with an entity tag.
        case file(MediaType)
        /// A WebSocket for a client that asks for one, else a stream of events where there is one.
        case stream(hasEvents: Bool)
    }

    /// A handler that lets in who has a key, and where it looks for that.
    public struct Guarded: Sendable {
        let key: KeyPlace
        let handler: Handler

        /// Creates a guarded handler.
        public init(_ key: KeyPlace, handler: @escaping Handler) {
            self.key = key
            self.handler = handler
        }
    }

    /// Creates a route.
    public init(
        _ method: Method, _ path: String, parameters: [Parameter] = [], summary: String, answer: Answer = .body(.json),
        shape: JSONShape? = nil, key: KeyPlace? = nil, handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.parameters = parameters
        self.summary = summary
        self.answer = answer
        self.shape = shape
        self.key = key
        self.handler = handler
    }

    /// Creates a GET route.
    public init(
        _ path: String, parameters: [Parameter] = [], summary: String, answer: Answer = .body(.json), shape: JSONShape? = nil,
        handler: @escaping Handler
    ) {
        self.init(.get, path, parameters: parameters, summary: summary, answer: answer, shape: shape, handler: handler)
    }

    /// Creates a GET route that asks for a key.
    public init(
        _ path: String, parameters: [Parameter] = [], summary: String, answer: Answer = .body(.json), shape: JSONShape? = nil,
        handler: Guarded
    ) {
        self.init(
            .get, path, parameters: parameters, summary: summary, answer: answer, shape: shape, key: handler.key, handler: handler.handler)
    }

    /// The names that stand in the path in braces, in order.
    var pathNames: [String] {
        path.split(separator: "/").filter { $0.first == "{" && $0.last == "}" }.map { String($0.dropFirst().dropLast()) }
    }

    /// The parameters of a path that this route's pattern fits, or nil if it does not.
    func match(segments: [String]) -> [String: String]? {
        let pattern = path.split(separator: "/", omittingEmptySubsequences: false)
        guard pattern.count == segments.count else { return nil }
        var values: [String: String] = [:]
        for (part, segment) in zip(pattern, segments) {
            if part.first == "{", part.last == "}" {
                if segment.isEmpty { return nil }
                values[String(part.dropFirst().dropLast())] = segment
            } else if part != segment {
                return nil
            }
        }
        return values
    }
}
