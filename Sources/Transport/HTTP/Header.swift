/// A response header.
public struct Header: Sendable {
    /// The name as it is sent.
    public let name: StaticString
    /// The value: visible ASCII and blanks.
    public let value: String

    /// Creates a header.
    public init(_ name: StaticString, _ value: String) {
        self.name = name
        self.value = value
    }
}

/// What a body is.
public struct ContentType: Sendable {
    /// The value of the `Content-Type` header.
    public let value: StaticString
    /// Whether gzip is worth trying.
    public let compressible: Bool

    /// Creates a content type.
    public init(_ value: StaticString, compressible: Bool) {
        self.value = value
        self.compressible = compressible
    }

    /// JSON.
    public static let json = ContentType("application/json; charset=utf-8", compressible: true)
    /// Plain text.
    public static let text = ContentType("text/plain; charset=utf-8", compressible: true)
    /// HTML.
    public static let html = ContentType("text/html; charset=utf-8", compressible: true)
    /// A style sheet.
    public static let css = ContentType("text/css; charset=utf-8", compressible: true)
    /// Bytes of no stated kind.
    public static let binary = ContentType("application/octet-stream", compressible: false)
}
