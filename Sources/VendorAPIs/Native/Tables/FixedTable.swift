import MarketModel
import Transport

/// A table whose rows are in memory.
struct FixedTable: TableSource {
    let fields: [TableField]
    let name: StaticString
    /// What JSON says before the rows, and files as metadata.
    let head: [(StaticString, String)]
    private let values: [TableValues]
    private var isGiven = false

    init<Row>(_ name: StaticString, head: [(StaticString, String)], _ columns: [TableColumn<Row>], of rows: [Row]) {
        self.name = name
        self.head = head
        fields = columns.map(\.field)
        values = columns.map { $0.values(rows) }
    }

    func writeHead(to json: inout JSONWriter) {
        for (name, text) in head { json.member(name, text) }
    }

    var metadata: [(String, String)] { head.map { ("millrace.\($0.0)", $0.1) } }

    mutating func next(_ count: Int, _ cancellation: Cancellation) -> [TableValues]? {
        defer { isGiven = true }
        return isGiven ? nil : values
    }
}

/// A column of a table whose rows are in memory.
struct TableColumn<Row>: Sendable {
    let field: TableField
    let values: @Sendable ([Row]) -> TableValues

    init(_ field: TableField, _ values: @escaping @Sendable ([Row]) -> TableValues) {
        self.field = field
        self.values = values
    }

    /// Texts.
    init(_ name: String, text description: String, _ value: @escaping @Sendable (Row) -> String) {
        field = TableField(name, .text, description)
        values = { TableValues(.texts($0.map(value))) }
    }

    /// Whole numbers.
    init(_ name: String, unit: String, integer description: String, _ value: @escaping @Sendable (Row) -> Int64) {
        field = TableField(name, .integer, unit: unit, description)
        values = { TableValues(.integers($0.map(value))) }
    }

    /// Doubles, of which some may be missing.
    init(_ name: String, unit: String, real description: String, _ value: @escaping @Sendable (Row) -> Double?) {
        field = TableField(name, .real, unit: unit, optional: true, description)
        values = { TableValues(reals: $0.map(value)) }
    }

    /// Times in microseconds.
    init(_ field: TableField, time value: @escaping @Sendable (Row) -> Int64) {
        self.field = field
        values = { TableValues(.times($0.map(value))) }
    }
}

extension TableValues {
    /// Doubles, of which some may be missing.
    init(reals: [Double?]) {
        self.init(.reals(reals.map { $0 ?? 0 }), valid: reals.contains { $0 == nil } ? reals.map { $0 == nil ? 0 : 1 } : nil)
    }
}
