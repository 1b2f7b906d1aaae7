import JSONReading
import MarketModel

/// Open interest of Kraken's futures: `PF_` and `FF_` in coins, margined in USD among others; `PI_` and `FI_` in contracts of 1 USD, margined
/// in the coin; one side.
public struct KrakenOpenInterest: Sendable {
    /// Where its servers are.
    public let endpoints: Endpoints

    /// Creates the questions; without `endpoints` for the exchange's own servers.
    public init(endpoints: Endpoints? = nil) {
        self.endpoints = endpoints ?? Endpoints.official(.krakenFutures) ?? Endpoints(rest: "", sockets: [])
    }

    private static let bucket = "kraken-futures"
}

extension KrakenOpenInterest: OpenInterestAdapter {
    public var venue: Venue { .krakenFutures }
    public var rates: [RateLimit] { [RateLimit(bucket: Self.bucket, weight: 10, seconds: 1)] }
    public var questions: [OpenInterestStep] { [OpenInterestStep(.values)] }

    public func request(_ step: OpenInterestStep) -> RESTRequest {
        request(step, url: endpoints.rest + "/derivatives/api/v3/tickers", bucket: Self.bucket)
    }

    public func read(_ body: JSONValue, of step: OpenInterestStep, into page: inout OpenInterestPage) -> RESTOutcome {
        guard body["result"]?.equals("success") == true, let rows = body["tickers"], rows.kind == .array else {
            return body["error"]?.equals("apiLimitExceeded") == true
                ? .limited(reason: "apiLimitExceeded") : .failed(reason: body["error"]?.words ?? "the answer has no tickers")
        }
        let time =
            body["serverTime"].map { text in text.string.flatMap { Timestamp.parse($0) }.flatMap { page.plausible($0) } } ?? page.received
        for row in rows.elements {
            guard let symbol = row["symbol"]?.symbol else {
                page.append(.noContract)
                continue
            }
            // Indices stand in the list, too, and spot pairs.
            guard Self.isContract(symbol) else { continue }
            guard let terms = terms(symbol, pair: row["pair"]?.symbol) else {
                page.append(.noContract, symbol)
                continue
            }
            page.append(terms, amount: row["openInterest"], at: row["markPrice"]?.price, time: time)
        }
        return .done
    }

    private static func isContract(_ symbol: String) -> Bool {
        ["PF_", "FF_", "PI_", "FI_"].contains { symbol.uppercased().hasPrefix($0) }
    }

    /// `PF_XBTUSD` of the pair `XBT:USD`.
    private func terms(_ symbol: String, pair: String?) -> OpenInterestTerms? {
        let assets = pair?.split(separator: ":", omittingEmptySubsequences: false).map(String.init) ?? []
        guard assets.count == 2, !assets[0].isEmpty, !assets[1].isEmpty else { return nil }
        let letters = Array(symbol.uppercased().utf8.prefix(2))
        let isInverse = letters.last == UInt8(ascii: "I")
        return OpenInterestTerms(
            venue: venue, symbol: symbol, coin: assets[0], quote: assets[1], margin: isInverse ? .coin : .stable,
            unit: isInverse ? .quote : .base, isPerpetual: letters.first == UInt8(ascii: "P"))
    }
}
