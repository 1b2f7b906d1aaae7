import JSONReading
import MarketModel

/// What to ask of a venue about open interest, and how to read what it answers, as a value: no state, no clock, no I/O.
///
/// An ``OpenInterestSweep`` asks it in turn, a ``RateBudget`` says when a request may go.
public protocol OpenInterestAdapter: Sendable {
    /// The venue that answers.
    var venue: Venue { get }
    /// How much may be asked in what time; every ``RESTRequest/bucket`` is one of these.
    var rates: [RateLimit] { get }
    /// What the venue's figures are multiplied with to be those of one side: 1, or 0.5 where it counts longs and shorts.
    var convention: FixedPoint { get }
    /// Seconds from the begin of a sweep to that of the next.
    var period: Int { get }

    /// Questions for what is listed, with contract sizes: asked at first, and then once an hour.
    var listings: [OpenInterestStep] { get }
    /// Questions of every sweep.
    var questions: [OpenInterestStep] { get }
    /// Questions of every sweep about single contracts, asked last, for venues that do not tell all at once.
    func questions(about contracts: [OpenInterestTerms]) -> [OpenInterestStep]

    /// The request for a step.
    func request(_ step: OpenInterestStep) -> RESTRequest
    /// Reads an answer of status 2xx.
    func read(_ body: JSONValue, of step: OpenInterestStep, into page: inout OpenInterestPage) -> RESTOutcome
    /// What an error's body says; `body` is nil where it is no JSON.
    func refusal(status: Int, body: JSONValue?) -> RESTOutcome

    /// Whether the sum of a contract's coin may lack something where a question of the sweep came to nothing, so that what was said of the
    /// coin does not make a whole.
    func isLacking(_ contract: OpenInterestContract, without step: OpenInterestStep) -> Bool
}

extension OpenInterestAdapter {
    /// One side.
    public var convention: FixedPoint { FixedPoint(mantissa: 1) }
    /// Ten seconds.
    public var period: Int { 10 }
    /// None: rows say what they are of.
    public var listings: [OpenInterestStep] { [] }
    /// None.
    public func questions(about contracts: [OpenInterestTerms]) -> [OpenInterestStep] { [] }
    /// False: the sums of contracts are judged from round to round.
    public func isLacking(_ contract: OpenInterestContract, without step: OpenInterestStep) -> Bool { false }

    /// What the status says.
    public func refusal(status: Int, body: JSONValue?) -> RESTOutcome {
        let reason = (body?["msg"] ?? body?["message"] ?? body?["error"])?.words ?? ""
        return outcome(of: status, reason: reason)
    }

    /// What a status says.
    func outcome(of status: Int, reason: String) -> RESTOutcome {
        let words = "HTTP \(status)" + (reason.isEmpty ? "" : ": \(reason)")
        return switch status {
        case 403, 418, 429: .limited(reason: words)
        case 400, 404, 410, 422: .refused(reason: words)
        default: .failed(reason: words)
        }
    }

    /// A request that asks for a step.
    func request(_ step: OpenInterestStep, url: String, body: String? = nil, weight: Int = 1, bucket: String) -> RESTRequest {
        RESTRequest(.openInterest(step), url: url, body: body, weight: weight, bucket: bucket)
    }
}

/// One question of a sweep.
public struct OpenInterestStep: Sendable, Hashable {
    /// What is asked for.
    public enum Topic: Sendable, Hashable {
        /// What is listed.
        case contracts
        /// Mark prices.
        case marks
        /// Open interest.
        case values
    }

    /// What is asked for.
    public var topic: Topic
    /// Of which part of the venue: a type of product, a currency, or a symbol; empty for all of it.
    public var part: String
    /// Where the page begins, in the venue's words; empty for the first.
    public var cursor = ""

    /// Creates a question.
    public init(_ topic: Topic, of part: String = "", cursor: String = "") {
        self.topic = topic
        self.part = part
        self.cursor = cursor
    }
}
