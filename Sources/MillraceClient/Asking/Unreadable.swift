import JSONReading
import MarketModel

/// What of an answer is not as it should be.
struct Unreadable: Error, CustomStringConvertible {
    let description: String

    init(member name: StaticString) { description = "'\(name)' is missing or of another kind" }
    init(_ description: String) { self.description = description }
}

extension JSONValue {
    /// A member that has to be there.
    func member<Value>(_ name: StaticString, _ read: (JSONValue) -> Value?) throws(Unreadable) -> Value {
        guard let value = self[name].flatMap(read) else { throw Unreadable(member: name) }
        return value
    }

    /// A member that may be null or not there.
    func optional<Value>(_ name: StaticString, _ read: (JSONValue) -> Value?) throws(Unreadable) -> Value? {
        guard let value = self[name], value.kind != .null else { return nil }
        guard let value = read(value) else { throw Unreadable(member: name) }
        return value
    }

    /// The elements of a member that is an array.
    func list<Element>(_ name: StaticString, _ read: (JSONValue) throws(Unreadable) -> Element) throws(Unreadable) -> [Element] {
        guard let array = self[name], array.kind == .array else { throw Unreadable(member: name) }
        var list: [Element] = []
        for element in array.elements { list.append(try read(element)) }
        return list
    }

    /// A whole number, not in quotes.
    var whole: Int64? { kind == .number ? integer : nil }
    /// A whole number that fits the machine's.
    var count: Int? { whole.flatMap { Int(exactly: $0) } }
    /// An exact number, not in quotes.
    var exact: FixedPoint? { kind == .number ? decimal : nil }
    /// An id as the venue writes it: a number, or a text.
    var id: String? { kind == .number || kind == .string ? String(decoding: bytes, as: UTF8.self) : nil }
    /// The name of a venue.
    var venue: Venue? { string.flatMap { Venue($0) } }
    /// The aggressor of a trade.
    var side: TakerSide? {
        equals("buy") ? .buy : equals("sell") ? .sell : equals("unknown") ? .unknown : nil
    }
    /// Whether a bar is whole.
    var quality: BarQuality? { string.flatMap { name in BarQuality.allCases.first { $0.name == name } } }
}
