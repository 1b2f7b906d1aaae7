/// What a value of JSON looks like, as data: documentation is made from it, and tests hold answers against it.
///
///     JSONShape.object([.init("price", .number, unit: "quote currency", "The price, as printed")])
public indirect enum JSONShape: Sendable, Hashable {
    /// A text.
    case text
    /// A whole number.
    case integer
    /// A number.
    case number
    /// `true` or `false`.
    case flag
    /// One of these texts.
    case choice([String])
    /// A value of this shape, or `null`.
    case nullable(JSONShape)
    /// An array whose elements have this shape.
    case list(JSONShape)
    /// An object with these members and no others.
    case object([Member])
    /// A value of any of these shapes.
    case either([JSONShape])

    /// A member of an object.
    public struct Member: Sendable, Hashable {
        /// Its name.
        public let name: String
        /// What its value looks like.
        public let shape: JSONShape
        /// What its numbers count, or empty.
        public let unit: String
        /// What it says, without a full stop.
        public let description: String
        /// Whether every object of the kind has it.
        public let isRequired: Bool

        /// Creates a member.
        public init(_ name: String, _ shape: JSONShape, unit: String = "", required: Bool = true, _ description: String) {
            self.name = name
            self.shape = shape
            self.unit = unit
            self.description = description
            isRequired = required
        }
    }

    /// What it is in one or two words: `number`, `list of text`.
    public var name: String {
        switch self {
        case .text: "text"
        case .integer: "whole number"
        case .number: "number"
        case .flag: "true or false"
        case .choice(let choices): choices.joined(separator: ", ")
        case .nullable(let shape): shape.name + " or null"
        case .list(let shape): "list of " + shape.name
        case .object: "object"
        case .either(let shapes): shapes.map(\.name).joined(separator: " or ")
        }
    }

    /// Writes it as a JSON schema (draft 2020-12). What an object does not name it must not have.
    func write(to json: inout JSONWriter) {
        json.beginObject()
        writeMembers(to: &json)
        json.endObject()
    }

    private func writeMembers(to json: inout JSONWriter) {
        switch self {
        case .text: json.member("type", literal: "string")
        case .integer: json.member("type", literal: "integer")
        case .number: json.member("type", literal: "number")
        case .flag: json.member("type", literal: "boolean")
        case .choice(let choices):
            json.member("type", literal: "string")
            json.key("enum")
            json.beginArray()
            for choice in choices { json.value(choice) }
            json.endArray()
        case .nullable(let shape): JSONShape.write([shape, nil], to: &json)
        case .list(let shape):
            json.member("type", literal: "array")
            json.key("items")
            shape.write(to: &json)
        case .object(let members): JSONShape.write(members, to: &json)
        case .either(let shapes): JSONShape.write(shapes, to: &json)
        }
    }

    /// Alternatives, of which nil is `null`.
    private static func write(_ shapes: [JSONShape?], to json: inout JSONWriter) {
        json.key("anyOf")
        json.beginArray()
        for shape in shapes {
            json.beginObject()
            if let shape { shape.writeMembers(to: &json) } else { json.member("type", literal: "null") }
            json.endObject()
        }
        json.endArray()
    }

    private static func write(_ members: [Member], to json: inout JSONWriter) {
        json.member("type", literal: "object")
        json.key("properties")
        json.beginObject()
        for member in members {
            json.key(escaping: member.name)
            json.beginObject()
            member.shape.writeMembers(to: &json)
            json.member("description", member.description)
            if !member.unit.isEmpty { json.member("x-unit", member.unit) }
            json.endObject()
        }
        json.endObject()
        json.key("required")
        json.beginArray()
        for member in members where member.isRequired { json.value(member.name) }
        json.endArray()
        json.member("additionalProperties", false)
    }
}
