/// A request and what became of it, for logs: no header, no query, nothing that could be a key.
public struct AnsweredRequest: Sendable {
    /// The identity of the request, which its answer carries.
    public let id: RequestID
    /// The façade, or `none`.
    public let facade: String
    /// The method.
    public let method: Method
    /// The path as it was sent, without the query.
    public let path: String
    /// The status of the answer.
    public let status: Status
    /// From the whole request to its answer, without sending it.
    public let nanoseconds: Int64
    /// The address that asked, without the port.
    public let client: String

    init(_ id: RequestID, _ method: Method, _ status: Status, _ state: ConnectionState, facade: String, nanoseconds: Int64) {
        self.id = id
        self.facade = facade
        self.method = method
        path = String(decoding: state.target.prefix { $0 != UInt8(ascii: "?") }, as: UTF8.self)
        self.status = status
        self.nanoseconds = nanoseconds
        client = state.clientAddress
    }
}
