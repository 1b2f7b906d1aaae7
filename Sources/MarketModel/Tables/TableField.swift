/// A column of a table that answers are made of, as data: files, texts and documentation come from the same declaration.
public struct TableField: Sendable, Hashable {
    /// What a column holds.
    public enum Kind: Sendable, Hashable {
        /// Whole microseconds since 1970-01-01 UTC.
        case time
        /// Whole numbers of 64 bits.
        case integer
        /// Exact decimal numbers; where a format has none, the nearest doubles.
        case decimal
        /// Doubles; infinities are told where a format has them.
        case real
        /// Truth values.
        case flag
        /// One of these words.
        case word([String])
        /// UTF-8 texts.
        case text
    }

    /// The column's name.
    public let name: String
    /// What it holds.
    public let kind: Kind
    /// What its numbers count, or empty.
    public let unit: String
    /// What it says, in one sentence without a full stop.
    public let description: String
    /// Whether values may be missing.
    public let isOptional: Bool

    /// Creates a field.
    public init(_ name: String, _ kind: Kind, unit: String = "", optional: Bool = false, _ description: String) {
        self.name = name
        self.kind = kind
        self.unit = unit
        self.description = description
        isOptional = optional
    }
}
