import JSONReading
import MarketModel

/// Binance's REST side: spot, USD-M or COIN-M.
///
/// Aggregates are asked for by id, 1000 at a time: on spot of any age, on futures of the last day or so (error -4166 beyond that).
public struct BinanceREST: Sendable {
    /// The market.
    public let market: BinanceFeed.Market
    /// Where its servers are.
    public let endpoints: Endpoints

    /// Creates the REST side; without `endpoints` of the exchange's own servers.
    public init(_ market: BinanceFeed.Market, endpoints: Endpoints? = nil) {
        self.market = market
        self.endpoints = endpoints ?? Endpoints.official(market.venue) ?? Endpoints(rest: "", sockets: [])
    }

    private var prefix: String {
        switch market {
        case .spot: "/api/v3"
        case .usdMargined: "/fapi/v1"
        case .coinMargined: "/dapi/v1"
        }
    }

    // USD-M and COIN-M have one budget since they were merged.
    private var bucket: String { market == .spot ? "binance-spot" : "binance-futures" }

    private func aggregates(_ question: RESTRequest.Question, _ query: String) -> RESTRequest {
        RESTRequest(question, url: endpoints.rest + prefix + "/aggTrades?" + query, weight: market == .spot ? 4 : 20, bucket: bucket)
    }
}

extension BinanceREST: RESTAdapter {
    public var venue: Venue { market.venue }

    public var rates: [RateLimit] { [RateLimit(bucket: bucket, weight: market == .spot ? 6000 : 2400, seconds: 60, forbiddenSeconds: 300)] }

    public func instruments() -> RESTRequest {
        RESTRequest(
            .instruments, url: endpoints.rest + prefix + "/exchangeInfo", weight: market == .spot ? 20 : 1, bucket: bucket)
    }

    public func trades(_ symbol: String, ids: ClosedRange<Int64>) -> RESTRequest? {
        let count = ids.upperBound.subtractingReportingOverflow(ids.lowerBound)
        let limit = count.overflow ? 1000 : min(999, count.partialValue) + 1
        return aggregates(.trades(symbol, ids: ids), "symbol=\(symbol.percentEncoded)&fromId=\(ids.lowerBound)&limit=\(limit)")
    }

    public func recentTrades(_ symbol: String, limit: Int) -> RESTRequest {
        aggregates(.recentTrades(symbol), "symbol=\(symbol.percentEncoded)&limit=\(min(1000, max(1, limit)))")
    }

    public func read(_ body: JSONValue, of request: RESTRequest, into page: inout RESTPage) -> RESTOutcome {
        if case .instruments = request.question { return readInstruments(body, into: &page) }
        guard body.kind == .array, let symbol = request.symbol else { return .failed(reason: "the answer is no list of trades") }
        var last = Int64.min
        for row in body.elements {
            let id = row["a"]?.integer
            if let id { last = max(last, id) }
            append(row, id: id, symbol: symbol, to: &page.batch)
        }
        guard case .trades(_, let ids) = request.question, last >= ids.lowerBound, last < ids.upperBound else { return .done }
        return trades(symbol, ids: last + 1...ids.upperBound).map { .more($0) } ?? .done
    }

    private func append(_ row: JSONValue, id: Int64?, symbol: String, to batch: inout TradeBatch) {
        let fills = (row["l"]?.integer ?? 0).subtractingReportingOverflow(row["f"]?.integer ?? 0).partialValue &+ 1
        batch.append(
            named: symbol, id: id.map { TradeID($0) }, time: TradeBatch.microseconds(row["T"]), price: row["p"], quantity: row["q"],
            // The buyer made the price: the taker sold.
            side: row["m"]?.bool.map { $0 ? .sell : .buy }, fills: fills)
    }

    public func refusal(status: Int, body: JSONValue?, of request: RESTRequest) -> RESTOutcome {
        let code = body?["code"]?.integer
        let reason = code.map { "\($0): \(body?["msg"]?.words ?? "no reason given")" } ?? ""
        return switch code {
        // Too many requests, by weight or by orders, whatever the status says.
        case -1003, -1015: .limited(reason: reason)
        // Disconnected, timed out, overloaded: not the request's fault.
        case -1000, -1001, -1006, -1007, -1008, -1016: .failed(reason: reason)
        case -4166: .refused(reason: "\(reason) (too old for the venue's REST; its dumps have it)")
        default: outcome(of: status, reason: reason)
        }
    }
}

extension BinanceREST {
    private static let statuses: [String: ListedInstrument.Status] = [
        "TRADING": .trading, "PRE_TRADING": .preOpen, "PENDING_TRADING": .preOpen, "END_OF_DAY": .halted, "POST_TRADING": .halted,
        "HALT": .halted, "BREAK": .closed, "CANCEL_ONLY": .halted, "AUCTION_MATCH": .halted, "PRE_DELIVERING": .settling,
        "DELIVERING": .settling, "PRE_SETTLE": .settling, "SETTLING": .settling, "DELIVERED": .closed, "CLOSE": .closed,
    ]

    private func readInstruments(_ body: JSONValue, into page: inout RESTPage) -> RESTOutcome {
        guard let symbols = body["symbols"], symbols.kind == .array else { return .failed(reason: "the answer has no symbols") }
        for row in symbols.elements { page.append(listed(row)) }
        return .done
    }

    private func listed(_ row: JSONValue) -> ListedInstrument? {
        var tick: JSONValue?
        var step: JSONValue?
        if let filters = row["filters"] {
            for filter in filters.elements {
                if filter["filterType"]?.equals("PRICE_FILTER") == true { tick = filter["tickSize"] }
                if filter["filterType"]?.equals("LOT_SIZE") == true { step = filter["stepSize"] }
            }
        }
        let status = row[market == .coinMargined ? "contractStatus" : "status"]?.words ?? ""
        var result = ListedInstrument(
            venue: venue, symbol: row["symbol"], base: row["baseAsset"]?.string, quote: row["quoteAsset"]?.string,
            status: (status, Self.statuses), tick: tick, step: step)
        if market == .coinMargined {
            // A contract of unknown size would make wrong volumes.
            guard let size = ListedInstrument.positive(row["contractSize"]) else { return nil }
            result?.instrument.contractSize = size
        }
        return result
    }
}

extension BinanceFeed.Market {
    /// The venue that the market is.
    var venue: Venue {
        switch self {
        case .spot: .binanceSpot
        case .usdMargined: .binanceFutures
        case .coinMargined: .binanceCoinFutures
        }
    }
}
