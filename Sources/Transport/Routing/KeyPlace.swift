/// Where requests carry a key: a header, and the word before the key in it.
public struct KeyPlace: Sendable, Hashable {
    /// The header, as the vendor writes it.
    public let header: String
    /// The word before the key: `Bearer`; nil for none.
    public let scheme: String?

    /// Creates a place.
    public init(header: StaticString, scheme: StaticString? = nil) {
        self.header = "\(header)"
        self.scheme = scheme.map { "\($0)" }
    }
}
