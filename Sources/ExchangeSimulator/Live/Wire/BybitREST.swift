import MarketModel
import Synchronization
import Transport

/// An error in Bybit's shape.
struct BybitError: Error {
    let code: Int
    let message: String

    static func wrong(_ what: String) -> BybitError { BybitError(code: 10001, message: "params error: \(what)") }
}

extension SimulatedExchange {
    func answerBybit(_ request: borrowing Request, _ path: String, now: Int64) -> Response {
        let verdict = meters.withLock {
            $0[.bybit, default: RequestMeter()].take(1, limit: options.weightPerMinute ?? 600, length: 5_000_000, now: now)
        }
        if case .admitted = verdict {
        } else {
            return Response(Status(403), text: "access too frequent\n")
        }
        let shown = (now + clockError(.bybit, at: now)) / 1000
        let ask = BybitAsk(exchange: self, query: request.query, now: now)
        var json = JSONWriter(capacity: 8192)
        json.beginObject()
        json.member("retCode", 0)
        json.member("retMsg", "OK")
        json.key("result")
        do throws(BybitError) {
            switch path {
            case "/v5/market/time":
                json.beginObject()
                json.member("timeSecond", String(shown / 1000))
                json.member("timeNano", String(shown * 1_000_000))
                json.endObject()
            case "/v5/market/instruments-info": try ask.instruments(&json)
            case "/v5/market/recent-trade": try ask.recentTrades(&json)
            case "/v5/market/kline": try ask.klines(&json)
            case "/v5/market/tickers": json.value(try ask.tickers())
            case "/v5/market/open-interest": json.value(try ask.openInterestHistory())
            default: return Response(.notFound, text: "404 page not found\n")
            }
        } catch {
            json = JSONWriter(capacity: 256)
            json.beginObject()
            json.member("retCode", error.code)
            json.member("retMsg", error.message)
            json.key("result")
            json.beginObject()
            json.endObject()
        }
        json.key("retExtInfo")
        json.beginObject()
        json.endObject()
        json.member("time", Int(shown))
        json.endObject()
        return Response(json: json)
    }
}

/// One request to Bybit, taken apart.
struct BybitAsk {
    let exchange: SimulatedExchange
    let query: Query
    let now: Int64

    private func venue() throws(BybitError) -> (category: String, venue: Venue?) {
        guard let category = query["category"], ["spot", "linear", "inverse", "option"].contains(category) else {
            throw .wrong("Category is invalid")
        }
        return (category, category == "option" ? nil : Venue("bybit-\(category)"))
    }

    private func view() throws(BybitError) -> (view: InstrumentView, text: InstrumentText, category: String) {
        let (category, venue) = try venue()
        guard let venue, let symbol = query["symbol"], let index = exchange.view([venue], symbol),
            exchange.views[index].isListed(at: now)
        else { throw .wrong("Symbol Is Invalid") }
        return (exchange.views[index], exchange.texts[index], category)
    }

    private func limit(default usual: Int, most: Int) throws(BybitError) -> Int {
        guard let text = query["limit"], !text.isEmpty else { return usual }
        guard let limit = Int(text), limit > 0 else { throw .wrong("Limit is invalid") }
        return min(limit, most)
    }

    private func time(_ name: String) throws(BybitError) -> Int64? {
        guard let text = query[name], !text.isEmpty else { return nil }
        guard let time = Int64(text), (0...9_000_000_000_000).contains(time) else { throw .wrong("\(name) is invalid") }
        return time * 1000
    }

    /// The newest trades, the newest first: no paging, no history.
    func recentTrades(_ json: inout JSONWriter) throws(BybitError) {
        let (view, text, category) = try view()
        let limit = try limit(default: category == "spot" ? 60 : 500, most: category == "spot" ? 60 : 1000)
        let fills = view.fills(before: .max, limit: limit, at: now)
        json.beginObject()
        json.member("category", category)
        json.key("list")
        json.beginArray()
        for fill in fills.reversed() { write(fill, text, &json) }
        json.endArray()
        json.endObject()
    }

    private func write(_ fill: InstrumentView.Fill, _ text: InstrumentText, _ json: inout JSONWriter) {
        let instrument = text.instrument
        json.beginObject()
        json.key("execId")
        var id = ByteBuffer(capacity: 48)
        BybitText.id(fill.id, of: instrument, to: &id)
        json.value(id.text)
        json.member("symbol", instrument.symbol)
        json.key("price")
        json.value(padded(fill.trade.price, instrument.priceDecimals))
        json.key("size")
        json.value(padded(fill.quantity, instrument.quantityDecimals))
        json.member("side", fill.trade.isBuy ? "Buy" : "Sell")
        json.member("time", String(fill.trade.time / 1000))
        json.member("isBlockTrade", false)
        json.member("isRPITrade", false)
        json.member("seq", String(BybitText.sequence(fill.trade)))
        json.endObject()
    }

    private func padded(_ mantissa: Int64, _ decimals: Int) -> String {
        var out = ByteBuffer(capacity: 32)
        out.append(mantissa: mantissa, decimals: decimals, digits: decimals)
        return out.text
    }

