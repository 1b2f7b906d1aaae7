import MarketModel
import OrderFlow

/// What bars are asked for, whatever they are of, checked.
struct RowRange {
    let options: BarOptions
    let threads: Int
    /// Inclusive, microseconds since the epoch; nil for the first trade.
    let from: Int64?
    /// Exclusive; nil for the last.
    let to: Int64?

    /// - Parameter columns: the columns whose values will be asked of the rows.
    init<Row>(_ arguments: Arguments, columns: [Column<Row>]) throws {
        let medium = try RowRange.notional(arguments, "medium-from", default: 100)
        let large = try RowRange.notional(arguments, "large-from", default: 1000)
        let (least, most) = (
            WideDecimal(mantissa: Int128(medium.mantissa), scale: medium.scale),
            WideDecimal(mantissa: Int128(large.mantissa), scale: large.scale)
        )
        guard let room = most.subtracting(least), room.mantissa > 0 else {
            throw UsageError("--medium-from \(medium.description) must be less than --large-from \(large.description)")
        }
        options = try BarOptions(interval: arguments.interval(), columns: columns, mediumFrom: medium, largeFrom: large)
        threads = try arguments.threads()
        from = try arguments.time("from")
        to = try arguments.time("to")
        if let from, let to, from >= to { throw UsageError("--from must be before --to") }
    }

    private static func notional(_ arguments: Arguments, _ name: String, default fallback: Int64) throws -> FixedPoint {
        guard let text = arguments.value(name) else { return FixedPoint(mantissa: fallback) }
        guard let value = try? FixedPoint(text: text), value.mantissa > 0 else {
            throw UsageError("--\(name) \(text): a positive number is wanted")
        }
        return value
    }
}
