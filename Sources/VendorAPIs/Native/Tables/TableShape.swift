import MarketModel
import Transport

extension TableField {
    /// The column as a member of the objects that rows are in JSON.
    ///
    /// - Parameter isRequired: whether every row has it.
    func member(isRequired: Bool) -> JSONShape.Member {
        let shape: JSONShape =
            switch kind {
            case .time, .integer: .integer
            case .decimal, .real: .number
            case .flag: .flag
            case .word(let words): .choice(words)
            case .text: .text
            }
        // JSON has no infinities: they are null there.
        return JSONShape.Member(name, isOptional || kind == .real ? .nullable(shape) : shape, unit: unit, required: isRequired, description)
    }
}

extension JSONShape {
    /// A table in JSON: what was asked, and then the rows.
    ///
    /// - Parameters:
    ///   - isChosen: whether a request may want some of the columns only; the first always comes.
    ///   - kinds: the columns; several where rows are of several kinds, but those of one answer of one.
    static func table(_ head: [Member], _ name: StaticString, isChosen: Bool = false, _ kinds: [TableField]...) -> JSONShape {
        let rows = kinds.map { fields in
            JSONShape.object(fields.enumerated().map { $1.member(isRequired: !isChosen || $0 == 0) })
        }
        return .object(head + [Member(name.description, .list(rows.count == 1 ? rows[0] : .either(rows)), "The rows")])
    }
}

/// What stands before the rows of a table.
enum TableHead {
    static let venue = JSONShape.Member("venue", .text, "The venue")
    static let symbol = JSONShape.Member("symbol", .text, "The symbol, as the venue spells it")
    static let interval = JSONShape.Member("interval", .choice(Interval.allCases.map(\.name)), "The length of a bar")
    static let quality = JSONShape.Member(
        "quality", .choice(BarQuality.allCases.map(\.name)), "Whether the tape was whole in the times of the rows")
    static let next = JSONShape.Member(
        "next", .nullable(.integer), unit: "µs", "The `from` of the next page; null where there is none")
    /// The same of tables that have it on pages only, and not where `limit=all`.
    static let nextOfPages = JSONShape.Member(
        next.name, next.shape, unit: next.unit, required: false, next.description + ", absent of limit=all")

    static func text(_ name: StaticString, _ description: String) -> JSONShape.Member {
        JSONShape.Member(name.description, .text, description)
    }
}
