/// A family of routes below one prefix, with its own gate and its own shape of errors: a vendor's API.
public struct Mount: Sendable {
    /// Lets a request in, and gives headers to send with its answer; or throws what it is refused with.
    public typealias Gate = @Sendable (borrowing Request) throws(Failure) -> [Header]
    /// Gives a failure the vendor's shape.
    public typealias ErrorRenderer = @Sendable (Failure, RequestID, _ time: Int64) -> Response

    /// What all paths begin with: `/orderflow-api`, or nothing.
    public let prefix: String
    /// What it is called in metrics and logs: `oanor`.
    public let name: String
    /// The routes.
    public let routes: [Route]
    /// What it is, in one sentence without a full stop.
    public let summary: String
    /// Where the gate looks for a key; nil without a gate, and where routes ask by themselves.
    public let key: KeyPlace?
    let gate: Gate?
    let render: ErrorRenderer

    /// Creates a mount; without a renderer errors are one line of plain text, and without a name it goes by its prefix.
    ///
    /// - Parameter key: where the gate looks for a key.
    public init(
        _ prefix: String, name: String? = nil, summary: String = "", routes: [Route], key: KeyPlace? = nil, gate: Gate? = nil,
        errors render: @escaping ErrorRenderer = Mount.plainError
    ) {
        self.prefix = prefix
        self.name = name ?? prefix
        self.routes = routes
        self.summary = summary
        self.key = key
        self.gate = gate
        self.render = render
    }

    /// An error as one line of plain text.
    public static let plainError: ErrorRenderer = { failure, _, _ in
        Response(failure.status, text: failure.message + "\n", headers: failure.headers)
    }
}
