/// A whole answer of an HTTP server.
public struct HTTPAnswer: Sendable {
    /// A header as it was received.
    public struct Field: Sendable, Hashable {
        /// The name, in small letters.
        public let name: String
        /// The value, without blanks around it.
        public let value: String

        /// Creates a field.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// The status code, 100 to 599; an answer of any status is an answer.
    public var status: Int
    /// The headers of the last answer, in their order.
    public var headers: [Field]
    /// The body, unpacked.
    public var body: [UInt8]

    /// Creates an answer, for tests and stand-ins.
    public init(status: Int, headers: [Field] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The value of the first header of this name, which is given in small letters.
    public func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }
}
