import MarketModel
import MarketService
import Transport

/// The raw dataset that is served.
enum RawDataset {
    static let name = "trades"
    static let schemaVersion = 1
    static let columns: [(name: String, type: String, description: String)] = [
        ("exchange_timestamp", "timestamp[us, UTC]", "The exchange's time of the trade"),
        ("local_timestamp", "timestamp[us, UTC]", "When the trade arrived; null where the tape was imported"),
        ("id", "int64", "The exchange's id of the trade; null where it gives none"),
        ("side", "string", "The taker's side: buy, sell, or unknown where the exchange does not say"),
        ("price", "float64", "The price in quote currency, the double nearest to the printed decimal"),
        ("amount", "float64", "The base quantity, the double nearest to the printed decimal"),
    ]
}

extension Aperiodic {
    private typealias Coverage = (symbol: String, tape: TapeCoverage)

    /// `GET /metadata/raw`: the raw datasets, their columns, and their coverage by exchange and symbol.
    ///
    /// Reads the summaries of all tapes, so it is not done by an event loop.
    func rawCoverage(_ request: borrowing Request) throws -> Response {
        .later { cancellation in
            var exchanges: [(Venue, [Coverage])] = []
            for venue in market.venues {
                let symbols = try market.instruments(venue: venue).compactMap { instrument in
                    if cancellation.isCancelled { throw CancellationError() }
                    return try coverage(instrument)
                }.sorted { (a: Coverage, b: Coverage) in a.symbol < b.symbol }
                if !symbols.isEmpty { exchanges.append((venue, symbols)) }
            }
            return Response(json: Aperiodic.write(exchanges))
        }
    }

    private func coverage(_ instrument: Instrument) throws -> Coverage? {
        guard let symbol = instrument.atlas?.description, instrument.tradeIDs != .uuid,
            let tape = try months.coverage(venue: instrument.venue, symbol: instrument.symbol)
        else { return nil }
        return (symbol, tape)
    }

    private static func write(_ exchanges: [(Venue, [Coverage])]) -> JSONWriter {
        var json = JSONWriter(capacity: 1 << 14)
        json.beginObject()
        json.key("datasets")
        json.beginArray()
        json.beginObject()
        json.member("id", RawDataset.name)
        json.key("columns")
        json.beginArray()
        for column in RawDataset.columns {
            json.beginObject()
            json.member("name", column.name)
            json.member("type", column.type)
            json.member("description", column.description)
            json.endObject()
        }
        json.endArray()
        json.endObject()
        json.endArray()
        json.key("summary")
        json.beginArray()
        for (venue, symbols) in exchanges {
            json.beginObject()
            json.member("dataset", RawDataset.name)
            json.member("exchange", venue.name)
            json.member("symbols", symbols.count)
            if let first = symbols.map(\.tape.first).min(), let last = symbols.map(\.tape.last).max() {
                json.member("first", first.description)
                json.member("last", last.description)
            }
            json.member("bytes", symbols.reduce(0) { $0 + $1.tape.bytes })
            json.endObject()
        }
        json.endArray()
        json.key("coverage")
        json.beginObject()
        json.key("trades")
        json.beginObject()
        for (venue, symbols) in exchanges {
            json.key(escaping: venue.name)
            json.beginObject()
            for symbol in symbols {
                json.key(escaping: symbol.symbol)
                json.beginObject()
                json.member("first", symbol.tape.first.description)
                json.member("last", symbol.tape.last.description)
                json.member("days", symbol.tape.days)
                // Days between the first and the last without trades.
                json.member("missing", symbol.tape.last.epochDay - symbol.tape.first.epochDay + 1 - symbol.tape.days)
                json.member("bytes", symbol.tape.bytes)
                json.endObject()
            }
            json.endObject()
        }
        json.endObject()
        json.endObject()
        json.endObject()
        return json
    }
}
