/// One thing that can be asked, as data: documentation, OpenAPI and tests are made from it.
public struct Route: Sendable {
    /// Answers a request. What it throws is rendered by the mount's error renderer; anything but a ``Failure`` is a 500.
    public typealias Handler = @Sendable (borrowing Request) throws -> Response

    /// The method; a GET route answers HEAD too.
    public let method: Method
    /// The path below the mount's prefix: `/v1/flow`, `/files/{name}`. A `{name}` stands for one segment that is not empty.
    public let path: String
    /// The parameters of the query.
    public let parameters: [Parameter]
    /// What it answers with, in one line without a full stop.
    public let summary: String
    /// Answers a request.
    public let handler: Handler

    /// Creates a route.
    public init(
        _ method: Method, _ path: String, parameters: [Parameter] = [], summary: String, handler: @escaping Handler
    ) {
        self.method = method
        self.path = path
        self.parameters = parameters
        self.summary = summary
        self.handler = handler
    }

    /// Creates a GET route.
    public init(_ path: String, parameters: [Parameter] = [], summary: String, handler: @escaping Handler) {
        self.init(.get, path, parameters: parameters, summary: summary, handler: handler)
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
