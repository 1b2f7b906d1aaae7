import MarketModel
import MarketService
import OrderFlow
import Transport

extension Aperiodic {
    /// `GET /metadata/catalog`, made from the datasets' declarations.
    struct Catalogue: Sendable {
        static func json() -> PreparedJSON {
            var json = JSONWriter(capacity: 1 << 15)
            json.beginObject()
            json.key("metrics")
            json.beginArray()
            for dataset in Dataset<BarRow>.all {
                json.beginObject()
                json.member("id", dataset.name)
                json.member("name", dataset.title)
                json.member("description", dataset.description)
                json.member("category", literal: "trades")
                json.key("fields")
                json.beginArray()
                for column in dataset.vendorColumns {
                    json.beginObject()
                    json.member("name", column.name)
                    json.member("label", column.label)
                    json.member("description", column.description)
                    json.endObject()
                }
                json.endArray()
                json.endObject()
            }
            json.endArray()
            json.endObject()
            return PreparedJSON(json)
        }
    }

    /// `GET /metadata/symbols`: the symbols of an exchange that have a tape, ascending.
    func symbols(_ request: borrowing Request) throws -> Response {
        var reading = Reading(self, request)
        let venue = reading.exchange()
        try reading.finish()
        guard let venue else { throw Failure(.badRequest) }
        var json = JSONWriter(capacity: 4096)
        json.beginObject()
        json.member("exchange", venue.name)
        json.key("symbols")
        json.beginArray()
        for symbol in Set(market.instruments(venue: venue).compactMap { $0.atlas?.description }).sorted() { json.value(symbol) }
        json.endArray()
        json.endObject()
        return Response(json: json)
    }
}

/// JSON that is written once and sent again and again.
struct PreparedJSON: Sendable {
    private let bytes: [UInt8]

    init(_ json: borrowing JSONWriter) { bytes = json.buffer.withBytes { [UInt8]($0) } }

    /// The JSON as an answer's.
    func copy() -> JSONWriter {
        var json = JSONWriter(capacity: bytes.count)
        json.value(json: bytes)
        return json
    }
}
