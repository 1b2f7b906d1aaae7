import JSONReading
import MarketModel

/// Bybit's REST side (v5): spot, linear or inverse contracts.
///
/// There is no history by ids: the newest 60 trades of a spot pair, the newest 1000 of a contract, and the rest only in the next day's dump.
public struct BybitREST: Sendable {
    /// The market.
    public let market: BybitFeed.Market
    /// Where its servers are.
    public let endpoints: Endpoints

    /// Creates the REST side; without `endpoints` of the exchange's own servers.
    public init(_ market: BybitFeed.Market, endpoints: Endpoints? = nil) {
        self.market = market
        self.endpoints = endpoints ?? Endpoints.official(.bybitSpot) ?? Endpoints(rest: "", sockets: [])
    }

    private static let bucket = "bybit"

    private func instruments(cursor: String?) -> RESTRequest {
        let page = market == .spot ? "" : "&limit=1000" + (cursor.map { "&cursor=\($0.percentEncoded)" } ?? "")
        return RESTRequest(
            .instruments, url: endpoints.rest + "/v5/market/instruments-info?category=\(market.rawValue)\(page)", bucket: Self.bucket)
    }
}

extension BybitREST: RESTAdapter {
    public var venue: Venue {
        switch market {
        case .spot: .bybitSpot
        case .linear: .bybitLinear
        case .inverse: .bybitInverse
        }
    }

    public var rates: [RateLimit] { [RateLimit(bucket: Self.bucket, weight: 600, seconds: 5, forbiddenSeconds: 600)] }

    public func instruments() -> RESTRequest { instruments(cursor: nil) }

    public func trades(_ symbol: String, ids: ClosedRange<Int64>) -> RESTRequest? { nil }

    public func recentTrades(_ symbol: String, limit: Int) -> RESTRequest {
        let most = min(market == .spot ? 60 : 1000, max(1, limit))
        return RESTRequest(
            .recentTrades(symbol),
            url: endpoints.rest + "/v5/market/recent-trade?category=\(market.rawValue)&symbol=\(symbol.percentEncoded)&limit=\(most)",
            bucket: Self.bucket)
    }

    public func read(_ body: JSONValue, of request: RESTRequest, into page: inout RESTPage) -> RESTOutcome {
        // Errors come with status 200, too.
        guard body["retCode"]?.integer == 0 else { return refusal(status: 200, body: body, of: request) }
        guard let result = body["result"], let list = result["list"], list.kind == .array else {
            return .failed(reason: "the answer has no list")
        }
        guard case .instruments = request.question else {
            for row in list.elements { append(row, to: &page.batch) }
            return .done
        }
        for row in list.elements { page.append(listed(row)) }
        guard market != .spot, let cursor = result["nextPageCursor"]?.string, !cursor.isEmpty, cursor.utf8.count <= 1024 else {
            return .done
        }
        let next = instruments(cursor: cursor)
        return next.url == request.url ? .failed(reason: "the next page is this page") : .more(next)
    }

    private func append(_ row: JSONValue, to batch: inout TradeBatch) {
        let side: TakerSide? = row["side"].flatMap { $0.equals("Buy") ? .buy : $0.equals("Sell") ? .sell : nil }
        batch.append(
            symbol: row["symbol"], id: row["execId"].flatMap(BybitFeed.id), time: TradeBatch.microseconds(row["time"]), price: row["price"],
            quantity: row["size"], side: side, isTrade: row["isBlockTrade"]?.bool != true)
    }

    public func refusal(status: Int, body: JSONValue?, of request: RESTRequest) -> RESTOutcome {
        let code = body?["retCode"]?.integer
        let reason = code.map { "\($0): \(body?["retMsg"]?.words ?? "no reason given")" } ?? ""
        return switch code {
        case 10006, 10018, 10429: .limited(reason: reason)
        case 10001, 10404, 110074: .refused(reason: reason)
        case nil where (200..<300).contains(status): .failed(reason: "the answer has no retCode")
        case .some where (200..<300).contains(status): .failed(reason: reason)
        default: outcome(of: status, reason: reason)
        }
    }

    private static let statuses: [String: ListedInstrument.Status] = [
        "Trading": .trading, "PreLaunch": .preOpen, "Delivering": .settling, "Closed": .closed,
    ]

    private func listed(_ row: JSONValue) -> ListedInstrument? {
        let lot = row["lotSizeFilter"]
        return ListedInstrument(
            venue: venue, symbol: row["symbol"], base: row["baseCoin"]?.string, quote: row["quoteCoin"]?.string,
            status: (row["status"]?.words ?? "", Self.statuses), tick: row["priceFilter"]?["tickSize"],
            step: lot?["qtyStep"] ?? lot?["basePrecision"])
    }
}
