import JSONReading
import MarketModel

/// What an answer held.
public struct RESTPage {
    /// The trades of an answer, oldest first, those of other symbols and ids left out.
    public internal(set) var trades: [FeedTrade] = []
    /// The instruments of an answer, in its order.
    public internal(set) var instruments: [ListedInstrument] = []
    /// Rows that were not understood.
    public internal(set) var faults = 0
    var batch = TradeBatch()

    /// Removes what the last answer held and keeps the storage.
    mutating func removeAll() {
        trades.removeAll(keepingCapacity: true)
        instruments.removeAll(keepingCapacity: true)
        batch.removeAll()
        faults = 0
    }

    /// Appends an instrument, or counts a fault where its row was not understood.
    mutating func append(_ listed: ListedInstrument?) {
        if let listed { instruments.append(listed) } else { faults += 1 }
    }

    /// Takes the rows that were asked for out of the batch.
    mutating func settle(_ question: RESTRequest.Question) {
        faults += batch.faults
        switch question {
        case .instruments, .openInterest, .options: break
        case .trades(let symbol, let ids):
            trades = batch.trades.filter { row in
                // A row of several ids belongs to what was asked for if one of them does.
                row.symbol == symbol && row.id.integer >= ids.lowerBound && row.id.integer &- Int64(row.ids) < ids.upperBound
            }
        case .recentTrades(let symbol): trades = batch.trades.filter { $0.symbol == symbol }
        }
        if let first = trades.first, let last = trades.last,
            (first.time, first.id.integer) > (last.time, last.id.integer)
        {
            trades.reverse()
        }
    }
}

/// Reads the answers of a venue.
///
/// What an answer held is in ``page``, which is refilled by the next. Bodies may hold anything: what is not understood is counted or said,
/// never dropped in silence, never fatal.
public struct RESTReader {
    /// The venue's adapter.
    public let adapter: any RESTAdapter
    /// What the last answer held.
    public private(set) var page = RESTPage()
    /// For trades, whose answers are small; a list of instruments has a reader of its own, since one keeps room for its longest text.
    private let reader = JSONReader()
    /// A list that never ends is not followed.
    private static let mostPages = 1000

    /// Creates a reader for lists of instruments of up to 64 MiB and other answers of up to 4 MiB.
    public init(adapter: any RESTAdapter) { self.adapter = adapter }

    /// Says what came of a request.
    public mutating func read(_ answer: RESTAnswer, to request: RESTRequest) -> RESTOutcome {
        page.removeAll()
        let isWell = (200..<300).contains(answer.status)
        let reader = request.question == .instruments ? JSONReader(maxBytes: 64 << 20) : reader
        let outcome = answer.body.withUnsafeBytes { bytes -> RESTOutcome in
            do throws(JSONFault) {
                return try reader.read(bytes) { body in
                    isWell ? adapter.read(body, of: request, into: &page) : adapter.refusal(status: answer.status, body: body, of: request)
                }
            } catch {
                return isWell ? .failed(reason: "the answer is \(error)") : adapter.refusal(status: answer.status, body: nil, of: request)
            }
        }
        page.settle(request.question)
        guard case .more(var next) = outcome else { return outcome }
        next.page = request.page + 1
        guard next.page < Self.mostPages else { return .failed(reason: "more than \(Self.mostPages) pages") }
        return .more(next)
    }
}

extension RESTAdapter {
    /// What a status means whatever the venue: limits, errors of the server, and what is asked for in vain.
    func outcome(of status: Int, reason: String) -> RESTOutcome {
        let words = "HTTP \(status)" + (reason.isEmpty ? "" : ": \(reason)")
        return switch status {
        case 403, 418, 429: .limited(reason: words)
        case 400, 404, 410, 422: .refused(reason: words)
        default: .failed(reason: words)
        }
    }
}

extension JSONValue {
    /// A string's beginning, without control characters: for people.
    var words: String? {
        string.map { text in
            String(String.UnicodeScalarView(text.unicodeScalars.prefix(200).map { $0.value < 32 || $0.value == 127 ? "\u{fffd}" : $0 }))
        }
    }
}
