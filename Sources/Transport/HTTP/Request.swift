import CMicroHTTPD
import Glibc

/// A request, while it is being answered.
///
/// Headers are looked up where the connection holds them, so a request must not outlive the call of its handler; it is not Sendable.
public struct Request {
    /// The method.
    public let method: Method
    /// The raw request target, path and query, as it was sent.
    public let target: [UInt8]
    /// Where the path ends in ``target``.
    let pathEnd: Int
    /// The decoded query.
    public let query: Query
    /// What the path's parameters, `{name}` in the route's pattern, stand for.
    public var pathParameters: [String: String] { matched ?? [:] }
    // Nil rather than empty: most routes have none, and an empty dictionary is not free.
    var matched: [String: String]?
    /// The body, empty if there is none.
    public let body: [UInt8]
    /// The identity of the request, for answers and logs.
    public let id: RequestID
    /// When the request was read: microseconds since 1970-01-01 UTC.
    public let time: Int64
    /// The client's address, without the port.
    public var client: String { source.client }

    private let source: Source

    enum Source {
        case connection(OpaquePointer, ConnectionState)
        case values([(name: String, value: String)])

        var client: String {
            switch self {
            case .connection(_, let state): state.clientAddress
            case .values: "127.0.0.1"
            }
        }
    }

    /// Creates a request without a connection, for tests and for answering from within.
    ///
    /// - Throws: ``Failure`` if the query cannot be decoded.
    public init(
        _ method: Method, _ target: String, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
        id: RequestID = .random(), time: Int64 = 0
    ) throws(Failure) {
        try self.init(method: method, target: Array(target.utf8), body: body, id: id, time: time, source: .values(headers))
    }

    /// Creates a GET without a connection.
    ///
    /// - Throws: ``Failure`` if the query cannot be decoded.
    public init(_ target: String, headers: [(name: String, value: String)] = [], time: Int64 = 0) throws(Failure) {
        try self.init(.get, target, headers: headers, time: time)
    }

    init(method: Method, target: [UInt8], body: [UInt8], id: RequestID, time: Int64, source: Source) throws(Failure) {
        self.method = method
        self.target = target
        self.body = body
        self.id = id
        self.time = time
        self.source = source
        if let mark = target.firstIndex(of: UInt8(ascii: "?")) {
            pathEnd = mark
            query = try Query(decoding: target[(mark + 1)...])
        } else {
            pathEnd = target.count
            query = Query()
        }
    }

    /// The raw path.
    public var path: String { String(decoding: target[..<pathEnd], as: UTF8.self) }

    /// The path with its percent-encoded characters decoded.
    ///
    /// - Throws: ``Failure`` 400 if it cannot be decoded.
    public var decodedPath: String {
        get throws(Failure) { try PercentCoding.decode(target[..<pathEnd], plusIsBlank: false) }
    }

    /// The value of a header, or nil if it was not sent; of several, the first.
    public func header(_ name: StaticString) -> String? {
        switch source {
        case .connection(let connection, _):
            let key = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
            return MHD_lookup_connection_value(connection, .HEADER_KIND, key).map { String(cString: $0) }
        case .values(let headers):
            let wanted = name.description.lowercased()
            return headers.first { $0.name.lowercased() == wanted }?.value
        }
    }

    /// The values of all headers of a name, in the order in which they were sent.
    public func values(of name: StaticString) -> [String] {
        switch source {
        case .connection(let connection, _):
            var collector = HeaderCollector(name: name)
            withUnsafeMutablePointer(to: &collector) {
                _ = MHD_get_connection_values_n(connection, .HEADER_KIND, HeaderCollector.visit, $0)
            }
            return collector.values
        case .values(let headers):
            let wanted = name.description.lowercased()
            return headers.filter { $0.name.lowercased() == wanted }.map(\.value)
        }
    }

    /// How often a header was sent.
    public func count(of name: StaticString) -> Int { values(of: name).count }
}

/// Collects the values of the headers of one name.
private struct HeaderCollector {
    let name: StaticString
    var values: [String] = []

    static let visit: MHD_KeyValueIteratorN = { context, _, key, size, value, valueSize in
        guard let collector = context?.assumingMemoryBound(to: HeaderCollector.self), let key else { return .YES }
        let name = collector.pointee.name
        if size == name.utf8CodeUnitCount {
            let wanted = UnsafeRawPointer(name.utf8Start).assumingMemoryBound(to: CChar.self)
            if strncasecmp(key, wanted, size) == 0 {
                let bytes = UnsafeRawBufferPointer(start: value, count: value == nil ? 0 : valueSize)
                collector.pointee.values.append(String(decoding: bytes, as: UTF8.self))
            }
        }
        return .YES
    }
}
