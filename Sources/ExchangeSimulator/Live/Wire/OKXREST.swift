import MarketModel
import Synchronization
import Transport

/// An error in OKX's shape.
struct OKXError: Error {
    let code: String
    let message: String
    var status = Status.ok

    static func empty(_ name: String) -> OKXError {
        OKXError(code: "50014", message: "Parameter \(name) can not be empty", status: .badRequest)
    }
    static func wrong(_ name: String) -> OKXError { OKXError(code: "51000", message: "Parameter \(name) error", status: .badRequest) }
    static let unknown = OKXError(code: "51001", message: "Instrument ID, Instrument ID code, or Spread ID doesn't exist.")
}

extension SimulatedExchange {
    func answerOKX(_ request: borrowing Request, _ path: String, now: Int64) -> Response {
        let ask = OKXAsk(exchange: self, query: request.query, now: now)
        // 20 requests in two seconds for old trades, 100 for new ones.
        let weight = path.hasSuffix("history-trades") || path.hasSuffix("instruments") ? 5 : 1
        let verdict = meters.withLock {
            $0[.okx, default: RequestMeter()].take(weight, limit: options.weightPerMinute ?? 100, length: 2_000_000, now: now)
        }
        if case .admitted = verdict {
        } else {
            return OKXAsk.failure(OKXError(code: "50011", message: "Too Many Requests", status: Status(429)))
        }
        do throws(OKXError) {
            switch path {
            case "/api/v5/public/time":
                var json = OKXAsk.begin()
                json.beginObject()
                json.member("ts", String((now + clockError(.okx, at: now)) / 1000))
                json.endObject()
                return OKXAsk.end(json)
            case "/api/v5/public/instruments":
                return try request.query["instType"] == "OPTION" ? ask.optionInstruments() : ask.instruments()
            case "/api/v5/public/option-trades": return try ask.optionTrades()
            case "/api/v5/market/option/instrument-family-trades": return try ask.familyTrades()
            case "/api/v5/public/block-trades": return try ask.blockLegs()
            case "/api/v5/rfq/public-trades": return try ask.publicBlocks()
            case "/api/v5/public/open-interest": return try ask.openInterest()
            case "/api/v5/market/trades": return try ask.trades()
            case "/api/v5/market/history-trades":
                return try OKXAsk.isOption(request.query["instId"]) ? ask.optionHistory() : ask.historyTrades()
            case "/api/v5/market/candles", "/api/v5/market/history-candles": return try ask.candles()
            case "/api/v5/market/ticker": return try ask.ticker()
            default: throw OKXError(code: "404", message: "Request path does not exist", status: .notFound)
            }
        } catch {
            return OKXAsk.failure(error)
        }
    }
}

/// One request to OKX, taken apart.
struct OKXAsk {
    let exchange: SimulatedExchange
    let query: Query
    let now: Int64

    static func begin() -> JSONWriter {
        var json = JSONWriter(capacity: 4096)
        json.beginObject()
        json.member("code", "0")
        json.key("data")
        json.beginArray()
        return json
    }

    static func end(_ json: consuming JSONWriter) -> Response {
        var json = json
        json.endArray()
        json.member("msg", "")
        json.endObject()
        return Response(json: json)
    }

    static func failure(_ error: OKXError) -> Response {
        var json = JSONWriter(capacity: 128)
        json.beginObject()
        json.member("msg", error.message)
        json.member("code", error.code)
        json.key("data")
        json.beginArray()
        json.endArray()
        json.endObject()
        return Response(error.status, json: json)
    }

    private func view() throws(OKXError) -> (view: InstrumentView, text: InstrumentText) {
        guard let symbol = query["instId"], !symbol.isEmpty else { throw .empty("instId") }
        guard let index = exchange.view(SimulatedHost.okx.venues, symbol), exchange.views[index].isListed(at: now) else { throw .unknown }
        return (exchange.views[index], exchange.texts[index])
    }

    private func limit(most: Int) throws(OKXError) -> Int {
        guard let text = query["limit"], !text.isEmpty else { return 100 }
        guard let limit = Int(text), limit > 0 else { throw .wrong("limit") }
        return min(limit, most)
    }

