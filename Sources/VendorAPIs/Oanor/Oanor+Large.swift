import MarketModel
import OrderFlow
import Transport

extension Oanor {
    /// How many prints are listed; the totals count all.
    static let listedPrints = 50

    /// `GET /v1/large`: a binary search in prints sorted once, and the first of them.
    func large(_ request: borrowing Request) throws -> Response {
        let minimum = try Oanor.minNotional(request)
        let grouped = try Parameters.group.text(in: request) != nil
        return try withRecentFlow(request) { recent, stamp in
            let prints = grouped ? recent.groupedPrints : recent.prints
            let large = prints.count(atLeast: Oanor.threshold(minimum, scale: recent.notionalScale))
            let totals = prints.totals(ofLargest: large)
            let quote = recent.notionalScale
            return Envelope.ok(stamp, message: "Large trades retrieved successfully") { json in
                json.member(
                    "note",
                    literal:
                        "single aggressive prints of the tape at or above min_notional (default 100000); side is that of the aggressor."
                )
                json.member("source", recent.exchange)
                json.member("symbol", recent.instrument.symbol)
                json.key("largest")
                json.beginArray()
                for place in 0..<min(large, Oanor.listedPrints) { Oanor.write(prints[place], of: recent, &json) }
                json.endArray()
                json.member("large_trades", large)
                json.member("min_notional", decimal: Int128(minimum.mantissa), scale: minimum.scale)
                json.member("trades_scanned", recent.windows.count)
                json.member("buy_notional_usd", totals.buyNotional, scale: quote, places: Places.quote)
                json.member("net_notional_usd", totals.buyNotional - totals.sellNotional, scale: quote, places: Places.quote)
                json.member("sell_notional_usd", totals.sellNotional, scale: quote, places: Places.quote)
            }
        }
    }

    private static func write(_ print: LargePrints.Print, of recent: RecentFlow, _ json: inout JSONWriter) {
        json.beginObject()
        json.member("qty", print.base, scale: recent.baseScale, places: Places.base)
        json.member("side", print.side.name)
        json.member("time", Int(print.time / 1000))
        if print.rows == 1 {
            json.member("price", decimal: Int128(print.price), scale: recent.priceScale)
        } else {
            // Several rows are one print: their mean price, weighted by base.
            json.key("price")
            let exponent = recent.notionalScale - recent.baseScale
            json.value(ExactQuotient.nearest(print.notional, over: print.base, tenTo: exponent))
            json.member("rows", print.rows)
        }
        json.member("notional_usd", print.notional, scale: recent.notionalScale, places: Places.quote)
        json.endObject()
    }

    private static func minNotional(_ request: borrowing Request) throws(Failure) -> FixedPoint {
        let text = try Parameters.minNotional.text(in: request) ?? "100000"
        do {
            let number = try FixedPoint(text: text)
            guard number.mantissa >= 0 else { throw DecimalError.malformed }
            return number
        } catch {
            throw Failure(.badRequest, "parameter 'min_notional' must be a decimal number, not negative, of at most 18 digits")
        }
    }

    /// The least notional mantissa that is at or above a number; beyond 128 bits, the greatest.
    private static func threshold(_ number: FixedPoint, scale: Int) -> Int128 {
        var mantissa = Int128(number.mantissa)
        for _ in number.scale..<max(scale, number.scale) {
            let (product, overflow) = mantissa.multipliedReportingOverflow(by: 10)
            if overflow { return .max }
            mantissa = product
        }
        for _ in scale..<max(scale, number.scale) { mantissa = (mantissa + 9) / 10 }
        return mantissa
    }
}
