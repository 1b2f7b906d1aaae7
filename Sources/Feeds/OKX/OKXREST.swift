import JSONReading
import MarketModel

/// OKX's REST side: spot or swaps.
///
/// Trades are asked for by id, 100 at a time from the newest down, as far back as three months. Each fill is a row of its own there.
public struct OKXREST: Sendable {
    /// The market.
    public let market: OKXFeed.Market
    /// Where its servers are.
    public let endpoints: Endpoints

    /// Creates the REST side; without `endpoints` of the exchange's own servers.
    public init(_ market: OKXFeed.Market, endpoints: Endpoints? = nil) {
        self.market = market
        self.endpoints = endpoints ?? Endpoints.official(.okxSpot) ?? Endpoints(rest: "", sockets: [])
    }

    private static let history = "okx-history"
    private static let recent = "okx-recent"
    private static let lists = "okx-instruments"

    private func history(_ symbol: String, ids: ClosedRange<Int64>) -> RESTRequest? {
        // Asked for are ids below the one named.
        guard ids.upperBound < .max else { return nil }
        return RESTRequest(
            .trades(symbol, ids: ids),
            url: endpoints.rest
                + "/api/v5/market/history-trades?instId=\(symbol.percentEncoded)&type=1&after=\(ids.upperBound + 1)&limit=100",
            bucket: Self.history)
    }
}

extension OKXREST: RESTAdapter {
    public var venue: Venue { market == .spot ? .okxSpot : .okxPerps }

    public var rates: [RateLimit] {
        [
            RateLimit(bucket: Self.history, weight: 20, seconds: 2), RateLimit(bucket: Self.recent, weight: 100, seconds: 2),
            RateLimit(bucket: Self.lists, weight: 20, seconds: 2),
        ]
    }

    public func instruments() -> RESTRequest {
        RESTRequest(
            .instruments, url: endpoints.rest + "/api/v5/public/instruments?instType=\(market == .spot ? "SPOT" : "SWAP")",
            bucket: Self.lists)
    }

    public func trades(_ symbol: String, ids: ClosedRange<Int64>) -> RESTRequest? { history(symbol, ids: ids) }

    public func recentTrades(_ symbol: String, limit: Int) -> RESTRequest {
        RESTRequest(
            .recentTrades(symbol),
            url: endpoints.rest + "/api/v5/market/trades?instId=\(symbol.percentEncoded)&limit=\(min(500, max(1, limit)))",
            bucket: Self.recent)
    }

    public func read(_ body: JSONValue, of request: RESTRequest, into page: inout RESTPage) -> RESTOutcome {
        // Errors come with status 200, too.
        guard body["code"]?.equals("0") == true else { return refusal(status: 200, body: body, of: request) }
        guard let data = body["data"], data.kind == .array else { return .failed(reason: "the answer has no data") }
        if case .instruments = request.question {
            for row in data.elements { page.append(listed(row)) }
            return .done
        }
        var lowest = Int64.max
        for row in data.elements {
            if let id = row["tradeId"]?.integer { lowest = min(lowest, id) }
            OKXFeed.append(row, to: &page.batch)
        }
        // The pages go down; one that does not is another cache's, and the end of this walk.
        guard case .trades(let symbol, let ids) = request.question, lowest > ids.lowerBound, lowest <= ids.upperBound else { return .done }
        return history(symbol, ids: ids.lowerBound...lowest - 1).map { .more($0) } ?? .done
    }

    public func refusal(status: Int, body: JSONValue?, of request: RESTRequest) -> RESTOutcome {
        let code = body?["code"]?.integer
        let reason = code.map { "\($0): \(body?["msg"]?.words ?? "no reason given")" } ?? ""
        return switch code {
        case 50011, 50013, 50040, 50061: .limited(reason: reason)
        // A symbol or parameter that does not exist.
        case 50014, 50015, 50016, 51000, 51001, 51014, 51015: .refused(reason: reason)
        case nil where (200..<300).contains(status): .failed(reason: "the answer has no code")
        case .some where (200..<300).contains(status): .failed(reason: reason)
        default: outcome(of: status, reason: reason)
        }
    }

    private static let statuses: [String: ListedInstrument.Status] = [
        "live": .trading, "preopen": .preOpen, "suspend": .halted, "post_only": .halted, "rebase": .halted, "settling": .settling,
        "expired": .closed,
    ]

    private func listed(_ row: JSONValue) -> ListedInstrument? {
        // Swaps name their pair as the underlying.
        let pair = row["uly"]?.string?.split(separator: "-").map(String.init) ?? []
        let isNamed = row["baseCcy"]?.bytes.isEmpty == false
        guard
            var result = ListedInstrument(
                venue: venue, symbol: row["instId"], base: isNamed ? row["baseCcy"]?.string : pair.first,
                quote: isNamed ? row["quoteCcy"]?.string : pair.count > 1 ? String(pair[1].prefix { $0 != "_" }) : nil,
                status: (row["state"]?.words ?? "", Self.statuses), tick: row["tickSz"], step: row["lotSz"])
        else { return nil }
        guard market == .swaps else { return result }
        guard let value = ListedInstrument.positive(row["ctVal"]), let multiplier = ListedInstrument.positive(row["ctMult"]),
            let size = value.times(multiplier), let type = row["ctType"]
        else { return nil }
        if type.equals("inverse") {
            result.instrument.kind = .inverse
        } else if type.equals("linear") {
            result.instrument.kind = .linear
        } else {
            return nil
        }
        result.instrument.contractSize = size
        return result
    }
}

extension FixedPoint {
    /// The exact product; nil where 18 digits do not hold it.
    func times(_ other: FixedPoint) -> FixedPoint? {
        let (product, overflow) = mantissa.multipliedReportingOverflow(by: other.mantissa)
        guard !overflow, product.magnitude <= FixedPoint.limit.magnitude else { return nil }
        let result = FixedPoint(mantissa: product, scale: scale + other.scale).normalized
        return result.scale <= 18 ? result : nil
    }
}
