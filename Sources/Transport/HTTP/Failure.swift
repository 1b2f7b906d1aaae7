/// A request that gets an error for an answer; the mount it was for gives the answer its vendor's shape.
public struct Failure: Error, Sendable, CustomStringConvertible {
    /// The status to answer with.
    public var status: Status
    /// One sentence for the caller, without a full stop: what is wrong and what to do.
    public var message: String
    /// Headers that belong to the error: `Retry-After`, `Allow`.
    public var headers: [Header]

    /// Creates a failure; the message defaults to the status' own words.
    public init(_ status: Status, _ message: String? = nil, headers: [Header] = []) {
        self.status = status
        self.message = message ?? status.reason
        self.headers = headers
    }

    /// The status and the message.
    public var description: String { "\(status.code) \(message)" }
}
