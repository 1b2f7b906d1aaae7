import JSONReading
import MarketModel

/// Open interest of HTX's contracts in USDT, in coins and USDT, and of its coin-margined swaps, in coins and contracts of some USD.
///
/// Both sides are counted, as the venue's documents say, so that half of it is taken.
public struct HTXOpenInterest: Sendable {
    /// Where its servers are.
    public let endpoints: Endpoints

    /// Creates the questions; without `endpoints` for the exchange's own servers.
    public init(endpoints: Endpoints? = nil) {
        self.endpoints = endpoints ?? Endpoints.official(.htxFutures) ?? Endpoints(rest: "", sockets: [])
    }

    private static let bucket = "htx"
    private static let swaps = "swap"
    private static let linear = "linear"
}

extension HTXOpenInterest: OpenInterestAdapter {
    public var venue: Venue { .htxFutures }
    public var rates: [RateLimit] { [RateLimit(bucket: Self.bucket, weight: 30, seconds: 3)] }
    /// A half: both sides are counted.
    public var convention: FixedPoint { FixedPoint(mantissa: 5, scale: 1) }
    public var listings: [OpenInterestStep] { [OpenInterestStep(.contracts, of: Self.swaps)] }
    public var questions: [OpenInterestStep] { [OpenInterestStep(.values, of: Self.linear), OpenInterestStep(.values, of: Self.swaps)] }

    public func request(_ step: OpenInterestStep) -> RESTRequest {
        let path =
            switch (step.part, step.topic) {
            case (Self.linear, _): "/linear-swap-api/v1/swap_open_interest?business_type=all"
            case (_, .contracts): "/swap-api/v1/swap_contract_info"
            default: "/swap-api/v1/swap_open_interest"
            }
        return request(step, url: endpoints.rest + path, bucket: Self.bucket)
    }

    public func read(_ body: JSONValue, of step: OpenInterestStep, into page: inout OpenInterestPage) -> RESTOutcome {
        guard body["status"]?.equals("ok") == true, let data = body["data"], data.kind == .array else {
            return .failed(reason: body["err_msg"]?.words ?? "the answer has no data")
        }
        for row in data.elements {
            switch (step.part, step.topic) {
            case (Self.linear, _): append(linear: row, time: body["ts"], to: &page)
            case (_, .contracts): page.learn(terms(row))
            // The price is what makes its contracts the coins that it says.
            default: page.append(swap: row, time: body["ts"])
            }
        }
        return .done
    }

    private func append(linear row: JSONValue, time: JSONValue?, to page: inout OpenInterestPage) {
        guard let symbol = row["contract_code"]?.symbol, let coin = row["symbol"]?.symbol else { return page.append(.noContract) }
        // `BTC-USDT`, `BTC-USDT-260327`; the thousands of a name are in its sums already.
        let quote = row["trade_partition"]?.symbol ?? "USDT"
        let name = CoinName(coin).name
        page.append(
            OpenInterestContract(venue: venue, symbol: symbol, coin: name, quote: quote, margin: MarginKind(settlement: quote)),
            quantity: row["amount"], usd: row["value"], time: time)
    }

    private func terms(_ row: JSONValue) -> OpenInterestTerms? {
        guard let symbol = row["contract_code"]?.symbol, let coin = row["symbol"]?.symbol, let size = row["contract_size"]?.price else {
            return nil
        }
        return OpenInterestTerms(venue: venue, symbol: symbol, coin: coin, quote: "USD", margin: .coin, unit: .quote, size: size)
    }
}

extension OpenInterestPage {
    /// Appends a coin-margined swap: contracts of some USD, and the coins that they are.
    fileprivate mutating func append(swap row: JSONValue, time: JSONValue?) {
        guard let symbol = row["contract_code"]?.symbol, let terms = knowledge.terms(symbol) else {
            return append(row["contract_code"]?.symbol == nil ? .noContract : .notListed, row["contract_code"]?.words ?? "")
        }
        guard let volume = row["volume"]?.price, let coins = row["amount"]?.price,
            let usd = volume.times(terms.size, decimals: 18), let price = usd.over(coins, decimals: 18)
        else { return append(terms, amount: row["volume"], at: nil, time: self.time(time)) }
        append(terms, amount: row["volume"], at: price, time: self.time(time))
    }
}
