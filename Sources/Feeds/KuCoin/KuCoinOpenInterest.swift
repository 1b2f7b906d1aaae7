import JSONReading
import MarketModel

/// Open interest of KuCoin's futures: contracts of a part of a coin, or of some USD on inverse ones; one side. One list holds all of it.
public struct KuCoinOpenInterest: Sendable {
    /// Where its servers are.
    public let endpoints: Endpoints

    /// Creates the questions; without `endpoints` for the exchange's own servers.
    public init(endpoints: Endpoints? = nil) {
        self.endpoints = endpoints ?? Endpoints.official(.kucoinFutures) ?? Endpoints(rest: "", sockets: [])
    }

    private static let bucket = "kucoin-futures"
}

extension KuCoinOpenInterest: OpenInterestAdapter {
    public var venue: Venue { .kucoinFutures }
    public var rates: [RateLimit] { [RateLimit(bucket: Self.bucket, weight: 2000, seconds: 30)] }
    public var questions: [OpenInterestStep] { [OpenInterestStep(.values)] }

    public func request(_ step: OpenInterestStep) -> RESTRequest {
        request(step, url: endpoints.rest + "/api/v1/contracts/active", weight: 3, bucket: Self.bucket)
    }

    public func read(_ body: JSONValue, of step: OpenInterestStep, into page: inout OpenInterestPage) -> RESTOutcome {
        guard body["code"]?.equals("200000") == true else { return refusal(status: 200, body: body) }
        guard let data = body["data"], data.kind == .array else { return .failed(reason: "the answer has no data") }
        for row in data.elements where row["status"]?.equals("Open") == true {
            guard let terms = terms(row) else {
                page.append(.noContract, row["symbol"]?.words ?? "")
                continue
            }
            page.append(terms, amount: row["openInterest"], price: row["markPrice"])
        }
        return .done
    }

    public func refusal(status: Int, body: JSONValue?) -> RESTOutcome {
        let code = body?["code"]?.words
        let reason = code.map { "\($0): \(body?["msg"]?.words ?? "no reason given")" } ?? ""
        if code == "429000" { return .limited(reason: reason) }
        return (200..<300).contains(status)
            ? .failed(reason: reason.isEmpty ? "the answer has no code" : reason) : outcome(of: status, reason: reason)
    }

    private func terms(_ row: JSONValue) -> OpenInterestTerms? {
        guard let symbol = row["symbol"]?.symbol, let base = row["baseCurrency"]?.symbol, let quote = row["quoteCurrency"]?.symbol,
            let settle = row["settleCurrency"]?.symbol, let multiplier = row["multiplier"]?.decimal, multiplier.mantissa != 0
        else { return nil }
        let isInverse = row["isInverse"]?.bool == true
        return OpenInterestTerms(
            venue: venue, symbol: symbol, coin: base, quote: quote, margin: MarginKind(settlement: settle),
            unit: isInverse ? .quote : .base,
            // −1: a contract is of 1 USD.
            size: FixedPoint(mantissa: abs(multiplier.mantissa), scale: multiplier.scale),
            isPerpetual: row["type"]?.equals("FFWCSX") != false)
    }
}
