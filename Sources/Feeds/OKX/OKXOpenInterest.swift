import JSONReading
import MarketModel

/// Open interest of OKX's swaps and dated futures, which the venue gives in coins and in USD; one side. Options are not among it.
public struct OKXOpenInterest: Sendable {
    /// Where its servers are.
    public let endpoints: Endpoints

    /// Creates the questions; without `endpoints` for the exchange's own servers.
    public init(endpoints: Endpoints? = nil) {
        self.endpoints = endpoints ?? Endpoints.official(.okxPerps) ?? Endpoints(rest: "", sockets: [])
    }
}

extension OKXOpenInterest: OpenInterestAdapter {
    public var venue: Venue { .okxPerps }
    public var rates: [RateLimit] { [RateLimit(bucket: "okx-open-interest", weight: 20, seconds: 2)] }
    public var questions: [OpenInterestStep] { [OpenInterestStep(.values, of: "SWAP"), OpenInterestStep(.values, of: "FUTURES")] }

    public func request(_ step: OpenInterestStep) -> RESTRequest {
        request(
            step, url: endpoints.rest + "/api/v5/public/open-interest?instType=\(step.part.percentEncoded)", bucket: "okx-open-interest")
    }

    public func read(_ body: JSONValue, of step: OpenInterestStep, into page: inout OpenInterestPage) -> RESTOutcome {
        // Errors come with status 200, too.
        guard body["code"]?.equals("0") == true else { return refusal(status: 200, body: body) }
        guard let data = body["data"], data.kind == .array else { return .failed(reason: "the answer has no data") }
        for row in data.elements {
            guard let symbol = row["instId"]?.symbol, let contract = OpenInterestContract(venue: venue, symbol: symbol) else {
                page.append(.noContract, row["instId"]?.words ?? "")
                continue
            }
            page.append(contract, quantity: row["oiCcy"], usd: row["oiUsd"], time: row["ts"])
        }
        return .done
    }

    public func refusal(status: Int, body: JSONValue?) -> RESTOutcome {
        OKXREST(.swaps, endpoints: endpoints)
            .refusal(status: status, body: body, of: request(OpenInterestStep(.values), url: "", bucket: "okx-open-interest"))
    }
}
