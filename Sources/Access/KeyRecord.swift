/// What is kept of a key: everything but the key itself.
public struct KeyRecord: Sendable, Hashable {
    /// A short name that is no secret: what `keys list` shows and `keys revoke` takes.
    public let id: String
    /// The vendor whose API it opens.
    public let vendor: String
    /// The name of its plan.
    public let plan: String
    /// The key's first characters, enough to recognise it and too few to use it.
    public let hint: String
    /// When it was made: seconds since 1970-01-01 UTC.
    public let created: Int64
    /// When it was revoked, or nil while it works.
    public let revoked: Int64?
    let hash: [UInt8]
}

/// Why a key cannot be made, found or changed.
public struct AccessError: Error, Sendable, CustomStringConvertible {
    enum Code: Sendable, Hashable {
        case unknownVendor(known: [String])
        case unknownPlan(vendor: String, known: [String])
        case unknownKey
        case revoked
    }

    let code: Code
    let name: String

    init(_ code: Code, _ name: String) {
        self.code = code
        self.name = name
    }

    /// One line that says what to do.
    public var description: String {
        switch code {
        case .unknownVendor(let known): "no API of vendor '\(name)' takes keys: choose one of \(known.joined(separator: ", "))"
        case .unknownPlan(let vendor, let known): "\(vendor) has no plan '\(name)': choose one of \(known.joined(separator: ", "))"
        case .unknownKey: "there is no key '\(name)': 'millrace keys list' shows those there are"
        case .revoked: "key '\(name)' is revoked: make a new one with 'millrace keys create'"
        }
    }
}
