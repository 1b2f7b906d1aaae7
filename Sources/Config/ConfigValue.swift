/// A value of a configuration, and where it stands.
public struct ConfigValue: Sendable, Hashable {
    /// What a value is.
    public enum Kind: Sendable, Hashable {
        case null
        case bool(Bool)
        /// A number without a fraction, however it is written, as far as it is exact: `12`, `0xC`, `1.2e1`.
        case integer(Int)
        /// Any other number.
        case real(Double)
        case text(String)
        case list([ConfigValue])
        /// Members in their order; a name that is given twice is there twice.
        case object([ConfigMember])
    }

    /// What it is.
    public let kind: Kind
    /// Where it begins.
    public let position: ConfigPosition

    /// Creates a value.
    public init(_ kind: Kind, at position: ConfigPosition) {
        self.kind = kind
        self.position = position
    }

    /// What it is, as a message says it.
    public var noun: String {
        switch kind {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): "\(value)"
        case .real(let value): "\(value)"
        case .text(let text): ConfigFault.quote(text)
        case .list: "a list"
        case .object: "an object"
        }
    }
}

/// A named value of an object.
public struct ConfigMember: Sendable, Hashable {
    /// The name, without quotes and escapes.
    public let name: String
    /// Where the name begins.
    public let position: ConfigPosition
    /// What it stands for.
    public let value: ConfigValue

    /// Creates a member.
    public init(_ name: String, at position: ConfigPosition, _ value: ConfigValue) {
        self.name = name
        self.position = position
        self.value = value
    }
}
