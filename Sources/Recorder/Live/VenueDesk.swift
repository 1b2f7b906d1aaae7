import Feeds
import MarketModel
import Pipeline
import TapeSequencer
import Transport

/// Asks one venue over REST, within what it allows: what it lists, and the trades that are missing.
///
/// Missing trades are asked for by threads of the desk's own, in turns among instruments, so that a large hole of one does not keep others
/// waiting; nothing here is on the way of trades as they come.
final class VenueDesk: Sendable {
    /// How an answer about trades is handed back, on a thread of the desk.
    typealias Delivery = @Sendable (VenueAnswer) -> Void

    private struct State: Sendable {
        var queue: RepairQueue
        var budget: RateBudget
        var errands: [RepairQueue.Wish: Errand] = [:]
        var isOver = false
    }

    /// A wish with what came of it so far.
    private struct Errand: Sendable {
        var trades: [FeedTrade] = []
        var deliveries: [Delivery]
    }

    private let adapter: any RESTAdapter
    private let client: HTTPClient
    private let state: Condition<State>
    private let cancellation = Cancellation()
    private let threads: Condition<[JoinableThread]>

    /// How many questions may be on their way.
    private static var atOnce: Int { 2 }

    /// Starts the desk's threads.
    init(adapter: any RESTAdapter, client: HTTPClient) {
        self.adapter = adapter
        self.client = client
        state = Condition(
            State(queue: RepairQueue(adapter: adapter, atOnce: VenueDesk.atOnce), budget: RateBudget(adapter.rates)))
        threads = Condition([])
        let running = (0..<VenueDesk.atOnce).compactMap { _ in JoinableThread { [self] in work() } }
        threads.withLock { $0 = running }
    }

    /// Asks for something in good time; the answer comes on another thread.
    func ask(_ wish: RepairQueue.Wish, _ deliver: @escaping Delivery) {
        let canBeAsked = state.withLock { state -> Bool in
            guard !state.isOver else { return true }
            guard state.queue.want(wish) else { return false }
            state.errands[wish, default: Errand(deliveries: [])].deliveries.append(deliver)
            return true
        }
        guard !canBeAsked else { return }
        deliver(
            VenueAnswer(trades: [], outcome: .refused, reason: "the venue cannot be asked for that", received: WallClock.microseconds()))
    }

    /// What the venue lists; blocks until it has answered.
    ///
    /// - Throws: ``VenueError`` where it does not answer, or ``VenueError/stopped``.
    func instruments() throws(VenueError) -> [ListedInstrument] {
        var listed: [ListedInstrument] = []
        try run(adapter.instruments()) { listed += $0.instruments }
        return listed
    }

    /// The venue's newest trades of a symbol, about `count` of them, or as many as it gives; blocks until it has answered.
    ///
    /// - Throws: ``VenueError`` where it does not answer or does not have the symbol.
    func newestTrades(_ symbol: String, count: Int) throws(VenueError) -> [FeedTrade] {
        var trades: [FeedTrade] = []
        try run(adapter.recentTrades(symbol, limit: count)) { trades += $0.trades }
        guard let oldest = trades.map(\.id.integer).min(), let newest = trades.map(\.id.integer).max(), trades.count < count,
            let rest = adapter.trades(symbol, ids: max(0, newest - Int64(count) + 1)...max(0, oldest - 1)), oldest > 1
        else { return trades }
        var earlier: [FeedTrade] = []
        try run(rest) { earlier += $0.trades }
        return earlier + trades
    }

    /// Ends the desk: what is being asked is given up, and nobody is told of what waits.
    func stop() {
        let isFirst = state.withLock { state in
            defer { state.isOver = true }
            return !state.isOver
        }
        guard isFirst else { return }
        cancellation.cancel()
        for thread in threads.withLock({ threads in threads }) { thread.join() }
    }

