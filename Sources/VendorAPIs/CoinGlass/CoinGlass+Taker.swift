import MarketModel
import MarketService
import OrderFlow
import Transport

extension CoinGlass {
    /// What takers bought and sold, out of tapes.
    struct Taker: Sendable {
        let market: TakerMarket

        var endpoints: [Endpoint] {
            [
                Endpoint("/v2/taker-buy-sell-volume/history", Parameters.pairBars, "Bars of what takers of a pair bought and sold") {
                    request, grant in try pairHistory(request, grant)
                },
                Endpoint(
                    "/aggregated-taker-buy-sell-volume/history", Parameters.exchangesBars, "Bars of what takers of a coin bought and sold"
                ) { request, grant in try coinHistory(request, grant) },
                Endpoint(
                    "/taker-buy-sell-volume/exchange-list", Parameters.takerRatio, "What takers of a coin bought and sold, by exchange"
                ) { request, _ in try exchangeList(request) },
                Endpoint("/cvd/history", Parameters.pairBars, "Bars of what takers of a pair bought less what they sold") {
                    request, grant in try cumulativeDelta(request, grant)
                },
                Endpoint("/volume/footprint-history", Parameters.pairBars, "Bars of what takers of a pair bought and sold by price") {
                    request, grant in try footprints(request, grant)
                },
            ]
        }

        /// The contract that a request names.
        ///
        /// - Throws: ``Failure`` 400 if there is no tape of it.
        func contract(_ request: borrowing Request) throws(Failure) -> TapeContract {
            let exchange = try Parameters.exchange.text(in: request) ?? ""
            let symbol = try Parameters.pair.text(in: request) ?? ""
            guard let contract = market.contract(exchange: exchange, symbol: symbol) else {
                throw Failure(.badRequest, "The requested pair does not exist on the exchange.")
            }
            return contract
        }

        /// `GET /v2/taker-buy-sell-volume/history`: bars of one contract, in dollars as texts.
        private func pairHistory(_ request: borrowing Request, _ grant: KeyGate.Grant) throws -> Response {
            let window = try Window(request, grant)
            let contract = try contract(request)
            return bars({ _ in [contract] }, window) { json, bar in
                json.member("time", Int(bar.start / 1000))
                json.member("taker_buy_volume_usd", quoted: bar.buy.notional, places: Places.dollars)
                json.member("taker_sell_volume_usd", quoted: bar.sell.notional, places: Places.dollars)
            }
        }

        /// `GET /aggregated-taker-buy-sell-volume/history`: bars of a coin at some exchanges, in dollars or in coins.
        private func coinHistory(_ request: borrowing Request, _ grant: KeyGate.Grant) throws -> Response {
            let window = try Window(request, grant)
            let isCoin = try Parameters.unit.text(in: request) == "coin"
            let coin = (try Parameters.coin.text(in: request) ?? "").uppercased()
            let exchanges = Set(try Parameters.exchangeNames(request))
            let contracts: @Sendable (TakerMarket) -> [TapeContract] = { market in
                market.contracts(of: coin).filter {
                    exchanges == ["all"] || exchanges.contains($0.instrument.venue.exchange.lowercased())
                }
            }
            return bars(contracts, window) { json, bar in
                json.member("time", Int(bar.start / 1000))
                // The keys say dollars in either unit, as the vendor's do.
                for (key, side) in [("aggregated_buy_volume_usd" as StaticString, bar.buy), ("aggregated_sell_volume_usd", bar.sell)] {
                    json.key(key)
                    if isCoin { json.value(side.base, places: Places.coins) } else { json.value(side.notional, places: Places.dollars) }
                }
            }
        }

        /// `GET /cvd/history`: bars of one contract with the sum of buys less sells since the first of them.
        private func cumulativeDelta(_ request: borrowing Request, _ grant: KeyGate.Grant) throws -> Response {
            let window = try Window(request, grant)
            let contract = try contract(request)
            return answer(window, { _ in [contract] }) { json, bars in
                var sum = WideDecimal()
                for bar in bars {
                    guard let next = sum.adding(bar.buy.notional)?.subtracting(bar.sell.notional) else {
                        throw BarError.overflow(at: bar.start)
                    }
                    sum = next
                    json.beginObject()
                    json.member("time", Int(bar.start / 1000))
                    json.member("taker_buy_vol", bar.buy.notional, places: Places.dollars)
                    json.member("taker_sell_vol", bar.sell.notional, places: Places.dollars)
                    json.member("cum_vol_delta", sum, places: Places.dollars)
                    json.endObject()
                }
            }
        }