    /// Pages of what is listed; the cursor is the place of the next one.
    func instruments(_ json: inout JSONWriter) throws(BybitError) {
        let (category, venue) = try venue()
        let limit = try limit(default: 500, most: 1000)
        var listed = venue.map { exchange.listed($0, at: now) } ?? []
        if let symbol = query["symbol"], !symbol.isEmpty { listed = listed.filter { $0.instrument.symbol == symbol } }
        // Without a status there are only those that trade.
        let status = query["status"] ?? "Trading"
        listed = listed.filter { self.status($0) == status }
        var start = 0
        if let cursor = query["cursor"], !cursor.isEmpty {
            guard let place = Int(cursor), (0...listed.count).contains(place) else { throw .wrong("cursor is invalid") }
            start = place
        }
        // Spot has no pages.
        let end = category == "spot" ? listed.count : min(listed.count, start + limit)
        json.beginObject()
        json.member("category", category)
        json.key("list")
        json.beginArray()
        for view in listed[start..<end] { write(view, category, &json) }
        json.endArray()
        if category != "spot" { json.member("nextPageCursor", end < listed.count ? String(end) : "") }
        json.endObject()
    }

    private func status(_ view: InstrumentView) -> String { view.isTrading(at: now) ? "Trading" : "Closed" }

    private func write(_ view: InstrumentView, _ category: String, _ json: inout JSONWriter) {
        let instrument = view.instrument
        let isSpot = category == "spot"
        json.beginObject()
        json.member("symbol", instrument.symbol)
        if !isSpot { json.member("contractType", category == "linear" ? "LinearPerpetual" : "InversePerpetual") }
        json.member("status", status(view))
        json.member("baseCoin", instrument.base)
        json.member("quoteCoin", instrument.quote)
        if isSpot {
            json.member("innovation", "0")
            json.member("marginTrading", "none")
        } else {
            json.member("settleCoin", category == "linear" ? instrument.quote : instrument.base)
            json.member("launchTime", String(max(view.listed, instrument.listed.microseconds) / 1000))
            json.member("deliveryTime", "0")
            json.member("deliveryFeeRate", "")
            json.member("priceScale", String(instrument.priceDecimals))
            json.key("leverageFilter")
            json.beginObject()
            json.member("minLeverage", "1")
            json.member("maxLeverage", "100.00")
            json.member("leverageStep", "0.01")
            json.endObject()
        }
        json.key("priceFilter")
        json.beginObject()
        if !isSpot {
            json.member("minPrice", instrument.tickText)
            json.member("maxPrice", "1999999.80")
        }
        json.member("tickSize", instrument.tickText)
        json.endObject()
        json.key("lotSizeFilter")
        json.beginObject()
        json.member("maxOrderQty", "1000000")
        json.member("minOrderQty", instrument.stepText)
        if isSpot {
            json.member("basePrecision", instrument.stepText)
            json.member("quotePrecision", "0.0000001")
            json.member("minOrderAmt", "1")
            json.member("maxOrderAmt", "4000000")
        } else {
            json.member("qtyStep", instrument.stepText)
            json.member("minNotionalValue", "5")
        }
        json.endObject()
        json.endObject()
    }

    /// `["1670608800000","17071","17073","17027","17055.5","268611","15.74462667"]`, the newest first.
    func klines(_ json: inout JSONWriter) throws(BybitError) {
        let (view, text, category) = try view()
        let instrument = text.instrument
        let name = query["interval"] ?? ""
        guard let length = name == "D" ? CivilDate.dayLength : Int64(name).flatMap({ $0 > 0 && $0 <= 720 ? $0 * 60_000_000 : nil }) else {
            throw .wrong("Invalid period!")
        }
        let (start, end) = (try time("start"), try time("end"))
        let bars = view.bars(
            length: length, times: (start ?? 0)..<max(start ?? 0, (end ?? .max - 1) + 1), limit: try limit(default: 200, most: 1000),
            fromEnd: start == nil, at: now)
        json.beginObject()
        json.member("category", category)
        json.member("symbol", instrument.symbol)
        json.key("list")
        json.beginArray()
        for bar in bars.reversed() {
            json.beginArray()
            json.value(String(bar.start / 1000))
            for price in [bar.open, bar.high, bar.fills == 0 ? 0 : bar.low, bar.close] {
                json.value(FixedPoint(mantissa: price, scale: instrument.priceDecimals).description)
            }
            json.value(decimal(bar.quantity, instrument.quantityDecimals))
            if instrument.kind == .inverse {
                var out = ByteBuffer(capacity: 40)
                out.append(bar.inverse * FixedPoint(mantissa: FixedPoint.powersOfTen[instrument.priceDecimals]).double)
                json.value(out.text)
            } else {
                json.value(decimal(bar.turnover, instrument.priceDecimals + instrument.quantityDecimals))
            }
            json.endArray()
        }
        json.endArray()
        json.endObject()
    }

    private func decimal(_ mantissa: Int128, _ scale: Int) -> String {
        var out = ByteBuffer(capacity: 48)
        out.append(decimal: mantissa, scale: scale)
        return out.text
    }
}
