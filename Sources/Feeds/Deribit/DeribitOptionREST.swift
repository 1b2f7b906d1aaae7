import JSONReading
import MarketModel

/// Deribit's REST side of options: the trades of a currency by time, a thousand at a time.
public struct DeribitOptionREST: Sendable {
    /// Where its servers are.
    public let endpoints: Endpoints

    /// Creates the REST side; without `endpoints` of the exchange's own servers.
    public init(endpoints: Endpoints? = nil) {
        self.endpoints = endpoints ?? Endpoints.official(.deribitOptions) ?? Endpoints(rest: "", sockets: [])
    }

    private static let bucket = "deribit"
    private static let page = 1000
}

extension DeribitOptionREST: OptionRESTAdapter {
    public var venue: Venue { .deribitOptions }
    public var rates: [RateLimit] { [RateLimit(bucket: Self.bucket, weight: 10, seconds: 1)] }

    public func request(_ question: OptionQuestion) -> RESTRequest? {
        let base = endpoints.rest + "/api/v2/public/get_last_trades_by_currency"
        switch question {
        case .recent(let family):
            return RESTRequest(
                .options(question), url: base + "?currency=\(family.name.percentEncoded)&kind=option&count=\(Self.page)",
                bucket: Self.bucket)
        case .span(let family, let times):
            return RESTRequest(
                .options(question),
                url: base + "_and_time?currency=\(family.name.percentEncoded)&kind=option&start_timestamp=\(times.lowerBound / 1000)"
                    + "&end_timestamp=\(times.upperBound / 1000)&count=\(Self.page)&sorting=asc",
                bucket: Self.bucket)
        case .listing, .byType, .trades, .blocks: return nil
        }
    }

    public func read(_ body: JSONValue, of question: OptionQuestion, into page: inout OptionPage) -> RESTOutcome {
        guard let result = body["result"], let rows = result["trades"], rows.kind == .array else {
            return body["error"] == nil ? .failed(reason: "the answer has no trades") : refusal(status: 200, body: body)
        }
        var newest = Int64.min
        for row in rows.elements {
            if let time = TradeBatch.microseconds(row["timestamp"]) { newest = max(newest, time) }
            DeribitOptionRow.append(row, to: &page.batch)
        }
        guard case .span(let family, let times) = question, result["has_more"]?.bool == true, newest >= times.lowerBound,
            newest < times.upperBound
        else { return .done }
        // The next page begins with the millisecond that this one may have cut; trades that come twice count once.
        let start = max(newest, times.lowerBound + 1000)
        guard start <= times.upperBound else { return .done }
        return request(.span(family, start...times.upperBound)).map { .more($0) } ?? .done
    }

    public func refusal(status: Int, body: JSONValue?) -> RESTOutcome {
        let error = body?["error"]
        let code = error?["code"]?.integer
        let reason = code.map { "\($0): \(error?["message"]?.words ?? "no reason given")" } ?? ""
        return switch code {
        // Too many requests.
        case 10028, 10047: .limited(reason: reason)
        // Parameters and methods that do not exist.
        case -32602, -32601, 13020: .refused(reason: reason)
        case .some where (200..<300).contains(status): .failed(reason: reason)
        default: outcome(of: status, reason: reason)
        }
    }
}
