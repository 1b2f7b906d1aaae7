/// A parameter of a route, as data: the parser, the documentation and the tests read the same declaration.
public struct Parameter: Sendable {
    /// What values a parameter takes.
    public enum Kind: Sendable {
        case text
        /// A whole number. `clamped` says whether a number outside the range is moved into it or refused.
        case integer(ClosedRange<Int>, clamped: Bool)
        /// A decimal number, not negative.
        case decimal
        case choice([String])
    }

    /// The name in the query.
    public let name: String
    /// What values it takes.
    public let kind: Kind
    /// Whether a request without it is refused.
    public let isRequired: Bool
    /// The value that holds when it is not given, as text.
    public let defaultValue: String?
    /// One sentence, without a full stop.
    public let description: String
    /// A value to show.
    public let example: String?

    /// Creates a parameter.
    public init(
        _ name: String, _ kind: Kind, required: Bool = false, default defaultValue: String? = nil, example: String? = nil,
        _ description: String
    ) {
        self.name = name
        self.kind = kind
        isRequired = required
        self.defaultValue = defaultValue
        self.description = description
        self.example = example
    }

    /// The value that a request gives this parameter, or its default, or nil.
    ///
    /// - Throws: ``Failure`` 400 if it is required and missing, or not among the choices.
    public func text(in request: borrowing Request) throws(Failure) -> String? {
        guard let given = request.query[name], !given.isEmpty else {
            if isRequired { throw Failure(.badRequest, "parameter '\(name)' is missing") }
            return defaultValue
        }
        if case .choice(let choices) = kind, !choices.contains(given) {
            throw Failure(.badRequest, "parameter '\(name)' must be one of \(choices.joined(separator: ", "))")
        }
        return given
    }

    /// The value as a whole number in the declared range.
    ///
    /// - Throws: ``Failure`` 400 if it is no whole number, or outside a range that does not clamp.
    public func integer(in request: borrowing Request) throws(Failure) -> Int? {
        guard let text = try text(in: request) else { return nil }
        guard case .integer(let range, let clamped) = kind else { return Int(text) }
        guard text.utf8.allSatisfy({ (48...57).contains($0) }) || (text.utf8.first == UInt8(ascii: "-") && Int(text) != nil) else {
            throw Failure(.badRequest, "parameter '\(name)' must be a whole number from \(range.lowerBound) to \(range.upperBound)")
        }
        // More digits than 64 bits hold are far above any range.
        let number = Int(text) ?? Int.max
        if range.contains(number) { return number }
        if clamped { return min(max(number, range.lowerBound), range.upperBound) }
        throw Failure(.badRequest, "parameter '\(name)' must be a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
}
