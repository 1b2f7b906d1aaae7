/// Which trades a venue is asked for next, to fill the holes of many instruments at once. Pure: times come in, in nanoseconds.
///
/// Wishes are served in turn, a page at a time, within the venue's ``RateBudget``: an instrument with a large hole does not keep the others
/// waiting. Nothing here touches the live edge.
///
///     queue.want(.ids("BTCUSDT", 17...1016))
///     while let request = queue.next(now: now, budget: &budget) { … send it … }
///     queue.answered(request, outcome, into: &ended)      // the rows were handed on before
public struct RepairQueue: Sendable {
    /// Something that is missing.
    public enum Wish: Sendable, Hashable {
        /// The trades of these ids.
        case ids(String, ClosedRange<Int64>)
        /// The newest trades of a symbol, at a venue that cannot be asked by ids.
        case recent(String)

        /// The symbol that it is about.
        public var symbol: String {
            switch self {
            case .ids(let symbol, _), .recent(let symbol): symbol
            }
        }
    }

    /// How a wish ended.
    public enum Ending: Sendable, Hashable {
        /// The venue answered; what it did not give it may not have.
        case answered
        /// It did not answer; it may later.
        case failed(reason: String)
        /// It will not answer.
        case refused(reason: String)
    }

    /// A wish that has ended.
    public struct Ended: Sendable, Hashable {
        /// The wish, as it was given.
        public var wish: Wish
        /// How it ended.
        public var ending: Ending

        /// Creates an ended wish.
        public init(_ wish: Wish, _ ending: Ending) {
            self.wish = wish
            self.ending = ending
        }
    }

    private struct Job: Sendable {
        var wish: Wish
        /// The page that is asked for next, or was asked for.
        var request: RESTRequest
    }

    private let adapter: any RESTAdapter
    private let atOnce: Int
    private let recentLimit: Int
    private var waiting: [Job] = []
    private var asked: [Job] = []

    /// Creates an empty queue.
    ///
    /// - Parameters:
    ///   - atOnce: how many requests may be on their way.
    ///   - recentLimit: how many trades a wish for the newest asks for.
    public init(adapter: any RESTAdapter, atOnce: Int = 2, recentLimit: Int = 1000) {
        self.adapter = adapter
        self.atOnce = max(1, atOnce)
        self.recentLimit = recentLimit
    }

    /// How many wishes have not ended.
    public var count: Int { waiting.count + asked.count }

    /// Whether nothing is wanted.
    public var isEmpty: Bool { count == 0 }

    /// Adds a wish; one that is there already is not added again.
    ///
    /// - Returns: false where the venue cannot be asked for this.
    public mutating func want(_ wish: Wish) -> Bool {
        guard !waiting.contains(where: { $0.wish == wish }), !asked.contains(where: { $0.wish == wish }) else { return true }
        let request: RESTRequest? =
            switch wish {
            case .ids(let symbol, let ids): adapter.trades(symbol, ids: ids)
            case .recent(let symbol): adapter.recentTrades(symbol, limit: recentLimit)
            }
        guard let request else { return false }
        waiting.append(Job(wish: wish, request: request))
        return true
    }

    /// Forgets the wishes of a symbol; answers that are on their way end nothing.
    public mutating func forget(_ symbol: String) {
        waiting.removeAll { $0.wish.symbol == symbol }
        asked.removeAll { $0.wish.symbol == symbol }
    }

    /// The request to send now, whose cost is taken from the budget; nil when there is none, or none may go yet.
    public mutating func next(now: Int64, budget: inout RateBudget) -> RESTRequest? {
        guard asked.count < atOnce, let first = waiting.first, budget.take(first.request, now: now) else { return nil }
        asked.append(waiting.removeFirst())
        return first.request
    }

    /// When ``next(now:budget:)`` is worth calling again; nil when nothing waits, or an answer has to come first.
    public func deadline(now: Int64, budget: RateBudget) -> Int64? {
        guard asked.count < atOnce, let first = waiting.first else { return nil }
        return budget.ready(first.request, now: now)
    }

    /// What a request that is on its way is for; nil for one whose wish was forgotten.
    ///
    /// The request itself does not tell: a later page asks for less, from below on one venue and from above on another.
    public func wish(of request: RESTRequest) -> Wish? {
        asked.first { $0.request == request }?.wish
    }

    /// A request was answered, or could not be: the next page joins the end of the queue, or the wish has ended.
    ///
    /// A request that was too much waits again in its place, as long as the budget says; the caller has told the budget before.
    public mutating func answered(_ request: RESTRequest, _ outcome: RESTOutcome, into ended: inout [Ended]) {
        guard let index = asked.firstIndex(where: { $0.request == request }) else { return }
        var job = asked.remove(at: index)
        switch outcome {
        case .more(let next):
            job.request = next
            waiting.append(job)
        case .limited: waiting.insert(job, at: 0)
        case .done: ended.append(Ended(job.wish, .answered))
        case .failed(let reason): ended.append(Ended(job.wish, .failed(reason: reason)))
        case .refused(let reason): ended.append(Ended(job.wish, .refused(reason: reason)))
        }
    }
}
