import JSONReading
import MarketModel

/// What a venue answers over REST, as a value: what to ask, and how to read what comes back. It has no state and does no I/O.
///
/// A ``RESTReader`` reads answers with it, a ``RateBudget`` says when the next request may go.
public protocol RESTAdapter: Sendable {
    /// The venue that answers.
    var venue: Venue { get }
    /// How much may be asked in what time; every ``RESTRequest/bucket`` is one of these.
    var rates: [RateLimit] { get }

    /// Asks for all instruments, or for their first page.
    func instruments() -> RESTRequest
    /// Asks for the trades of some ids, or for the first page of them; nil where the venue cannot be asked by ids.
    func trades(_ symbol: String, ids: ClosedRange<Int64>) -> RESTRequest?
    /// Asks for the newest trades, as many as the venue gives up to `limit`.
    func recentTrades(_ symbol: String, limit: Int) -> RESTRequest

    /// Reads an answer of status 2xx: appends its rows, and says what comes next.
    func read(_ body: JSONValue, of request: RESTRequest, into page: inout RESTPage) -> RESTOutcome
    /// What an error's body says; `body` is nil where it is no JSON.
    func refusal(status: Int, body: JSONValue?, of request: RESTRequest) -> RESTOutcome
}

/// A request to a venue, and what it asks for.
public struct RESTRequest: Sendable, Hashable {
    /// What is asked for.
    public enum Question: Sendable, Hashable {
        /// What is listed.
        case instruments
        /// The trades of these ids of a symbol, as far as they have not been read.
        case trades(String, ids: ClosedRange<Int64>)
        /// The newest trades of a symbol.
        case recentTrades(String)
        /// Open interest, or what is needed to read it.
        case openInterest(OpenInterestStep)
        /// Trades of options, or what is needed to read them.
        case options(OptionQuestion)
    }

    /// What is asked for.
    public var question: Question
    /// The whole address.
    public var url: String
    /// A JSON body, which makes it a POST; nil for a GET.
    public var body: String?
    /// What it costs of ``bucket``.
    public var weight: Int
    /// The ``RateLimit/bucket`` that it is counted in.
    public var bucket: String
    /// How many pages were read before it.
    public var page = 0

    /// Creates a request.
    public init(_ question: Question, url: String, body: String? = nil, weight: Int = 1, bucket: String) {
        self.question = question
        self.url = url
        self.body = body
        self.weight = weight
        self.bucket = bucket
    }

    /// The symbol whose trades it asks for, if it does.
    public var symbol: String? {
        switch question {
        case .instruments, .openInterest, .options: nil
        case .trades(let symbol, _), .recentTrades(let symbol): symbol
        }
    }
}

/// What came of a request.
public enum RESTOutcome: Sendable, Hashable {
    /// All that was asked for, and that the venue has, is read.
    case done
    /// A page is read; this asks for the next.
    case more(RESTRequest)
    /// The venue will not answer this one, however often it is asked: too old, no such symbol.
    case refused(reason: String)
    /// It did not answer, or not in a way that is understood; it may later.
    case failed(reason: String)
    /// Too much was asked for; the ``RateBudget`` knows how long to wait.
    case limited(reason: String)
}

/// An answer to a ``RESTRequest``, with the headers that matter.
public struct RESTAnswer: Sendable {
    /// The HTTP status.
    public var status: Int
    /// Seconds that the venue asks to wait, where it says so.
    public var retryAfter: Int?
    /// The weight that the venue has counted in this minute, where it says so.
    public var usedWeight: Int?
    /// The body.
    public var body: [UInt8]

    /// Creates an answer.
    public init(status: Int, retryAfter: Int? = nil, usedWeight: Int? = nil, body: [UInt8]) {
        self.status = status
        self.retryAfter = retryAfter
        self.usedWeight = usedWeight
        self.body = body
    }

    /// Creates an answer and takes the headers that matter.
    ///
    /// - Parameter header: gives the value of a header by its name in small letters.
    public init(status: Int, body: [UInt8], header: (String) -> String?) {
        self.init(
            status: status, retryAfter: header("retry-after").flatMap { Int($0) },
            usedWeight: (header("x-mbx-used-weight-1m") ?? header("x-mbx-used-weight")).flatMap { Int($0) }, body: body)
    }
}
