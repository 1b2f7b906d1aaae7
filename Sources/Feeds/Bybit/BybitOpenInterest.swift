import JSONReading
import MarketModel

/// Open interest of Bybit's linear contracts, in coins, or inverse ones, in USD.
///
/// `openInterest` counts both sides; since 2026-06-11 there is `singleOpenInterest`, which is taken where it is, unless the user has set a
/// factor of their own for the former.
public struct BybitOpenInterest: Sendable {
    /// The market: linear or inverse.
    public let market: BybitFeed.Market
    /// Where its servers are.
    public let endpoints: Endpoints

    /// Creates the questions; without `endpoints` for the exchange's own servers.
    public init(_ market: BybitFeed.Market, endpoints: Endpoints? = nil) {
        self.market = market
        self.endpoints = endpoints ?? Endpoints.official(.bybitLinear) ?? Endpoints(rest: "", sockets: [])
    }
}

extension BybitOpenInterest: OpenInterestAdapter {
    public var venue: Venue { market == .inverse ? .bybitInverse : .bybitLinear }
    public var rates: [RateLimit] { BybitREST(market, endpoints: endpoints).rates }
    /// A half: both sides are counted.
    public var convention: FixedPoint { FixedPoint(mantissa: 5, scale: 1) }
    public var listings: [OpenInterestStep] { [OpenInterestStep(.contracts)] }
    public var questions: [OpenInterestStep] { [OpenInterestStep(.values)] }

    public func request(_ step: OpenInterestStep) -> RESTRequest {
        let category = market.rawValue
        guard step.topic == .contracts else {
            return request(step, url: endpoints.rest + "/v5/market/tickers?category=\(category)", bucket: "bybit")
        }
        let cursor = step.cursor.isEmpty ? "" : "&cursor=\(step.cursor.percentEncoded)"
        return request(
            step, url: endpoints.rest + "/v5/market/instruments-info?category=\(category)&limit=1000\(cursor)", bucket: "bybit")
    }

    public func read(_ body: JSONValue, of step: OpenInterestStep, into page: inout OpenInterestPage) -> RESTOutcome {
        // Errors come with status 200, too.
        guard body["retCode"]?.integer == 0 else { return refusal(status: 200, body: body) }
        guard let result = body["result"], let list = result["list"], list.kind == .array else {
            return .failed(reason: "the answer has no list")
        }
        if step.topic == .contracts {
            for row in list.elements { page.learn(terms(row)) }
            guard let cursor = result["nextPageCursor"]?.string, !cursor.isEmpty, cursor.utf8.count <= 1024 else { return .done }
            guard cursor != step.cursor else { return .failed(reason: "the next page is this page") }
            return .more(request(OpenInterestStep(.contracts, of: step.part, cursor: cursor)))
        }
        for row in list.elements {
            // A string without anything in it stands for a figure that is not there.
            let single = page.isFactorSet ? nil : row["singleOpenInterest"].flatMap { $0.bytes.isEmpty ? nil : $0 }
            page.append(
                symbol: row["symbol"], amount: single ?? row["openInterest"], price: row["markPrice"], time: body["time"],
                factor: single == nil ? nil : FixedPoint(mantissa: 1))
        }
        return .done
    }

    public func refusal(status: Int, body: JSONValue?) -> RESTOutcome {
        BybitREST(market, endpoints: endpoints)
            .refusal(status: status, body: body, of: request(OpenInterestStep(.values), url: "", bucket: "bybit"))
    }

    private func terms(_ row: JSONValue) -> OpenInterestTerms? {
        guard let symbol = row["symbol"]?.symbol, let base = row["baseCoin"]?.symbol, let quote = row["quoteCoin"]?.symbol else {
            return nil
        }
        // Contracts settled in USDC are quoted in USD; older rows do not say what they settle in.
        let settle = row["settleCoin"]?.symbol ?? (market == .inverse ? base : quote)
        let type = row["contractType"]
        return OpenInterestTerms(
            venue: venue, symbol: symbol, coin: base, quote: quote, margin: MarginKind(settlement: settle),
            unit: market == .inverse ? .quote : .base,
            isPerpetual: type?.equals("LinearPerpetual") == true || type?.equals("InversePerpetual") == true)
    }
}
