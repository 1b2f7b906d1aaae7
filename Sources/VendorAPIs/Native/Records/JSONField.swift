import MarketModel
import Transport

/// A member of the objects that an answer lists, as data: what is written and what is documented come from the same declaration.
///
///     let fields: [JSONField<Gap>] = [JSONField("missing", .nullable(.integer), unit: "ids", "How many are missing") { .integer($0.missing) }]
struct JSONField<Row>: Sendable {
    /// What it is called and what it looks like.
    let member: JSONShape.Member
    /// What it is in the formats that have no lists; nil for what stands in JSON alone.
    let kind: TableField.Kind?
    let value: @Sendable (Row) -> JSONCell

    init(
        _ name: String, _ shape: JSONShape, unit: String = "", _ description: String, _ value: @escaping @Sendable (Row) -> JSONCell
    ) {
        self.init(name, shape, unit: unit, description, kind: shape.kind, value)
    }

    /// A time in microseconds.
    init(_ name: String, optional: Bool = false, time description: String, _ value: @escaping @Sendable (Row) -> Int64?) {
        self.init(name, optional ? .nullable(.integer) : .integer, unit: "µs", description, kind: .time) { .whole(value($0)) }
    }

    private init(
        _ name: String, _ shape: JSONShape, unit: String, _ description: String, kind: TableField.Kind?,
        _ value: @escaping @Sendable (Row) -> JSONCell
    ) {
        member = JSONShape.Member(name, shape, unit: unit, description)
        self.kind = kind
        self.value = value
    }

    /// The same of rows that hold such a row.
    func of<Outer>(_ row: @escaping @Sendable (Outer) -> Row) -> JSONField<Outer> {
        let value = value
        return JSONField<Outer>(member.name, member.shape, unit: member.unit, member.description, kind: kind) { value(row($0)) }
    }

    func write(_ row: Row, to json: inout JSONWriter) {
        json.key(escaping: member.name)
        value(row).write(to: &json)
    }
}

extension JSONShape {
    /// What objects with such members look like.
    static func object<Row>(of fields: [JSONField<Row>]) -> JSONShape { .object(fields.map(\.member)) }
}

extension JSONWriter {
    /// Writes an object with some members.
    mutating func object<Row>(_ row: Row, _ fields: [JSONField<Row>]) {
        beginObject()
        for field in fields { field.write(row, to: &self) }
        endObject()
    }
}

/// A value that a member has.
enum JSONCell: Sendable {
    case text(String?)
    case integer(Int?)
    case decimal(Int128, scale: Int)
    indirect case list([JSONCell])
    /// An object, written by its own fields.
    case object(@Sendable (inout JSONWriter) -> Void)
    case null

    /// A whole number of 64 bits, as times in microseconds and ids are, or null.
    static func whole(_ number: Int64?) -> JSONCell { .integer(number.map { Int($0) }) }

    /// Objects with some members.
    static func objects<Row: Sendable>(_ rows: [Row], _ fields: [JSONField<Row>]) -> JSONCell {
        .list(rows.map { row in .object { $0.object(row, fields) } })
    }

    var isMissing: Bool {
        switch self {
        case .text(nil), .integer(nil), .null: true
        case .text, .integer, .decimal, .list, .object: false
        }
    }

    /// The text; empty where it is none.
    var text: String { if case .text(let text?) = self { text } else { "" } }

    /// The whole number; 0 where it is none.
    var integer: Int64 { if case .integer(let number?) = self { Int64(number) } else { 0 } }

    /// The double nearest to the number; nil where it is none.
    var number: Double? {
        if case .decimal(let mantissa, let scale) = self { ExactQuotient.nearest(mantissa, over: 1, tenTo: scale) } else { nil }
    }

    func write(to json: inout JSONWriter) {
        switch self {
        case .text(let text?): json.value(text)
        case .integer(let number?): json.value(number)
        case .decimal(let mantissa, let scale): json.value(decimal: mantissa, scale: scale)
        case .list(let values):
            json.beginArray()
            for value in values { value.write(to: &json) }
            json.endArray()
        case .object(let write): write(&json)
        case .text(nil), .integer(nil), .null: json.null()
        }
    }
}
