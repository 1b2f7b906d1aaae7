import JSONReading
import MarketModel

/// Hyperliquid's REST side: one address, to which questions are posted.
///
/// There is no history: the newest few trades of a coin, and nothing by ids.
public struct HyperliquidREST: Sendable {
    /// Where its servers are.
    public let endpoints: Endpoints

    /// Creates the REST side; without `endpoints` of the exchange's own servers.
    public init(endpoints: Endpoints? = nil) {
        self.endpoints = endpoints ?? Endpoints.official(.hyperliquidPerps) ?? Endpoints(rest: "", sockets: [])
    }

    private func ask(_ question: RESTRequest.Question, _ body: String, weight: Int) -> RESTRequest {
        RESTRequest(question, url: endpoints.rest + "/info", body: body, weight: weight, bucket: "hyperliquid")
    }
}

extension HyperliquidREST: RESTAdapter {
    public var venue: Venue { .hyperliquidPerps }

    public var rates: [RateLimit] { [RateLimit(bucket: "hyperliquid", weight: 1200, seconds: 60)] }

    public func instruments() -> RESTRequest { ask(.instruments, "{\"type\":\"meta\"}", weight: 20) }

    public func trades(_ symbol: String, ids: ClosedRange<Int64>) -> RESTRequest? { nil }

    public func recentTrades(_ symbol: String, limit: Int) -> RESTRequest {
        // The rows of an answer are weighed as well.
        ask(.recentTrades(symbol), "{\"type\":\"recentTrades\",\"coin\":\(symbol.quoted)}", weight: 40)
    }

    public func read(_ body: JSONValue, of request: RESTRequest, into page: inout RESTPage) -> RESTOutcome {
        if case .instruments = request.question {
            guard let universe = body["universe"], universe.kind == .array else { return .failed(reason: "the answer has no universe") }
            for row in universe.elements { page.append(listed(row)) }
            return .done
        }
        // For a coin that it does not know the venue answers null.
        guard body.kind != .null else { return .refused(reason: "no such coin") }
        guard body.kind == .array else { return .failed(reason: "the answer is no list of trades") }
        for row in body.elements { HyperliquidFeed.append(row, to: &page.batch) }
        return .done
    }

    public func refusal(status: Int, body: JSONValue?, of request: RESTRequest) -> RESTOutcome {
        // A coin that it does not know is an error of the server here.
        if status == 500, case .recentTrades = request.question { return .refused(reason: "HTTP 500: no such coin") }
        return outcome(of: status, reason: body?.words ?? "")
    }

    private func listed(_ row: JSONValue) -> ListedInstrument? {
        let isDelisted = row["isDelisted"]?.bool == true
        guard let digits = row["szDecimals"]?.integer, (0...18).contains(digits),
            var result = ListedInstrument(
                venue: venue, symbol: row["name"], base: nil, quote: "USDC",
                status: (isDelisted ? "delisted" : "listed", ["listed": .trading, "delisted": .closed]), tick: nil, step: nil)
        else { return nil }
        result.quantityStep = FixedPoint(mantissa: 1, scale: Int(digits))
        // Prices have up to six decimals less those of the size, and five significant digits.
        result.priceTick = FixedPoint(mantissa: 1, scale: max(0, 6 - Int(digits)))
        return result
    }
}
