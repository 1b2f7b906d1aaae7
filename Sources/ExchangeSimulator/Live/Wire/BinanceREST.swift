import MarketModel
import Synchronization
import Transport

/// An error in Binance's shape.
struct BinanceError: Error {
    let code: Int
    let message: String
    var status = Status.badRequest

    static let symbol = BinanceError(code: -1121, message: "Invalid symbol.")
    static func missing(_ name: String) -> BinanceError {
        BinanceError(code: -1102, message: "Mandatory parameter '\(name)' was not sent, was empty/null, or malformed.")
    }
    static func malformed(_ name: String) -> BinanceError {
        BinanceError(code: -1100, message: "Illegal characters found in parameter '\(name)'; legal range is '^[0-9]{1,20}$'.")
    }

    var response: Response {
        var json = JSONWriter(capacity: 128)
        json.beginObject()
        json.member("code", code)
        json.member("msg", message)
        json.endObject()
        return Response(status, json: json)
    }
}

extension SimulatedExchange {
    /// The weight of a request, by its path without the version.
    private static func weight(_ name: Substring, _ host: SimulatedHost) -> Int {
        switch (name, host) {
        case ("exchangeInfo", .binanceSpot): 20
        case ("aggTrades", .binanceSpot): 4
        case ("trades", .binanceSpot), ("historicalTrades", .binanceSpot): 25
        case ("klines", .binanceSpot): 2
        case ("ticker/price", .binanceSpot): 4
        case ("aggTrades", _), ("historicalTrades", _): 20
        case ("trades", _), ("klines", _): 5
        case ("premiumIndex", _): 10
        case ("futures/data/openInterestHist", _): 0
        default: 1
        }
    }

    func answerBinance(_ host: SimulatedHost, _ request: borrowing Request, _ path: String, now: Int64) -> Response {
        let base = host == .binanceSpot ? "/api/v3/" : host == .binanceFutures ? "/fapi/v1/" : "/dapi/v1/"
        // Histories stand beside the versions, and cost no weight.
        let isHistory = host != .binanceSpot && path == "/futures/data/openInterestHist"
        guard path.hasPrefix(base) || isHistory else { return Response(.notFound, text: "404\n") }
        let name = isHistory ? path.dropFirst(1) : path.dropFirst(base.count)
        // USD-M and COIN-M share a budget since their stacks were merged.
        let limit = options.weightPerMinute ?? (host == .binanceSpot ? 6000 : 2400)
        let verdict = meters.withLock {
            $0[host == .binanceSpot ? .binanceSpot : .binanceFutures, default: RequestMeter()]
                .take(Self.weight(name, host), limit: limit, length: 60_000_000, now: now)
        }
        switch verdict {
        case .admitted(let used):
            var response: Response
            do throws(BinanceError) {
                response = try answer(host, request, name, now: now)
            } catch {
                response = error.response
            }
            response.headers += [Header("x-mbx-used-weight", String(used)), Header("x-mbx-used-weight-1m", String(used))]
            return response
        case .limited(let seconds): return Self.tooMuch(Status(429), seconds, limit)
        case .banned(let seconds): return Self.tooMuch(Status(418), seconds, limit)
        }
    }

    private static func tooMuch(_ status: Status, _ seconds: Int, _ limit: Int) -> Response {
        var response = BinanceError(
            code: -1003, message: "Too much request weight used; current limit is \(limit) request weight per 1 MINUTE.", status: status
        ).response
        response.headers.append(Header("Retry-After", String(seconds)))
        return response
    }

    private func answer(
        _ host: SimulatedHost, _ request: borrowing Request, _ name: Substring, now: Int64
    ) throws(BinanceError) -> Response {
        let ask = BinanceAsk(exchange: self, host: host, query: request.query, unit: Self.unit(request, host), now: now)
        switch name {
        case "ping": return Response(contentType: .json, body: .constant("{}"))
        case "time":
            var json = JSONWriter(capacity: 64)
            json.beginObject()
            json.member("serverTime", Int((now + clockError(host, at: now)) / ask.unit))
            json.endObject()
            return Response(json: json)
        case "exchangeInfo": return try ask.exchangeInfo()
        case "aggTrades": return try ask.aggTrades()
        case "trades": return try ask.trades()
        case "historicalTrades": return try ask.historicalTrades()
        case "klines": return try ask.klines()
        case "ticker/price": return try ask.prices()
        case "openInterest" where host != .binanceSpot: return try ask.openInterest()
        case "premiumIndex" where host != .binanceSpot: return try ask.premiumIndex()
        case "futures/data/openInterestHist": return try ask.openInterestHistory()
        default: return Response(.notFound, text: "404\n")
        }
    }

    /// Microseconds in the unit of the times asked for.
    private static func unit(_ request: borrowing Request, _ host: SimulatedHost) -> Int64 {
        host == .binanceSpot && request.header("X-MBX-TIME-UNIT")?.uppercased() == "MICROSECOND" ? 1 : 1000
    }
}

/// One request to Binance, taken apart.
struct BinanceAsk {
    let exchange: SimulatedExchange
    let host: SimulatedHost
    let query: Query
    let unit: Int64
    let now: Int64

    var venue: Venue { host.venues[0] }

    func number(_ name: String) throws(BinanceError) -> Int64? {
        guard let text = query[name], !text.isEmpty else { return nil }
        guard let number = Int64(text), (0...RequestBounds.greatest).contains(number) else { throw .malformed(name) }
        return number
    }

    func limit(default usual: Int, most: Int) throws(BinanceError) -> Int {
        guard let limit = try number("limit") else { return usual }
        guard limit > 0 else { throw BinanceError(code: -1130, message: "Data sent for parameter 'limit' is not valid.") }
        return Int(min(limit, Int64(most)))
    }

    /// A time parameter in microseconds; venues take milliseconds, spot also microseconds.
    func time(_ name: String) throws(BinanceError) -> Int64? {
        guard let time = try number(name) else { return nil }
        return time < 100_000_000_000_000 ? time * 1000 : time
    }

    func view() throws(BinanceError) -> (view: InstrumentView, text: InstrumentText) {
        guard let symbol = query["symbol"], !symbol.isEmpty else { throw .missing("symbol") }
        guard let index = exchange.view([venue], symbol), exchange.views[index].isListed(at: now) else { throw .symbol }
        return (exchange.views[index], exchange.texts[index])
    }

    /// A body of rows in an array.
    static func array<Row>(_ rows: [Row], _ write: (Row, inout ByteBuffer) -> Void) -> Response {
        var out = ByteBuffer(capacity: 64 + rows.count * 160)
        out.append(UInt8(ascii: "["))
        for (index, row) in rows.enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            write(row, &out)
        }
        out.append(UInt8(ascii: "]"))
        return Response(contentType: .json, body: .bytes(Payload(out)))
    }
}
