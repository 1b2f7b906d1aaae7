import MarketModel
import MarketService
import OrderFlow
import Transport

extension CoinGlass {
    /// `GET /open-interest/history`: bars of one contract.
    func pairHistory(_ request: borrowing Request, _ grant: KeyGate.Grant) throws -> Response {
        let exchange = try Parameters.exchange.text(in: request) ?? ""
        let symbol = try Parameters.pair.text(in: request) ?? ""
        let window = try Window(request, grant)
        let measure = try measure(request)
        let venues = venues(of: exchange)
        // What is held and not followed is known by its symbol only.
        let followed = interest.contracts.first { venues.contains($0.venue) && $0.symbol == symbol }
        let unknown = Failure(.badRequest, "The requested pair does not exist on the exchange.")
        guard let contract = followed ?? venues.lazy.compactMap({ OpenInterestContract(venue: $0, symbol: symbol) }).first else {
            throw unknown
        }
        return bars(window) { [interest] isCancelled in
            func bars(_ measure: InterestBars.Measure) throws -> [InterestBars.Bar] {
                try interest.bars(
                    contract.coin, venues: [contract.venue], symbol: contract.symbol, interval: window.interval, measure: measure,
                    from: window.from, to: window.to, isCancelled: isCancelled)
            }
            let found = try bars(measure)
            // What was imported may be known in coins and not in USD.
            guard try followed != nil || !found.isEmpty || !bars(.quantity).isEmpty else { throw unknown }
            return found
        }
    }

    /// `GET /open-interest/aggregated-history`: bars of a coin at all exchanges.
    func coinHistory(_ request: borrowing Request, _ grant: KeyGate.Grant) throws -> Response {
        let coin = (try Parameters.coin.text(in: request) ?? "").uppercased()
        let window = try Window(request, grant)
        let measure = try measure(request)
        return bars(window) { [interest] isCancelled in
            try interest.bars(
                coin, interval: window.interval, measure: measure, from: window.from, to: window.to, isCancelled: isCancelled)
        }
    }

    /// `GET /open-interest/aggregated-stablecoin-history` and `…/aggregated-coin-margin-history`: bars of a coin's contracts of one margin, in USD.
    func marginHistory(_ request: borrowing Request, _ grant: KeyGate.Grant, _ margin: MarginKind) throws -> Response {
        let venues = try venues(request)
        let coin = (try Parameters.coin.text(in: request) ?? "").uppercased()
        let window = try Window(request, grant)
        return bars(window) { [interest] isCancelled in
            try interest.bars(
                coin, venues: venues, interval: window.interval, measure: .usdOf(margin), from: window.from, to: window.to,
                isCancelled: isCancelled)
        }
    }

    private func measure(_ request: borrowing Request) throws(Failure) -> InterestBars.Measure {
        try Parameters.unit.text(in: request) == "coin" ? .quantity : .usd
    }

    /// Bars, oldest first: the first ones after a start that was asked for, else the last ones; numbers as texts.
    private func bars(_ window: Window, _ read: @escaping @Sendable (_ isCancelled: () -> Bool) throws -> [InterestBars.Bar])
        -> Response
    {
        let limit = window.limit
        return .later { cancellation in
            let bars = try read({ cancellation.isCancelled }).prefix(limit)
            return Envelope.ok(capacity: 64 + bars.count * 128) { json in
                json.beginArray()
                for bar in bars {
                    json.beginObject()
                    json.member("time", Int(bar.start / 1000))
                    json.member("open", CoinGlass.text(bar.open))
                    json.member("high", CoinGlass.text(bar.high))
                    json.member("low", CoinGlass.text(bar.low))
                    json.member("close", CoinGlass.text(bar.close))
                    json.endObject()
                }
                json.endArray()
            }
        }
    }

    /// A number of units of 10^-8 with up to four decimals.
    static func text(_ units: Int128) -> String {
        let rounded = ExactRounding.nearest(units, tenTo: OpenInterest.decimals, places: 4) ?? 0
        guard let short = Int64(exactly: rounded) else { return "\(rounded / 10_000)" }
        return FixedPoint(mantissa: short, scale: 4).description
    }

    /// `GET /open-interest/exchange-history-chart`: times, a price, and each exchange's values at these times.
    func chart(_ request: borrowing Request, _ grant: KeyGate.Grant) throws -> Response {
        let coin = (try Parameters.coin.text(in: request) ?? "").uppercased()
        let range = try Parameters.range.text(in: request) ?? "all"
        let interval = Interval(name: range) ?? .d1
        try CoinGlass.check(interval, grant)
        let isCoin = try Parameters.unit.text(in: request) == "coin"
        let (interest, now) = (interest, request.time)
        let reach = interval.start(of: now) - 999 * interval.microseconds
        let from = interval.start(of: max(reach, CoinGlass.first(grant, at: now) ?? reach))
        return .later { cancellation in
            func closes(_ venues: [Venue]?, _ measure: InterestBars.Measure) throws -> [Int64: Int128] {
                let bars = try interest.bars(
                    coin, venues: venues, interval: interval, measure: measure, from: from, to: now + 1,
                    isCancelled: { cancellation.isCancelled })
                return Dictionary(bars.map { ($0.start, $0.close) }) { first, _ in first }
            }
            let exchanges = Dictionary(grouping: interest.knownVenues, by: \.exchange)
            var series: [(name: String, values: [Int64: Int128])] = []
            for (name, venues) in exchanges.sorted(by: { $0.key < $1.key }) {
                let values = try closes(venues, isCoin ? .quantity : .usd)
                if !values.isEmpty { series.append((name, values)) }
            }
            let (usd, quantity) = (try closes(nil, .usd), try closes(nil, .quantity))
            let times = usd.keys.sorted()
            return Envelope.ok(capacity: 256 + times.count * (series.count + 2) * 20) { json in
                json.beginObject()
                json.key("time_list")
                json.beginArray()
                for time in times { json.value(Int(time / 1000)) }
                json.endArray()
                json.key("price_list")
                json.beginArray()
                for time in times {
                    // What all contracts together are worth, by what they are together.
                    json.value(ratio: usd[time] ?? 0, to: quantity[time] ?? 0, places: 2)
                }
                json.endArray()
                json.key("data_map")
                json.beginObject()
                for (name, values) in series {
                    json.key(escaping: name)
                    json.beginArray()
                    for time in times {
                        if let value = values[time] {
                            json.value(units: value, places: 4)
                        } else {
                            json.null()
                        }
                    }
                    json.endArray()
                }
                json.endObject()
                json.endObject()
            }
        }
    }
}

extension JSONWriter {
    /// Writes a number of units of 10^-8, rounded to places, without trailing zeros.
    mutating func value(units: Int128, places: Int) {
        value(decimal: ExactRounding.nearest(units, tenTo: OpenInterest.decimals, places: places) ?? 0, scale: places)
    }

    /// Writes a ratio rounded to places; null where the divisor is zero.
    mutating func value(ratio numerator: Int128, to denominator: Int128, places: Int) {
        guard denominator > 0, let rounded = ExactRounding.nearest(numerator, over: denominator, places: places) else { return null() }
        value(decimal: rounded, scale: places)
    }
}
