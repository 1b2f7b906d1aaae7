import MarketModel
import MarketService
import OrderFlow
import Recorder
import TapeSequencer
import Transport

/// How the native stream writes what the market tells. Times are microseconds since 1970-01-01 UTC; prices and quantities are exact.
enum NativeEvents {
    static func trades(id: String, _ instrument: Instrument, _ scales: Scales, _ rows: [LiveTrade], durable: TradeID?) -> SharedBytes {
        object(id: id, "trades", (instrument.venue, instrument.symbol), capacity: 256 + rows.count * 128) { json in
            json.key("durable_id")
            if let durable { json.value(durable.text(instrument.tradeIDs)) } else { json.null() }
            json.key("trades")
            json.beginArray()
            for row in rows {
                json.beginObject()
                write(row, instrument, scales, &json)
                json.endObject()
            }
            json.endArray()
        }
    }

    static func large(
        id: String, _ instrument: Instrument, _ scales: Scales, _ row: LiveTrade, notional: Int128, scale: Int
    ) -> SharedBytes {
        object(id: id, "large", (instrument.venue, instrument.symbol), capacity: 384) { json in
            json.key("trade")
            json.beginObject()
            write(row, instrument, scales, &json)
            json.member("notional", decimal: notional, scale: scale)
            json.endObject()
        }
    }

    private static func write(_ row: LiveTrade, _ instrument: Instrument, _ scales: Scales, _ json: inout JSONWriter) {
        json.key("id")
        if instrument.tradeIDs == .none { json.null() } else { json.value(row.trade.id.text(instrument.tradeIDs)) }
        json.member("time", Int(row.trade.time))
        json.member("price", decimal: Int128(row.trade.price), scale: scales.price)
        json.member("quantity", decimal: Int128(row.trade.quantity), scale: scales.quantity)
        json.member("side", row.trade.side.name)
        json.member("received", Int(row.received))
        if row.isLate { json.member("late", true) }
    }

    /// A bar of an instrument or of a basket: `values` has the columns of its dataset.
    static func bar<Row>(
        id: String, _ source: (venue: Venue, symbol: String), _ interval: Interval, _ dataset: Dataset<Row>, _ row: Row,
        at time: Int64, _ quality: BarQuality, isOpen: Bool, revision: Int
    ) -> SharedBytes {
        object(id: id, "bar", source, capacity: 384 + dataset.columns.count * 40) { json in
            json.member("interval", interval.name)
            json.member("dataset", dataset.name)
            json.member("time", Int(time))
            json.member("open", isOpen)
            json.member("revision", revision)
            json.member("quality", quality.name)
            json.key("values")
            json.beginObject()
            for column in dataset.columns {
                json.key(escaping: column.name)
                json.value(column.value(row))
            }
            json.endObject()
        }
    }

    static func gap(id: String, _ instrument: Instrument, _ gap: LiveGap) -> SharedBytes {
        object(id: id, "gap", (instrument.venue, instrument.symbol), capacity: 384) { GapListing(instrument, gap).write(to: &$0) }
    }

    /// The client has to ask anew for what it knows of a topic.
    static func reset(_ topic: NativeTopic) -> SharedBytes {
        var json = JSONWriter(capacity: 128)
        json.beginObject()
        json.member("type", literal: "reset")
        json.member("topic", topic.description)
        json.endObject()
        return SharedBytes(json: json)
    }

    /// From here on events are live.
    static func ready(id: String, _ topics: [NativeTopic]) -> SharedBytes {
        var json = JSONWriter(capacity: 256)
        json.beginObject()
        json.member("id", id)
        json.member("type", literal: "ready")
        json.key("topics")
        json.beginArray()
        for topic in topics { json.value(topic.description) }
        json.endArray()
        json.endObject()
        return SharedBytes(json: json)
    }

    private static func object(
        id: String, _ type: StaticString, _ source: (venue: Venue, symbol: String), capacity: Int, _ body: (inout JSONWriter) -> Void
    ) -> SharedBytes {
        var json = JSONWriter(capacity: capacity)
        json.beginObject()
        json.member("id", id)
        json.member("type", literal: type)
        json.member("venue", source.venue.name)
        json.member("symbol", source.symbol)
        body(&json)
        json.endObject()
        return SharedBytes(json: json)
    }
}

extension TradeID {
    /// The id as the venue writes it: a number, or 32 hexadecimal digits in groups.
    func text(_ kind: TradeIDKind) -> String {
        guard kind == .uuid else { return String(integer) }
        var text = ""
        for (index, shift) in (0..<32).map({ 124 - 4 * $0 }).enumerated() {
            if [8, 12, 16, 20].contains(index) { text += "-" }
            let half = shift >= 64 ? UInt64(bitPattern: high) : low
            text += String((half >> UInt64(shift % 64)) & 15, radix: 16)
        }
        return text
    }
}
