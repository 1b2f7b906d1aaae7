import JSONReading
import MarketModel

/// Open interest of Deribit's futures and perpetuals: in USD on inverse ones, in coins on linear ones; one side. Options are not among it.
public struct DeribitOpenInterest: Sendable {
    /// Where its servers are.
    public let endpoints: Endpoints

    /// Creates the questions; without `endpoints` for the exchange's own servers.
    public init(endpoints: Endpoints? = nil) {
        self.endpoints = endpoints ?? Endpoints.official(.deribit) ?? Endpoints(rest: "", sockets: [])
    }

    private static let bucket = "deribit"
    /// What books are listed under: a coin for the inverse ones, what they settle in for the linear ones.
    private static let currencies = ["BTC", "ETH", "USDC", "USDT"]
}

extension DeribitOpenInterest: OpenInterestAdapter {
    public var venue: Venue { .deribit }
    public var rates: [RateLimit] { [RateLimit(bucket: Self.bucket, weight: 10, seconds: 1)] }
    public var questions: [OpenInterestStep] { Self.currencies.map { OpenInterestStep(.values, of: $0) } }

    public func request(_ step: OpenInterestStep) -> RESTRequest {
        request(
            step,
            url: endpoints.rest + "/api/v2/public/get_book_summary_by_currency?currency=\(step.part.percentEncoded)&kind=future",
            bucket: Self.bucket)
    }

    public func read(_ body: JSONValue, of step: OpenInterestStep, into page: inout OpenInterestPage) -> RESTOutcome {
        guard let rows = body["result"], rows.kind == .array else { return refusal(status: 200, body: body) }
        for row in rows.elements {
            guard let symbol = row["instrument_name"]?.symbol, let terms = terms(symbol) else {
                page.append(.noContract, row["instrument_name"]?.words ?? "")
                continue
            }
            page.append(
                terms, amount: row["open_interest"], price: row["mark_price"], time: row["creation_timestamp"] ?? row["timestamp"])
        }
        return .done
    }

    public func refusal(status: Int, body: JSONValue?) -> RESTOutcome {
        let error = body?["error"]
        let reason = error?["code"]?.integer.map { "\($0): \(error?["message"]?.words ?? "no reason given")" } ?? ""
        if error?["code"]?.integer == 10028 { return .limited(reason: reason) }
        return (200..<300).contains(status)
            ? .failed(reason: reason.isEmpty ? "the answer has no result" : reason) : outcome(of: status, reason: reason)
    }

    /// What a name says: `BTC-PERPETUAL`, `BTC-26SEP25`, `SOL_USDC-PERPETUAL`.
    private func terms(_ symbol: String) -> OpenInterestTerms? {
        let parts = symbol.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let pair = parts.first else { return nil }
        let assets = pair.split(separator: "_", omittingEmptySubsequences: false).map(String.init)
        guard let coin = assets.first, !coin.isEmpty, assets.count <= 2 else { return nil }
        let settlement = assets.count == 2 ? assets[1] : coin
        let isLinear = assets.count == 2
        return OpenInterestTerms(
            venue: venue, symbol: symbol, coin: coin, quote: isLinear ? settlement : "USD", margin: MarginKind(settlement: settlement),
            unit: isLinear ? .base : .quote, isPerpetual: parts[1] == "PERPETUAL")
    }
}