    private func number(_ name: String) throws(OKXError) -> Int64? {
        guard let text = query[name], !text.isEmpty else { return nil }
        guard let number = Int64(text), (0...RequestBounds.greatest / 1000).contains(number) else { throw .wrong(name) }
        return number
    }

    /// The newest trades, the newest first.
    func trades() throws(OKXError) -> Response {
        let (view, text) = try view()
        return rows(view.fills(before: .max, limit: try limit(most: 500), at: now).reversed(), view, text)
    }

    /// Trades of the last three months, the newest first: `after` an id are the older ones, `before` it the newer ones.
    func historyTrades() throws(OKXError) -> Response {
        let (view, text) = try view()
        let limit = try limit(most: 100)
        let (after, before) = (try number("after"), try number("before"))
        let oldest = now - 90 * CivilDate.dayLength
        var fills: [InstrumentView.Fill]
        if query["type"] == "2" {
            guard before == nil else { throw .wrong("before") }
            let end = after.map { view.tape.firstOrder(at: min($0 * 1000, now)) } ?? .max
            fills = Array(view.fills(of: view.orders(before: end, limit: limit, at: now)).suffix(limit))
            if let after { fills.removeAll { $0.trade.time >= after * 1000 } }
        } else if let before, after == nil {
            // The hundred next to the newest, as the venue gives them: those nearest to now.
            fills = view.fills(before: .max, limit: limit, at: now).filter { view.printedFill($0.id) > before }
        } else {
            let end = after.map { view.fill(printed: $0, at: now) } ?? .max
            fills = view.fills(before: end, limit: limit, at: now)
            if let before { fills.removeAll { view.printedFill($0.id) <= before } }
        }
        fills.removeAll { $0.trade.time < oldest }
        return rows(fills.reversed(), view, text)
    }