        /// Bars as an array of objects.
        private func bars(
            _ contracts: @escaping @Sendable (TakerMarket) -> [TapeContract], _ window: Window,
            _ write: @escaping @Sendable (inout JSONWriter, TakerBar) -> Void
        ) -> Response {
            answer(window, contracts) { json, bars in
                for bar in bars {
                    json.beginObject()
                    write(&json, bar)
                    json.endObject()
                }
            }
        }

        /// An array of what is made of bars, oldest first; reading tapes is not for an event loop.
        private func answer(
            _ window: Window, _ contracts: @escaping @Sendable (TakerMarket) -> [TapeContract],
            _ write: @escaping @Sendable (inout JSONWriter, [TakerBar]) throws -> Void
        ) -> Response {
            .later { [market] cancellation in
                let bars = try market.bars(
                    contracts(market), interval: window.interval, from: window.from, to: window.to, limit: window.limit,
                    isCancelled: { cancellation.isCancelled })
                return try Envelope.ok(capacity: 64 + bars.count * 128) { json in
                    json.beginArray()
                    try write(&json, bars)
                    json.endArray()
                }
            }
        }

        /// `GET /taker-buy-sell-volume/exchange-list`: shares and dollars of the time up to now, together and by exchange.
        private func exchangeList(_ request: borrowing Request) throws -> Response {
            let coin = (try Parameters.coin.text(in: request) ?? "").uppercased()
            let range = try Parameters.takerRange.text(in: request) ?? ""
            guard let length = Interval(name: range == "24h" ? "1d" : range)?.microseconds else { throw Failure(.badRequest) }
            let now = request.time
            return .later { [market] cancellation in
                let sums = try market.sums(coin, last: length, at: now, isCancelled: { cancellation.isCancelled })
                var all = (buy: TakerVolume(), sell: TakerVolume())
                for sum in sums {
                    guard all.buy.add(sum.buy), all.sell.add(sum.sell) else { throw BarError.overflow(at: now) }
                }
                return Envelope.ok { json in
                    json.beginObject()
                    json.member("symbol", coin)
                    Taker.write(all.buy.notional, all.sell.notional, to: &json)
                    json.key("exchange_list")
                    json.beginArray()
                    for sum in sums {
                        json.beginObject()
                        json.member("exchange", sum.exchange)
                        Taker.write(sum.buy.notional, sum.sell.notional, to: &json)
                        json.endObject()
                    }
                    json.endArray()
                    json.endObject()
                }
            }
        }

        /// The shares in percent, which add up to a hundred, and the dollars.
        private static func write(_ buy: WideDecimal, _ sell: WideDecimal, to json: inout JSONWriter) {
            let share = Taker.percent(buy, of: buy.adding(sell))
            for (key, hundredths) in [("buy_ratio" as StaticString, share), ("sell_ratio", share.map { 10_000 - $0 })] {
                json.key(key)
                if let hundredths { json.value(decimal: hundredths, scale: 2) } else { json.null() }
            }
            json.member("buy_vol_usd", buy, places: Places.dollars)
            json.member("sell_vol_usd", sell, places: Places.dollars)
        }

        /// A share in hundredths of a percent, or nil of nothing.
        private static func percent(_ part: WideDecimal, of whole: WideDecimal?) -> Int128? {
            guard let whole, whole.mantissa > 0, let scaled = part.adding(WideDecimal(scale: whole.scale)) else { return nil }
            return ExactRounding.nearest(scaled.mantissa, over: whole.mantissa, places: 4)
        }
    }

    /// Digits after the point, as the vendor's examples show them.
    enum Places {
        static let dollars = 4
        /// The examples show three, which is all that BTCUSDT has.
        static let coins = 8
    }
}

extension JSONWriter {
    /// Writes a number of at most so many digits after the point, without trailing zeros.
    mutating func value(_ number: WideDecimal, places: Int) {
        let short = number.rounded(places: places)
        value(decimal: short.mantissa, scale: short.scale)
    }

    /// Writes a member whose value is such a number.
    mutating func member(_ name: StaticString, _ number: WideDecimal, places: Int) {
        key(name)
        value(number, places: places)
    }

    /// Writes a member whose value is such a number as a text.
    mutating func member(_ name: StaticString, quoted number: WideDecimal, places: Int) {
        key(name)
        value(quoted: number, places: places)
    }

    /// Writes such a number as a text.
    mutating func value(quoted number: WideDecimal, places: Int) {
        let short = number.rounded(places: places)
        value(json: "\"")
        buffer.append(decimal: short.mantissa, scale: short.scale)
        buffer.append("\"")
    }
}
