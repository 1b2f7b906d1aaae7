import MarketModel
import MarketService
import Transport

extension CoinGlass {
    /// `GET /supported-coins`: the coins whose open interest counts now.
    func coins(_ request: borrowing Request) -> Response {
        let coins = interest.coins(at: request.time)
        return Envelope.ok(capacity: 64 + coins.count * 10) { json in
            json.beginArray()
            for coin in coins { json.value(coin) }
            json.endArray()
        }
    }

    /// `GET /supported-exchanges`: the exchanges that are followed.
    func exchanges(_ request: borrowing Request) -> Response {
        let names = Set(interest.knownVenues.map(\.exchange)).sorted()
        return Envelope.ok { json in
            json.beginArray()
            for name in names { json.value(name) }
            json.endArray()
        }
    }

    /// `GET /supported-exchange-pairs`: the contracts of each exchange.
    func pairs(_ request: borrowing Request) -> Response {
        let wanted = request.query["exchange"].flatMap { $0.isEmpty ? nil : $0.lowercased() }
        let exchanges = Dictionary(grouping: interest.contracts, by: \.venue.exchange).filter {
            wanted == nil || $0.key.lowercased() == wanted
        }
        return Envelope.ok(capacity: 4096) { json in
            json.beginObject()
            for (name, contracts) in exchanges.sorted(by: { $0.key < $1.key }) {
                json.key(escaping: name)
                json.beginArray()
                for contract in contracts {
                    json.beginObject()
                    json.member("instrument_id", contract.symbol)
                    json.member("base_asset", contract.coin)
                    json.member("quote_asset", contract.quote)
                    json.endObject()
                }
                json.endArray()
            }
            json.endObject()
        }
    }
}
