import JSONReading
import MarketModel

/// Open interest of Gate's futures, margined in USDT or BTC: contracts of a fixed amount of coins, or of 1 USD on inverse ones; one side.
public struct GateOpenInterest: Sendable {
    /// Where its servers are.
    public let endpoints: Endpoints

    /// Creates the questions; without `endpoints` for the exchange's own servers.
    public init(endpoints: Endpoints? = nil) {
        self.endpoints = endpoints ?? Endpoints.official(.gateFutures) ?? Endpoints(rest: "", sockets: [])
    }

    private static let bucket = "gate"
    private static let settlements = ["usdt", "btc"]
}

extension GateOpenInterest: OpenInterestAdapter {
    public var venue: Venue { .gateFutures }
    public var rates: [RateLimit] { [RateLimit(bucket: Self.bucket, weight: 200, seconds: 10)] }
    public var listings: [OpenInterestStep] { Self.settlements.map { OpenInterestStep(.contracts, of: $0) } }
    public var questions: [OpenInterestStep] { Self.settlements.map { OpenInterestStep(.values, of: $0) } }

    public func request(_ step: OpenInterestStep) -> RESTRequest {
        let path = step.topic == .contracts ? "contracts" : "tickers"
        return request(step, url: endpoints.rest + "/api/v4/futures/\(step.part.percentEncoded)/\(path)", bucket: Self.bucket)
    }

    public func read(_ body: JSONValue, of step: OpenInterestStep, into page: inout OpenInterestPage) -> RESTOutcome {
        guard body.kind == .array else { return .failed(reason: "the answer is no list") }
        for row in body.elements {
            if step.topic == .contracts {
                page.learn(terms(row, settlement: step.part))
            } else {
                page.append(symbol: row["contract"], amount: row["total_size"], price: row["mark_price"])
            }
        }
        return .done
    }

    private func terms(_ row: JSONValue, settlement: String) -> OpenInterestTerms? {
        guard let symbol = row["name"]?.symbol, case .success(let size)? = row["quanto_multiplier"]?.figure else { return nil }
        let pair = symbol.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
        guard pair.count >= 2, !pair[0].isEmpty, !pair[1].isEmpty else { return nil }
        // BTC_USD has a multiplier of 0: its contracts are of 1 USD. Contracts against USD that settle in BTC without being inverse were quanto
        // contracts, whose multiplier is something else.
        let isInverse = row["type"]?.equals("inverse") == true
        let margin = MarginKind(settlement: settlement)
        guard isInverse || size.mantissa > 0 && margin == .stable else { return nil }
        return OpenInterestTerms(
            venue: venue, symbol: symbol, coin: pair[0], quote: pair[1], margin: margin, unit: isInverse ? .quote : .base,
            size: isInverse ? FixedPoint(mantissa: 1) : size, isPerpetual: pair.count == 2)
    }
}
