import Feeds
import JSONReading
import MarketModel
import Transport

/// The fields of a message that has come, in either format: by number in protobuf, by name in JSON.
protocol OpenDFieldReader {
    /// An integer or an enumeration's number; nil where there is none.
    func integer(_ number: Int, _ name: StaticString) -> Int64?
    /// A text; nil where there is none.
    func text(_ number: Int, _ name: StaticString) -> String?
    /// Bytes; nil where there are none.
    func bytes(_ number: Int, _ name: StaticString) -> [UInt8]?
    /// A message within; nil where there is none.
    func message(_ number: Int, _ name: StaticString) -> Self?
}

/// Writes the fields of a message that goes out, in either format.
protocol OpenDFieldWriter: ~Copyable {
    /// Writes a 32-bit integer or an enumeration's number.
    mutating func integer(_ number: Int, _ name: StaticString, _ value: Int32)
    /// Writes a 64-bit integer, zero or more.
    mutating func long(_ number: Int, _ name: StaticString, _ value: Int64)
    /// Writes a truth value.
    mutating func flag(_ number: Int, _ name: StaticString, _ value: Bool)
    /// Writes a double.
    mutating func double(_ number: Int, _ name: StaticString, _ value: Double)
    /// Writes a text.
    mutating func text(_ number: Int, _ name: StaticString, _ value: String)
    /// Writes a day as the text `YYYY-MM-DD`.
    mutating func day(_ number: Int, _ name: StaticString, _ value: CivilDate)
    /// Writes bytes.
    mutating func bytes(_ number: Int, _ name: StaticString, _ value: [UInt8])
    /// Writes a message within.
    mutating func message(_ number: Int, _ name: StaticString, _ body: (inout Self) -> Void)
    /// Writes messages one after another.
    mutating func list<Rows: Collection>(_ number: Int, _ name: StaticString, _ rows: Rows, _ body: (inout Self, Rows.Element) -> Void)
}

extension ProtobufMessage: OpenDFieldReader {
    func integer(_ number: Int, _ name: StaticString) -> Int64? { integer(number) }

    func text(_ number: Int, _ name: StaticString) -> String? { text(number) }

    func bytes(_ number: Int, _ name: StaticString) -> [UInt8]? { bytes(number).map { Array($0) } }

    func message(_ number: Int, _ name: StaticString) -> ProtobufMessage? { bytes(number).flatMap { ProtobufMessage($0) } }
}

extension JSONValue: OpenDFieldReader {
    // Integers of 64 bits come as strings.
    func integer(_ number: Int, _ name: StaticString) -> Int64? { self[name]?.integer }

    func text(_ number: Int, _ name: StaticString) -> String? { self[name]?.string }

    /// The characters of the base64 as they are: whoever asks only wants to know whether there are any.
    func bytes(_ number: Int, _ name: StaticString) -> [UInt8]? { self[name]?.string.map { Array($0.utf8) } }

    func message(_ number: Int, _ name: StaticString) -> JSONValue? { self[name].flatMap { $0.kind == .object ? $0 : nil } }
}

extension ProtobufWriter: OpenDFieldWriter {
    mutating func integer(_ number: Int, _ name: StaticString, _ value: Int32) { integer(number, Int64(value)) }

    mutating func long(_ number: Int, _ name: StaticString, _ value: Int64) { integer(number, value) }

    mutating func flag(_ number: Int, _ name: StaticString, _ value: Bool) { integer(number, value ? 1 : 0) }

    mutating func double(_ number: Int, _ name: StaticString, _ value: Double) { double(number, value) }

    mutating func text(_ number: Int, _ name: StaticString, _ value: String) { bytes(number, value.utf8) }

    mutating func day(_ number: Int, _ name: StaticString, _ value: CivilDate) { day(number, value) }

    mutating func bytes(_ number: Int, _ name: StaticString, _ value: [UInt8]) { bytes(number, value) }

    mutating func message(_ number: Int, _ name: StaticString, _ body: (inout ProtobufWriter) -> Void) { message(number, body) }

    mutating func list<Rows: Collection>(
        _ number: Int, _ name: StaticString, _ rows: Rows, _ body: (inout ProtobufWriter, Rows.Element) -> Void
    ) {
        for row in rows { message(number) { body(&$0, row) } }
    }
}

extension JSONWriter: OpenDFieldWriter {
    mutating func integer(_ number: Int, _ name: StaticString, _ value: Int32) { member(name, Int(value)) }

    /// As a string, as protobuf has it in JSON.
    mutating func long(_ number: Int, _ name: StaticString, _ value: Int64) { member(name, "\(value)") }

    mutating func flag(_ number: Int, _ name: StaticString, _ value: Bool) { member(name, value) }

    mutating func double(_ number: Int, _ name: StaticString, _ value: Double) {
        key(name)
        self.value(value)
    }

    mutating func text(_ number: Int, _ name: StaticString, _ value: String) { member(name, value) }

    mutating func day(_ number: Int, _ name: StaticString, _ value: CivilDate) { member(name, value.description) }

    /// Nothing: a client hangs on bytes in JSON.
    mutating func bytes(_ number: Int, _ name: StaticString, _ value: [UInt8]) {}

    mutating func message(_ number: Int, _ name: StaticString, _ body: (inout JSONWriter) -> Void) {
        key(name)
        beginObject()
        body(&self)
        endObject()
    }

    mutating func list<Rows: Collection>(
        _ number: Int, _ name: StaticString, _ rows: Rows, _ body: (inout JSONWriter, Rows.Element) -> Void
    ) {
        key(name)
        beginArray()
        for row in rows {
            beginObject()
            body(&self, row)
            endObject()
        }
        endArray()
    }
}