    private func rows(_ fills: [InstrumentView.Fill], _ view: InstrumentView, _ text: InstrumentText) -> Response {
        var out = ByteBuffer(capacity: 64 + fills.count * 140)
        out.append("{\"code\":\"0\",\"msg\":\"\",\"data\":[")
        for (index, fill) in fills.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            OKXText.row(fill.trade, fill: fill.id, quantity: fill.quantity, merged: false, source: true, view, text, .none, to: &out)
        }
        out.append("]}")
        return Response(contentType: .json, body: .bytes(Payload(out)))
    }

    /// `{"instId":"BTC-USDT-SWAP","ctVal":"0.01","ctMult":"1","ctType":"linear","state":"live",…}`
    func instruments() throws(OKXError) -> Response {
        guard let type = query["instType"], !type.isEmpty else { throw .empty("instType") }
        let venue: Venue? =
            switch type {
            case "SPOT": .okxSpot
            case "SWAP": .okxPerps
            case "FUTURES", "OPTION", "MARGIN": nil
            default: throw .wrong("instType")
            }
        let listed = venue.map { exchange.listed($0, at: now) } ?? []
        var json = Self.begin()
        for view in listed where query["instId"].map({ $0 == view.instrument.symbol }) ?? true { write(view, type, &json) }
        return Self.end(json)
    }

    private func write(_ view: InstrumentView, _ type: String, _ json: inout JSONWriter) {
        let instrument = view.instrument
        let isSwap = type == "SWAP"
        let isInverse = instrument.kind == .inverse
        let pair = "\(instrument.base)-\(instrument.quote)"
        json.beginObject()
        json.member("instType", type)
        json.member("instId", instrument.symbol)
        json.member("uly", isSwap ? pair : "")
        json.member("instFamily", isSwap ? pair : "")
        json.member("category", "1")
        json.member("baseCcy", isSwap ? "" : instrument.base)
        json.member("quoteCcy", isSwap ? "" : instrument.quote)
        json.member("settleCcy", isSwap ? (isInverse ? instrument.base : instrument.quote) : "")
        json.member("ctVal", isSwap ? "\(instrument.contractSize)" : "")
        json.member("ctMult", isSwap ? "1" : "")
        json.member("ctValCcy", isSwap ? (isInverse ? instrument.quote : instrument.base) : "")
        json.member("ctType", isSwap ? (isInverse ? "inverse" : "linear") : "")
        json.member("optType", "")
        json.member("stk", "")
        json.member("listTime", String(max(view.listed, instrument.listed.microseconds) / 1000))
        json.member("expTime", "")
        json.member("lever", isSwap ? "100" : "")
        json.member("tickSz", instrument.tickText)
        json.member("lotSz", instrument.stepText)
        json.member("minSz", instrument.stepText)
        json.member("maxLmtSz", "100000000")
        json.member("maxMktSz", "100000")
        json.member("ruleType", "normal")
        json.member("state", view.isTrading(at: now) ? "live" : "suspend")
        json.endObject()
    }

    /// `["1597026383085","3.721","3.743","3.677","3.708","8422410","22698348.04","12698348.04","1"]`, the newest first.
    func candles() throws(OKXError) -> Response {
        let (view, text) = try view()
        let bar = query["bar"] ?? "1m"
        guard let length = KlineInterval.microseconds(bar.replacingSuffix("Dutc", by: "d").lowercased()) else { throw .wrong("bar") }
        let after = try number("after").map { $0 * 1000 } ?? .max
        let before = try number("before").map { $0 * 1000 + 1 } ?? 0
        let bars = view.bars(
            length: length, times: before..<max(before, after), limit: try limit(most: 300), fromEnd: true, at: now)
        let instrument = text.instrument
        var json = Self.begin()
        for bar in bars.reversed() {
            json.beginArray()
            json.value(String(bar.start / 1000))
            for price in [bar.open, bar.high, bar.fills == 0 ? 0 : bar.low, bar.close] {
                json.value(FixedPoint(mantissa: price, scale: instrument.priceDecimals).description)
            }
            let volume = FixedPoint(mantissa: Int64(clamping: bar.quantity), scale: instrument.quantityDecimals)
            json.value(volume.description)
            let turnover = volumes(bar, instrument)
            json.value(turnover.base)
            json.value(turnover.quote)
            json.value(bar.end <= now ? "1" : "0")
            json.endArray()
        }
        return Self.end(json)
    }

    /// The volume of a bar in coins and in quote currency.
    private func volumes(_ bar: SimulatedBar, _ instrument: SimulatedInstrument) -> (base: String, quote: String) {
        let (digits, size) = (instrument.quantityDecimals, instrument.contractSize)
        let units = decimal(bar.quantity * Int128(size.mantissa), digits + size.scale)
        guard instrument.kind == .inverse else {
            return (units, decimal(bar.turnover * Int128(size.mantissa), instrument.priceDecimals + digits + size.scale))
        }
        let scale = FixedPoint(mantissa: 1, scale: instrument.priceDecimals).double
        return (plain(bar.inverse * FixedPoint(mantissa: 1, scale: digits).double / scale * size.double), units)
    }

    private func decimal(_ mantissa: Int128, _ scale: Int) -> String {
        var out = ByteBuffer(capacity: 40)
        out.append(decimal: mantissa, scale: scale)
        return out.text
    }

    private func plain(_ number: Double) -> String {
        var out = ByteBuffer(capacity: 40)
        out.append(number)
        return out.text
    }

    func ticker() throws(OKXError) -> Response {
        let (view, text) = try view()
        let edge = view.edge(at: now)
        guard edge > view.firstOrder else { throw .unknown }
        let trade = view.tape.trade(edge - 1)
        var json = Self.begin()
        json.beginObject()
        json.member("instType", text.instrument.venue == .okxSpot ? "SPOT" : "SWAP")
        json.member("instId", text.instrument.symbol)
        json.member("last", FixedPoint(mantissa: trade.price, scale: text.instrument.priceDecimals).description)
        json.member("ts", String(now / 1000))
        json.endObject()
        return Self.end(json)
    }
}

extension String {
    /// The text with its end replaced; unchanged if it does not end so.
    func replacingSuffix(_ suffix: String, by other: String) -> String {
        hasSuffix(suffix) ? dropLast(suffix.count) + other : self
    }
}
