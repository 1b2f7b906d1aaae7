import MarketModel
import OrderFlow
import Transport

/// The frames that Aperiodic's stream sends.
enum StreamFrames {
    /// A row of a dataset; encoded once for all who follow its channel.
    static func row(
        _ row: borrowing BarRow, of channel: StreamChannel, _ columns: [Column<BarRow>], symbol: String, isSnapshot: Bool = false
    ) -> SharedBytes {
        var json = JSONWriter(capacity: 256 + columns.count * 40)
        json.beginObject()
        json.member("channel", channel.description)
        json.key("data")
        json.beginObject()
        json.member("symbol", symbol)
        json.member("interval", channel.interval.name)
        json.member("time", Int(row.time))
        for column in columns {
            json.key(escaping: column.name)
            json.value(column.value(row))
        }
        json.endObject()
        if isSnapshot { json.member("snapshot", true) }
        json.endObject()
        return SharedBytes(json: json)
    }

    static func subscribed(id: String?, _ channels: [String], rejected: [ChannelRejection]) -> SharedBytes {
        answer("subscribed", id: id, channels, rejected)
    }

    static func unsubscribed(id: String?, _ channels: [String], rejected: [ChannelRejection]) -> SharedBytes {
        answer("unsubscribed", id: id, channels, rejected)
    }

    private static func answer(_ op: StaticString, id: String?, _ channels: [String], _ rejected: [ChannelRejection]) -> SharedBytes {
        frame(op, id: id) { json in
            json.key("channels")
            json.beginArray()
            for channel in channels { json.value(channel) }
            json.endArray()
            json.key("rejected")
            json.beginArray()
            for rejection in rejected {
                json.beginObject()
                json.member("channel", rejection.channel)
                json.member("code", rejection.code.rawValue)
                json.member("message", rejection.message)
                json.endObject()
            }
            json.endArray()
        }
    }

    static func error(id: String?, code: String, _ message: String) -> SharedBytes {
        frame("error", id: id) { json in
            json.member("code", code)
            json.member("message", message)
        }
    }

    static func pong(id: String?) -> SharedBytes { frame("pong", id: id) { _ in } }

    /// - Parameter time: milliseconds since 1970-01-01 UTC.
    static func heartbeat(_ time: Int64) -> SharedBytes {
        frame("heartbeat", id: nil) { $0.member("time", Int(time)) }
    }

    private static func frame(_ op: StaticString, id: String?, _ body: (inout JSONWriter) -> Void) -> SharedBytes {
        var json = JSONWriter(capacity: 256)
        json.beginObject()
        json.member("op", literal: op)
        if let id { json.member("id", id) }
        body(&json)
        json.endObject()
        return SharedBytes(json: json)
    }
}

extension JSONWriter {
    /// Writes a cell; what has no value, or is infinite, becomes `null`.
    mutating func value(_ cell: Cell) {
        switch cell {
        case .integer(let number): value(Int(number))
        case .real(let number): value(number)
        case .word(let text): value(text)
        }
    }
}
