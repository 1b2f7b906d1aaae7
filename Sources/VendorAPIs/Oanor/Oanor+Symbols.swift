import MarketModel
import MarketService
import Transport

extension Oanor {
    /// The instruments that can be asked for: all that the venue trades, where it is followed, and all that have a tape.
    private func instruments(_ venue: Venue) -> [Instrument] {
        let held = market.instruments(venue: venue)
        guard let tradable = market.tradable(venue: venue) else { return held }
        let symbols = Set(tradable.map(\.symbol))
        return (tradable + held.filter { !symbols.contains($0.symbol) }).sorted { $0.symbol < $1.symbol }
    }

    /// `GET /v1/symbols`: the symbols that can be asked for, ascending.
    func symbols(_ request: borrowing Request) throws -> Response {
        let venue = try venue(request)
        let quote = request.query["quote"].flatMap { $0.isEmpty ? nil : $0.uppercased() }
        let symbols = instruments(venue).filter { quote == nil || $0.quote == quote }
        return Envelope.ok(request, message: "Symbols retrieved successfully") { json in
            json.member("count", symbols.count)
            json.key("quote")
            if let quote { json.value(quote) } else { json.null() }
            json.member("source", venue.exchange)
            json.key("symbols")
            json.beginArray()
            for instrument in symbols { json.value(instrument.symbol) }
            json.endArray()
        }
    }

    /// `GET /v1/meta`: the API about itself.
    func meta(_ request: borrowing Request) throws -> Response {
        let venue = try venue(request)
        let count = instruments(venue).count
        return Envelope.ok(request, message: "Meta retrieved successfully") { json in
            json.member(
                "note",
                literal:
                    "symbol is a pair as its venue spells it (BTCUSDT), or coin=BTC&quote=USDT. flow sums up to 5000 of the newest trades (trades=N, default 1000). A taker buy lifts the ask, a taker sell hits the bid; delta_quote is the CVD over the window. venue= asks another venue's tape."
            )
            json.member("source", "\(venue.exchange) trade tape held by Millrace (\(venue.name))")
            json.member("service", literal: "orderflow-api")
            json.key("endpoints")
            json.beginObject()
            json.member("GET /v1/flow", "\(Summaries.flow) (symbol=BTCUSDT, trades=1000).")
            json.member("GET /v1/meta", "\(Summaries.meta).")
            json.member("GET /v1/large", "\(Summaries.large) (symbol=BTCUSDT, min_notional=100000).")
            json.member("GET /v1/symbols", "\(Summaries.symbols) (quote=USDT).")
            json.endObject()
            json.member(
                "description",
                literal:
                    "Order flow and cumulative volume delta from the trade tape that this server holds: who was the aggressor, buyers or sellers. flow sums the newest trades of a pair, large lists the big prints, symbols the pairs there are."
            )
            json.member("trading_symbols", count)
        }
    }
}
