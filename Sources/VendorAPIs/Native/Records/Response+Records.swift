import MarketModel
import Transport

extension Response {
    /// Answers with a list of objects; in the work of ``Response/later(_:)``.
    ///
    /// JSON has them as they are. The formats that have columns have those of their members that are no lists, and the head as metadata.
    static func records<Row: Sendable>(
        _ name: StaticString, head: KeyValuePairs<StaticString, String?> = [:], _ rows: [Row], _ fields: [JSONField<Row>],
        _ format: TableFormat,
        _ cancellation: Cancellation
    ) throws -> Response {
        let next = head.first { $0.key.description == "next" }?.value
        let headers =
            [Header("Vary", "Accept"), Header("Cache-Control", "no-store")] + (next.map { [Header("X-Next", encoded($0))] } ?? [])
        guard format == .json else {
            let columns = fields.compactMap { field in field.kind.map { TableColumn(field, $0) } }
            let table = FixedTable(name, head: head.map { ($0.key, $0.value ?? "") }, columns, of: rows)
            return try .table(table, format, headers: headers, cancellation)
        }
        var json = JSONWriter(capacity: 256 + rows.count * 400)
        json.beginObject()
        for (name, text) in head {
            json.key(name)
            if let text { json.value(text) } else { json.null() }
        }
        json.key(name)
        json.beginArray()
        for row in rows { json.object(row, fields) }
        json.endArray()
        json.endObject()
        return Response(json: json, headers: headers)
    }
}

extension Response {
    /// A text as a header can hold it, and a URL too: bytes that are not visible ASCII, and `%`, as `%C3`.
    private static func encoded(_ text: String) -> String {
        text.utf8.map { byte in
            (33...126).contains(byte) && byte != UInt8(ascii: "%")
                ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
        }.joined()
    }
}

extension TableColumn {
    /// The values that the members of objects have.
    init(_ field: JSONField<Row>, _ kind: TableField.Kind) {
        self.init(
            TableField(field.member.name, kind, unit: field.member.unit, optional: field.member.shape.isNullable, field.member.description)
        ) { TableValues($0.map(field.value), kind) }
    }
}

extension JSONShape {
    var isNullable: Bool { if case .nullable = self { true } else { false } }

    /// What a column of such values holds; nil where there is none.
    var kind: TableField.Kind? {
        switch self {
        case .text: .text
        case .integer: .integer
        case .number: .real
        case .flag: .flag
        case .choice(let words): .word(words)
        case .nullable(let shape): shape.kind
        case .list, .object, .either: nil
        }
    }
}

extension TableValues {
    /// A column of values as JSON would write them, of which some may be missing.
    init(_ cells: [JSONCell], _ kind: TableField.Kind) {
        let missing = cells.contains { $0.isMissing }
        let valid = missing ? cells.map { $0.isMissing ? 0 : 1 as UInt8 } : nil
        switch kind {
        case .time: self.init(.times(cells.map(\.integer)), valid: valid)
        case .integer: self.init(.integers(cells.map(\.integer)), valid: valid)
        case .flag: self.init(.flags(cells.map { $0.integer != 0 ? 1 : 0 }), valid: valid)
        case .text: self.init(.texts(cells.map(\.text)), valid: valid)
        case .word(let words):
            self.init(.words(cells.map { cell in Int8(words.firstIndex(of: cell.text) ?? 0) }), valid: valid)
        case .decimal, .real: self.init(reals: cells.map(\.number))
        }
    }
}
