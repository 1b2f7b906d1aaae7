import JSONReading
import MarketModel

/// Open interest of Bitget's futures, margined in USDT, USDC or the coin: `holdingAmount` of its tickers, one side.
///
/// It counts base coins. Whether it does so on coin-margined contracts too is not known for certain: clients disagree, and `coinUnit` says
/// otherwise where it counts USD.
public struct BitgetOpenInterest: Sendable {
    /// Where its servers are.
    public let endpoints: Endpoints
    /// What figures of coin-margined contracts count.
    public let coinUnit: OpenInterestTerms.Unit

    /// Creates the questions; without `endpoints` for the exchange's own servers.
    public init(endpoints: Endpoints? = nil, coinUnit: OpenInterestTerms.Unit = .base) {
        self.endpoints = endpoints ?? Endpoints.official(.bitgetFutures) ?? Endpoints(rest: "", sockets: [])
        self.coinUnit = coinUnit
    }

    private static let bucket = "bitget"
    private static let coinFutures = "COIN-FUTURES"
    private static let products = ["USDT-FUTURES", "USDC-FUTURES", coinFutures]
}

extension BitgetOpenInterest: OpenInterestAdapter {
    public var venue: Venue { .bitgetFutures }
    public var rates: [RateLimit] { [RateLimit(bucket: Self.bucket, weight: 20, seconds: 1)] }
    public var listings: [OpenInterestStep] { Self.products.map { OpenInterestStep(.contracts, of: $0) } }
    public var questions: [OpenInterestStep] { Self.products.map { OpenInterestStep(.values, of: $0) } }

    public func request(_ step: OpenInterestStep) -> RESTRequest {
        let path = step.topic == .contracts ? "contracts" : "tickers"
        return request(
            step, url: endpoints.rest + "/api/v2/mix/market/\(path)?productType=\(step.part.percentEncoded)", bucket: Self.bucket)
    }

    public func read(_ body: JSONValue, of step: OpenInterestStep, into page: inout OpenInterestPage) -> RESTOutcome {
        guard body["code"]?.equals("00000") == true else { return refusal(status: 200, body: body) }
        guard let data = body["data"], data.kind == .array else { return .failed(reason: "the answer has no data") }
        for row in data.elements {
            if step.topic == .contracts {
                // What is not trading yet, or not any more, has no open interest of its own.
                guard row["symbolStatus"]?.equals("normal") ?? true else { continue }
                page.learn(terms(row, product: step.part))
            } else {
                page.append(symbol: row["symbol"], amount: row["holdingAmount"], price: row["markPrice"], time: row["ts"])
            }
        }
        return .done
    }

    public func refusal(status: Int, body: JSONValue?) -> RESTOutcome {
        let code = body?["code"]?.words
        let reason = code.map { "\($0): \(body?["msg"]?.words ?? "no reason given")" } ?? ""
        if code == "429" { return .limited(reason: reason) }
        return (200..<300).contains(status)
            ? .failed(reason: reason.isEmpty ? "the answer has no code" : reason) : outcome(of: status, reason: reason)
    }

    private func terms(_ row: JSONValue, product: String) -> OpenInterestTerms? {
        guard let symbol = row["symbol"]?.symbol, let base = row["baseCoin"]?.symbol, let quote = row["quoteCoin"]?.symbol else {
            return nil
        }
        let isCoin = product == Self.coinFutures
        return OpenInterestTerms(
            venue: venue, symbol: symbol, coin: base, quote: quote, margin: isCoin ? .coin : .stable, unit: isCoin ? coinUnit : .base,
            isPerpetual: row["symbolType"]?.equals("delivery") != true)
    }
}
