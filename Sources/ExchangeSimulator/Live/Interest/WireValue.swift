import MarketModel
import Transport

/// A value of an answer in JSON, put together before it is written.
indirect enum WireValue: Sendable {
    case text(String)
    /// A number as it is printed.
    case number(String)
    case flag(Bool)
    case null
    case list([WireValue])
    /// Members in their order; those that are ``missing`` are left out.
    case object(KeyValuePairs<String, WireValue>)
    case missing

    /// A decimal as a number.
    static func number(_ value: FixedPoint) -> WireValue { .number(value.description) }
    /// A decimal as a string.
    static func text(_ value: FixedPoint) -> WireValue { .text(value.description) }
    /// Microseconds as a number of milliseconds.
    static func milliseconds(_ time: Int64) -> WireValue { .number(String(time / 1000)) }
    /// Microseconds as a string of milliseconds.
    static func millisecondsText(_ time: Int64) -> WireValue { .text(String(time / 1000)) }

    /// The answer that says so.
    func response(_ status: Status = .ok) -> Response {
        var json = JSONWriter(capacity: 4096)
        write(to: &json)
        return Response(status, json: json)
    }

    func write(to json: inout JSONWriter) {
        switch self {
        case .text(let text): json.value(text)
        case .number(let digits): json.value(json: Array(digits.utf8))
        case .flag(let flag): json.value(flag)
        case .null, .missing: json.null()
        case .list(let values):
            json.beginArray()
            for value in values { value.write(to: &json) }
            json.endArray()
        case .object(let members):
            json.beginObject()
            for (name, value) in members {
                if case .missing = value { continue }
                json.key(escaping: name)
                value.write(to: &json)
            }
            json.endObject()
        }
    }
}