    /// Asks page by page on the caller's thread.
    private func run(_ first: RESTRequest, _ body: (RESTPage) -> Void) throws(VenueError) {
        var reader = RESTReader(adapter: adapter)
        var request = first
        while true {
            try waitForTurn(request)
            switch exchange(request, &reader) {
            case .done: return body(reader.page)
            case .more(let next):
                body(reader.page)
                request = next
            case .limited: continue
            case .failed(let reason), .refused(let reason): throw VenueError(venue: adapter.venue.name, reason: reason)
            }
        }
    }

    private func waitForTurn(_ request: RESTRequest) throws(VenueError) {
        while true {
            let wait = state.withLock { state -> Int64? in
                let now = MonotonicClock.nanoseconds()
                return state.isOver || state.budget.take(request, now: now) ? nil : state.budget.ready(request, now: now) - now
            }
            if state.withLock({ $0.isOver }) { throw VenueError.stopped }
            guard let wait else { return }
            _ = state.wait(atMostMilliseconds: Int(wait / 1_000_000) + 1) { $0.isOver ? () : nil }
        }
    }

    /// One request and its answer; the budget learns from it.
    private func exchange(_ request: RESTRequest, _ reader: inout RESTReader) -> RESTOutcome {
        let answer: RESTAnswer
        do {
            answer = try client.answer(to: request, cancellation: cancellation)
        } catch {
            return .failed(reason: "\(error)")
        }
        let outcome = reader.read(answer, to: request)
        state.withLock { $0.budget.answered(request, answer, outcome, now: MonotonicClock.nanoseconds()) }
        return outcome
    }

    private func work() {
        var reader = RESTReader(adapter: adapter)
        while let request = nextRequest() {
            let outcome = exchange(request, &reader)
            let received = WallClock.microseconds()
            let ended = state.withLock { state -> [(Errand, RepairQueue.Ending)] in
                // Where nothing was read the page is still that of the question before.
                switch outcome {
                case .done, .more:
                    if let wish = state.queue.wish(of: request) { state.errands[wish]?.trades += reader.page.trades }
                case .limited, .failed, .refused: break
                }
                var ended: [RepairQueue.Ended] = []
                state.queue.answered(request, outcome, into: &ended)
                return ended.compactMap { item in state.errands.removeValue(forKey: item.wish).map { ($0, item.ending) } }
            }
            for (errand, ending) in ended {
                let answer = VenueAnswer(errand.trades, ending, received: received)
                for delivery in errand.deliveries { delivery(answer) }
            }
        }
    }

    /// Waits for a request that may go now; nil when the desk has ended.
    private func nextRequest() -> RESTRequest? {
        while true {
            func take(_ state: inout State) -> RESTRequest?? {
                if state.isOver { return .some(nil) }
                return state.queue.next(now: MonotonicClock.nanoseconds(), budget: &state.budget).map { .some($0) }
            }
            let now = MonotonicClock.nanoseconds()
            let due = state.withLock { $0.queue.deadline(now: now, budget: $0.budget) }
            if let found = state.wait(atMostMilliseconds: due.map { Int(max(0, $0 - now) / 1_000_000) + 1 } ?? 1000, until: take) {
                return found
            }
        }
    }
}

/// What a venue answered to a question about trades.
struct VenueAnswer: Sendable {
    /// The trades, in any order.
    var trades: [FeedTrade]
    /// Whether it answered.
    var outcome: LiveTape.RepairOutcome
    /// Why not, where it did not.
    var reason: String?
    /// When the answer was received, in microseconds since 1970-01-01 UTC.
    var received: Int64
}

extension VenueAnswer {
    init(_ trades: [FeedTrade], _ ending: RepairQueue.Ending, received: Int64) {
        self.init(trades: trades, outcome: .answered, reason: nil, received: received)
        switch ending {
        case .answered: break
        case .failed(let reason):
            outcome = .failed
            self.reason = reason
        case .refused(let reason):
            outcome = .refused
            self.reason = reason
        }
    }
}

/// Why a venue gave no answer.
public struct VenueError: Error, Sendable, Hashable, CustomStringConvertible {
    let venue: String
    let reason: String

    /// The desk was ended meanwhile.
    static let stopped = VenueError(venue: "", reason: "the recording has ended")

    public var description: String { venue.isEmpty ? reason : "\(venue) gives no answer: \(reason)" }
}
