import JSONReading
import MarketModel

/// Open interest of families of OKX's options, which the venue gives in coins and in USD; one side.
public struct OKXOptionInterest: Sendable {
    /// The families that are asked for, each by a question of its own.
    public let families: [OptionFamily]
    /// Where its servers are.
    public let endpoints: Endpoints

    /// Creates the questions; without `endpoints` for the exchange's own servers.
    ///
    /// - Parameter families: those of other venues are passed over.
    public init(_ families: [OptionFamily], endpoints: Endpoints? = nil) {
        self.families = families.ofVenue(.okxOptions)
        self.endpoints = endpoints ?? Endpoints.official(.okxOptions) ?? Endpoints(rest: "", sockets: [])
    }

    private static let bucket = "okx-open-interest"
}

extension OKXOptionInterest: OpenInterestAdapter {
    public var venue: Venue { .okxOptions }
    /// Half of what the venue allows: swaps are asked for at the same address.
    public var rates: [RateLimit] { [RateLimit(bucket: Self.bucket, weight: 10, seconds: 2)] }
    public var period: Int { FeedCatalogue.optionInterestSeconds }
    public var questions: [OpenInterestStep] { families.map { OpenInterestStep(.values, of: $0.name) } }

    public func request(_ step: OpenInterestStep) -> RESTRequest {
        request(
            step, url: endpoints.rest + "/api/v5/public/open-interest?instType=OPTION&instFamily=\(step.part.percentEncoded)",
            bucket: Self.bucket)
    }

    public func read(_ body: JSONValue, of step: OpenInterestStep, into page: inout OpenInterestPage) -> RESTOutcome {
        // Errors come with status 200, too.
        guard body["code"]?.equals("0") == true else { return refusal(status: 200, body: body) }
        guard let data = body["data"], data.kind == .array else { return .failed(reason: "the answer has no data") }
        for row in data.elements {
            guard let contract = page.option(row["instId"], venue, step) else { continue }
            page.append(contract, quantity: row["oiCcy"], usd: row["oiUsd"], time: row["ts"])
        }
        return .done
    }

    public func refusal(status: Int, body: JSONValue?) -> RESTOutcome {
        OKXOptionREST(endpoints: endpoints).refusal(status: status, body: body)
    }

    /// A family's name begins with its coin, which other families may have as well: `BTC-USD`, `BTC-USD_UM`.
    public func isLacking(_ contract: OpenInterestContract, without step: OpenInterestStep) -> Bool {
        step.part.prefix { $0 != "-" } == contract.coin
    }
}
