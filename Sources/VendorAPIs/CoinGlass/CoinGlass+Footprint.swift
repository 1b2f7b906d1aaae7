import MarketModel
import MarketService
import OrderFlow
import Transport

extension CoinGlass.Taker {
    /// `GET /volume/footprint-history`: bars of one contract as arrays: the start in seconds, and a row a level of price.
    func footprints(_ request: borrowing Request, _ grant: KeyGate.Grant) throws -> Response {
        let window = try CoinGlass.Window(request, grant)
        let contract = try contract(request)
        return .later { [market] cancellation in
            let bars = try market.footprints(
                contract, interval: window.interval, from: window.from, to: window.to, limit: window.limit,
                isCancelled: { cancellation.isCancelled })
            return CoinGlass.Envelope.ok(capacity: 64 + bars.reduce(0) { $0 + $1.levels.count } * 100) { json in
                json.beginArray()
                for bar in bars {
                    json.beginArray()
                    json.value(Int(bar.start / 1_000_000))
                    json.beginArray()
                    for level in bar.levels { Self.write(level, of: bar, to: &json) }
                    json.endArray()
                    json.endArray()
                }
                json.endArray()
            }
        }
    }

    /// From and to which price, then bought and sold: coins, quote currency, dollars, trades.
    private static func write(_ level: Footprint.Level, of bar: Footprint, to json: inout JSONWriter) {
        let valuation = bar.valuation
        json.beginArray()
        for price in [level.price, level.price + bar.width] { json.value(decimal: Int128(price), scale: valuation.priceScale) }
        for side in [level.buy, level.sell] {
            json.value(WideDecimal(mantissa: side.base, scale: valuation.baseScale), places: CoinGlass.Places.coins)
        }
        // Contracts are priced in what counts as the dollar, so both are the same number.
        for _ in 0..<2 {
            for side in [level.buy, level.sell] {
                json.value(WideDecimal(mantissa: side.notional, scale: valuation.notionalScale), places: CoinGlass.Places.dollars)
            }
        }
        for side in [level.buy, level.sell] { json.value(Int(side.count)) }
        json.endArray()
    }
}
