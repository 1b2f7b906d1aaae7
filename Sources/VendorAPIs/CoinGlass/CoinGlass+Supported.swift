import MarketModel
import MarketService
import Transport

extension CoinGlass {
    /// What there is: the contracts whose open interest is known, and those that have a tape. Going through all instruments is not for an
    /// event loop.
    struct Listing: Sendable {
        let interest: InterestMarket
        let taker: TakerMarket

        private struct Pair: Hashable {
            var symbol: String
            var coin: String
            var quote: String
        }

        var endpoints: [Endpoint] {
            [
                Endpoint("/supported-coins", [], "The coins there are") { request, _ in coins(request) },
                Endpoint("/supported-exchanges", [], "The exchanges there are") { request, _ in exchanges(request) },
                Endpoint("/supported-exchange-pairs", [Parameters.anyExchange], "The contracts of exchanges") { request, _ in
                    pairs(request)
                },
            ]
        }

        /// `GET /supported-coins`: the coins whose open interest counts now, and those of tapes.
        private func coins(_ request: borrowing Request) -> Response {
            let now = request.time
            return .later { _ in Listing.list(Set(interest.coins(at: now) + taker.contracts.map(\.coin)).sorted()) }
        }

        /// `GET /supported-exchanges`: the exchanges that are followed or held, and those of tapes.
        private func exchanges(_ request: borrowing Request) -> Response {
            .later { _ in
                let venues = interest.knownVenues + taker.contracts.map(\.instrument.venue)
                return Listing.list(Set(venues.map(\.exchange)).sorted())
            }
        }

        private static func list(_ names: [String]) -> Response {
            Envelope.ok(capacity: 64 + names.count * 10) { json in
                json.beginArray()
                for name in names { json.value(name) }
                json.endArray()
            }
        }

        /// `GET /supported-exchange-pairs`: the contracts of each exchange.
        private func pairs(_ request: borrowing Request) -> Response {
            let wanted = request.query["exchange"].flatMap { $0.isEmpty ? nil : $0.lowercased() }
            return .later { _ in pairs(of: wanted) }
        }

        private func pairs(of wanted: String?) -> Response {
            var exchanges: [String: Set<Pair>] = [:]
            for contract in interest.contracts {
                exchanges[contract.venue.exchange, default: []].insert(
                    Pair(symbol: contract.symbol, coin: contract.coin, quote: contract.quote))
            }
            for contract in taker.contracts {
                exchanges[contract.instrument.venue.exchange, default: []].insert(
                    Pair(symbol: contract.instrument.symbol, coin: contract.coin, quote: contract.quote))
            }
            return Envelope.ok(capacity: 4096) { json in
                json.beginObject()
                for (name, pairs) in exchanges.sorted(by: { $0.key < $1.key }) where wanted == nil || name.lowercased() == wanted {
                    json.key(escaping: name)
                    json.beginArray()
                    for pair in pairs.sorted(by: { $0.symbol < $1.symbol }) {
                        json.beginObject()
                        json.member("instrument_id", pair.symbol)
                        json.member("base_asset", pair.coin)
                        json.member("quote_asset", pair.quote)
                        json.endObject()
                    }
                    json.endArray()
                }
                json.endObject()
            }
        }
    }
}
