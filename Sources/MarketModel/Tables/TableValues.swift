/// The values of one column of some rows; see ``TableField``.
public struct TableValues: Sendable {
    /// Values by kind.
    public enum Kind: Sendable {
        case times([Int64])
        case integers([Int64])
        /// Mantissas in units of 10^-scale, 0…18.
        case decimals([Int64], scale: Int)
        case reals([Double])
        /// 0 or 1.
        case flags([UInt8])
        /// Places among the words of the field.
        case words([Int8])
        case texts([String])
    }

    /// The values; of a missing one anything.
    public var values: Kind
    /// A byte a row, 0 where the value is missing; nil where none is.
    public var valid: [UInt8]?

    /// Creates a column.
    public init(_ values: Kind, valid: [UInt8]? = nil) {
        self.values = values
        self.valid = valid
    }

    /// How many rows there are.
    public var count: Int {
        switch values {
        case .times(let values), .integers(let values), .decimals(let values, _): values.count
        case .reals(let values): values.count
        case .flags(let values): values.count
        case .words(let values): values.count
        case .texts(let values): values.count
        }
    }

    /// Whether a row has a value.
    @inlinable
    public func has(_ row: Int) -> Bool { valid.map { $0[row] != 0 } ?? true }
}
