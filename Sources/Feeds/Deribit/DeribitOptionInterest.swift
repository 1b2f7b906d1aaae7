import JSONReading
import MarketModel

/// Open interest of Deribit's options by currency, in coins, and in USD at the price of what they are on; one side.
public struct DeribitOptionInterest: Sendable {
    /// The currencies that are asked for, each by a question of its own.
    public let families: [OptionFamily]
    /// Where its servers are.
    public let endpoints: Endpoints

    /// Creates the questions; without `endpoints` for the exchange's own servers.
    ///
    /// - Parameter families: those of other venues are passed over.
    public init(_ families: [OptionFamily], endpoints: Endpoints? = nil) {
        self.families = families.ofVenue(.deribitOptions)
        self.endpoints = endpoints ?? Endpoints.official(.deribitOptions) ?? Endpoints(rest: "", sockets: [])
    }

    private static let bucket = "deribit-open-interest"
}

extension DeribitOptionInterest: OpenInterestAdapter {
    public var venue: Venue { .deribitOptions }
    /// A quarter of what the venue allows an address, where trades and futures are asked for as well.
    public var rates: [RateLimit] { [RateLimit(bucket: Self.bucket, weight: 5, seconds: 1)] }
    public var period: Int { FeedCatalogue.optionInterestSeconds }
    public var questions: [OpenInterestStep] { families.map { OpenInterestStep(.values, of: $0.name) } }

    public func request(_ step: OpenInterestStep) -> RESTRequest {
        request(
            step,
            url: endpoints.rest + "/api/v2/public/get_book_summary_by_currency?currency=\(step.part.percentEncoded)&kind=option",
            bucket: Self.bucket)
    }

    public func read(_ body: JSONValue, of step: OpenInterestStep, into page: inout OpenInterestPage) -> RESTOutcome {
        guard let rows = body["result"], rows.kind == .array else {
            return body["error"] == nil ? .failed(reason: "the answer has no result") : refusal(status: 200, body: body)
        }
        for row in rows.elements {
            guard let contract = page.option(row["instrument_name"], venue, step) else { continue }
            page.append(
                contract, coins: row["open_interest"], price: row["underlying_price"], time: row["creation_timestamp"] ?? row["timestamp"])
        }
        return .done
    }

    public func refusal(status: Int, body: JSONValue?) -> RESTOutcome {
        DeribitOptionREST(endpoints: endpoints).refusal(status: status, body: body)
    }

    /// A currency is a coin, or what options on any coin settle in: `BTC`, `USDC`.
    public func isLacking(_ contract: OpenInterestContract, without step: OpenInterestStep) -> Bool {
        step.part == contract.coin || MarginKind(settlement: step.part) == .stable
    }
}
