import JSONReading
import MarketModel

/// Open interest of Binance's futures: USD-M in base coins, COIN-M in contracts; one side.
///
/// Contracts and marks come in one answer each, open interest symbol by symbol. A few hundred requests of weight 1 fit in the budget of 2400
/// a minute that USD-M and COIN-M share, beside everything else that is asked for.
public struct BinanceOpenInterest: Sendable {
    /// The market: USD-M or COIN-M.
    public let market: BinanceFeed.Market
    /// Where its servers are.
    public let endpoints: Endpoints

    /// Creates the questions; without `endpoints` for the exchange's own servers.
    public init(_ market: BinanceFeed.Market, endpoints: Endpoints? = nil) {
        self.market = market
        self.endpoints = endpoints ?? Endpoints.official(market.venue) ?? Endpoints(rest: "", sockets: [])
    }

    private var prefix: String { market == .coinMargined ? "/dapi/v1" : "/fapi/v1" }
}

extension BinanceOpenInterest: OpenInterestAdapter {
    public var venue: Venue { market.venue }
    public var rates: [RateLimit] { BinanceREST(market, endpoints: endpoints).rates }
    /// A minute: hundreds of requests make a sweep.
    public var period: Int { 60 }
    public var listings: [OpenInterestStep] { [OpenInterestStep(.contracts)] }
    public var questions: [OpenInterestStep] { [OpenInterestStep(.marks)] }

    public func questions(about contracts: [OpenInterestTerms]) -> [OpenInterestStep] {
        contracts.map { OpenInterestStep(.values, of: $0.contract.symbol) }
    }

    public func request(_ step: OpenInterestStep) -> RESTRequest {
        let (path, weight) =
            switch step.topic {
            case .contracts: ("/exchangeInfo", 1)
            case .marks: ("/premiumIndex", 10)
            case .values: ("/openInterest?symbol=\(step.part.percentEncoded)", 1)
            }
        return request(step, url: endpoints.rest + prefix + path, weight: weight, bucket: "binance-futures")
    }

    public func read(_ body: JSONValue, of step: OpenInterestStep, into page: inout OpenInterestPage) -> RESTOutcome {
        switch step.topic {
        case .contracts:
            guard let symbols = body["symbols"], symbols.kind == .array else { return .failed(reason: "the answer has no symbols") }
            for row in symbols.elements where row[market == .coinMargined ? "contractStatus" : "status"]?.equals("TRADING") == true {
                page.learn(terms(row))
            }
        case .marks:
            guard body.kind == .array else { return .failed(reason: "the answer is no list of marks") }
            for row in body.elements { page.learn(mark: row["markPrice"], of: row["symbol"]) }
        case .values:
            guard body["symbol"]?.symbol == step.part else { return .failed(reason: "the answer is not about the symbol") }
            page.append(symbol: body["symbol"], amount: body["openInterest"], time: body["time"])
        }
        return .done
    }

    public func refusal(status: Int, body: JSONValue?) -> RESTOutcome {
        let code = body?["code"]?.integer
        let reason = code.map { "\($0): \(body?["msg"]?.words ?? "no reason given")" } ?? ""
        return code == -1003 ? .limited(reason: reason) : outcome(of: status, reason: reason)
    }

    private func terms(_ row: JSONValue) -> OpenInterestTerms? {
        guard let symbol = row["symbol"]?.symbol, let base = row["baseAsset"]?.symbol, let quote = row["quoteAsset"]?.symbol,
            let margin = row["marginAsset"]?.symbol,
            let size = market == .coinMargined ? row["contractSize"]?.price : FixedPoint(mantissa: 1)
        else { return nil }
        let type = row["contractType"]
        return OpenInterestTerms(
            venue: venue, symbol: symbol, coin: base, quote: quote, margin: MarginKind(settlement: margin),
            unit: market == .coinMargined ? .quote : .base, size: size, isPerpetual: type?.equals("PERPETUAL") == true)
    }
}
