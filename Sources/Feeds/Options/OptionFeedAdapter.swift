import JSONReading
import MarketModel

/// A venue's live trades of options as a value; what it subscribes to are families, or all blocks.
///
/// It is a ``FeedAdapter``, so that a ``Connection`` drives it; its rows go into an ``OptionBatch``.
public protocol OptionFeedAdapter: FeedAdapter {
    /// Says what a frame that is JSON was, and appends its trades.
    func read(_ frame: JSONValue, options batch: inout OptionBatch) -> Frame
}

extension OptionFeedAdapter {
    /// Options are no trades of a tape with ids of its own.
    public func read(_ frame: JSONValue, into batch: inout TradeBatch) -> Frame { .other("options") }
}

/// What is asked of a venue about options over REST.
public enum OptionQuestion: Sendable, Hashable {
    /// What is listed of a family, with contract sizes.
    case listing(OptionFamily)
    /// The newest trades of a family.
    case recent(OptionFamily)
    /// The newest trades of a family, calls and puts apart.
    case byType(OptionFamily)
    /// Trades of an option by their ids.
    case trades(OptionFamily, symbol: String, ids: ClosedRange<Int64>)
    /// Trades of a family by their times, in microseconds since 1970-01-01 UTC.
    case span(OptionFamily, ClosedRange<Int64>)
    /// Blocks of all families after one and before another, by their ids; empty for no such bound.
    case blocks(after: String, before: String)
}

/// What a venue answers about options over REST, as a value: no state, no clock, no I/O.
public protocol OptionRESTAdapter: Sendable {
    /// The venue that answers.
    var venue: Venue { get }
    /// How much may be asked in what time.
    var rates: [RateLimit] { get }
    /// The request for a question; nil where the venue cannot be asked that.
    func request(_ question: OptionQuestion) -> RESTRequest?
    /// Reads an answer of status 2xx: appends its rows, and says what comes next.
    func read(_ body: JSONValue, of question: OptionQuestion, into page: inout OptionPage) -> RESTOutcome
    /// What an error's body says; `body` is nil where it is no JSON.
    func refusal(status: Int, body: JSONValue?) -> RESTOutcome
}

/// What an answer about options held.
public struct OptionPage: Sendable {
    /// Its trades, and what was no trade.
    public var batch: OptionBatch
    /// The newest block of an answer about blocks, by its id: what the next question begins after.
    public internal(set) var newestBlock: String?
    /// Whether the venue may have older rows than the answer holds.
    public internal(set) var isCut = false

    /// Creates an empty page.
    public init(_ batch: OptionBatch) { self.batch = batch }
}

/// Reads answers about options. Bodies may hold anything: what is not understood is counted or said, never fatal.
public struct OptionReader {
    private let adapter: any OptionRESTAdapter
    /// A walk that never ends is not followed.
    private static let mostPages = 10_000

    /// Creates a reader.
    public init(adapter: any OptionRESTAdapter) { self.adapter = adapter }

    /// Says what came of a request.
    public func read(_ answer: RESTAnswer, to request: RESTRequest, into page: inout OptionPage) -> RESTOutcome {
        guard case .options(let question) = request.question else { return .failed(reason: "it did not ask for options") }
        let isWell = (200..<300).contains(answer.status)
        let reader = JSONReader(maxBytes: 64 << 20)
        let outcome = answer.body.withUnsafeBytes { bytes -> RESTOutcome in
            do throws(JSONFault) {
                return try reader.read(bytes) { body in
                    isWell ? adapter.read(body, of: question, into: &page) : adapter.refusal(status: answer.status, body: body)
                }
            } catch {
                return isWell ? .failed(reason: "the answer is \(error)") : adapter.refusal(status: answer.status, body: nil)
            }
        }
        guard case .more(var next) = outcome else { return outcome }
        next.page = request.page + 1
        guard next.page < Self.mostPages else { return .failed(reason: "more than \(Self.mostPages) pages") }
        return .more(next)
    }
}

extension OptionRESTAdapter {
    /// What a status means whatever the venue.
    func outcome(of status: Int, reason: String) -> RESTOutcome {
        let words = "HTTP \(status)" + (reason.isEmpty ? "" : ": \(reason)")
        return switch status {
        case 403, 418, 429: .limited(reason: words)
        case 400, 404, 410, 422: .refused(reason: words)
        default: .failed(reason: words)
        }
    }
}

/// Reads the frames of one connection that follows options; what is not understood is counted and kept for show.
public struct OptionParser {
    /// The venue's adapter.
    public let adapter: any OptionFeedAdapter
    /// What contracts are on.
    public var sizes: OptionSizes
    /// The trades of the last frame, and what of it was none.
    public private(set) var batch: OptionBatch
    private let reader = JSONReader()

    /// Creates a parser for one connection.
    public init(adapter: any OptionFeedAdapter, sizes: OptionSizes = .known) {
        self.adapter = adapter
        self.sizes = sizes
        batch = OptionBatch(sizes: sizes, received: 0, source: .webSocket)
    }

    /// Says what a frame was; its trades are in ``batch``.
    ///
    /// - Parameter received: in microseconds since 1970-01-01 UTC.
    public mutating func parse(_ bytes: UnsafeRawBufferPointer, received: Int64) -> Frame {
        batch = OptionBatch(sizes: sizes, received: received, source: .webSocket)
        let frame: Frame
        do throws(JSONFault) {
            frame = try reader.read(bytes) { adapter.read($0, options: &batch) }
        } catch {
            frame = adapter.read(text: bytes) ?? .unknown("\(error)")
        }
        guard case .unknown(let reason) = frame else { return frame }
        let beginning = FrameParser.beginning(bytes)
        return .unknown(reason.isEmpty ? beginning : "\(reason): \(beginning)")
    }
}
