import MarketModel

/// What to ask of a venue about its options beside what it streams: what was missed, what comes late, and what is listed. Pure: times come in.
///
/// - OKX: ids of an option rise by one, so a hole is seen and asked for. The newest trades of each family and the blocks after the last one
///   are asked for every minute, as a net below the stream.
/// - Deribit: all trades since it was last asked, every minute, with a minute's overlap.
///
/// A question that failed waits ten seconds, then twice as long each time.
public struct OptionRepair: Sendable {
    /// Where the tape ends of a family that was followed before.
    public struct Begin: Sendable, Hashable {
        /// The time of its last trade of the book, in microseconds; nil for a new tape.
        public var time: Int64?
        /// The newest id of each option, of the book.
        public var ids: [String: Int64] = [:]

        /// Creates the begin of a new tape.
        public init() {}

        /// Takes a trade of the tape into account.
        public mutating func take(_ trade: OptionTrade) {
            guard trade.space == .book else { return }
            time = max(time ?? .min, trade.time)
            if let id = Int64(trade.id) { ids[trade.contract.symbol] = max(ids[trade.contract.symbol] ?? .min, id) }
        }
    }

    private struct Job: Sendable {
        var question: OptionQuestion
        var request: RESTRequest
        var notBefore: Int64 = .min
        var failures: Int64 = 0
    }

    private let adapter: any OptionRESTAdapter
    private let families: [OptionFamily]
    private var waiting: [Job] = []
    private var asked: Job?
    private var newest: [String: Int64] = [:]
    private var begins: [OptionFamily: Begin]
    /// Deribit: until when all trades are there.
    private var complete: [OptionFamily: Int64] = [:]
    private var sweptAt: Int64?
    /// When to look once more after the venue began to deliver: what it printed while it was taking the subscription is in neither.
    private var lookAgainAt: Int64?
    private var listedAt: Int64?
    private var lastBlock: String
    private let wantsHistory: Bool
    /// Options whose past is on the tape, or has been asked for.
    private var known: Set<String> = []

    /// From one look at the newest trades and blocks to the next, in nanoseconds.
    private let pause: Int64
    private static let second: Int64 = 1_000_000_000
    private static let settling: Int64 = 5 * second
    private static let minute: Int64 = 60_000_000
    /// As far back as Deribit is asked, in microseconds.
    private static let reach: Int64 = 5 * CivilDate.dayLength
    /// An option of which nothing is on the tape is read from its first trade, if that is no further back.
    private static let firstIDs: Int64 = 500
    private static let mostWaiting = 5000

    /// Creates what asks for families.
    ///
    /// - Parameters:
    ///   - begins: where tapes end.
    ///   - lastBlock: the newest block that is on the tape, by its id; empty for none.
    ///   - seconds: from one look at the newest trades and blocks to the next.
    ///   - wantsHistory: whether a new tape begins as far back as the venue tells of what is listed now: OKX three months, Deribit five days.
    public init(
        adapter: any OptionRESTAdapter, families: [OptionFamily], begins: [OptionFamily: Begin] = [:], lastBlock: String = "",
        seconds: Int = 60, wantsHistory: Bool = false
    ) {
        pause = Int64(seconds) * Self.second
        self.adapter = adapter
        self.families = families
        self.begins = begins
        self.lastBlock = lastBlock
        self.wantsHistory = wantsHistory
        for begin in begins.values { newest.merge(begin.ids) { max($0, $1) } }
        known = Set(newest.keys)
    }

    /// How many questions wait or are asked.
    public var count: Int { waiting.count + (asked == nil ? 0 : 1) }

    /// The venue delivers again, or for the first time: what it printed meanwhile is asked for at once.
    public mutating func connected() { sweptAt = nil }

    /// Takes trades of the book into account, from the stream or from an answer: holes of ids are asked for.
    public mutating func took(_ trades: [OptionTrade]) {
        guard adapter.venue == .okxOptions else { return }
        let numbered = trades.compactMap { trade in trade.space == .book ? Int64(trade.id).map { (trade, $0) } : nil }
        for (trade, id) in numbered.sorted(by: { $0.1 < $1.1 }) {
            let symbol = trade.contract.symbol
            let family = trade.contract.family
            if let known = newest[symbol] {
                guard id > known else { continue }
                if id > known + 1 { want(.trades(family, symbol: symbol, ids: (known + 1)...(id - 1))) }
            } else if begins[family]?.time != nil, id > 1, id <= Self.firstIDs {
                want(.trades(family, symbol: symbol, ids: 1...(id - 1)))
            }
            newest[symbol] = id
        }
    }

    private mutating func want(_ question: OptionQuestion) {
        guard let request = adapter.request(question), waiting.count < Self.mostWaiting, asked?.question != question,
            !waiting.contains(where: { $0.question == question })
        else { return }
        waiting.append(Job(question: question, request: request))
    }

    /// The request to send now; nil where there is none, or none may go yet.
    ///
    /// - Parameters:
    ///   - now: nanoseconds of a monotonic clock.
    ///   - time: microseconds since 1970-01-01 UTC.
    public mutating func next(now: Int64, time: Int64, budget: inout RateBudget) -> RESTRequest? {
        sweep(now: now, time: time)
        guard asked == nil else { return nil }
        for place in waiting.indices where waiting[place].notBefore <= now {
            guard budget.take(waiting[place].request, now: now) else { continue }
            asked = waiting.remove(at: place)
            return asked?.request
        }
        return nil
    }

    private mutating func sweep(now: Int64, time: Int64) {
        if listedAt.map({ now - $0 >= 3600 * Self.second }) ?? true {
            listedAt = now
            for family in families { want(.listing(family)) }
        }
        let isFirst = sweptAt == nil
        let isAgain = lookAgainAt.map { now >= $0 } ?? false
        guard isFirst || isAgain || sweptAt.map({ now - $0 >= pause }) ?? true else { return }
        sweptAt = now
        if isFirst { lookAgainAt = now + Self.settling } else if isAgain { lookAgainAt = nil }
        for family in families {
            want(.recent(family))
            if isFirst { want(.byType(family)) }
            let begin = complete[family] ?? begins[family]?.time ?? (wantsHistory ? time - Self.reach : time - 10 * Self.minute)
            want(.span(family, max(begin - Self.minute, time - Self.reach)...time))
        }
        want(.blocks(after: lastBlock, before: ""))
        // Options that were on the tape and have traded while nobody listened.
        for (family, begin) in begins {
            for (symbol, id) in begin.ids where isAlive(symbol, family, at: time) {
                want(.trades(family, symbol: symbol, ids: (id + 1)...Int64.max))
            }
            begins[family]?.ids = [:]
        }
    }

    private func isAlive(_ symbol: String, _ family: OptionFamily, at time: Int64) -> Bool {
        OptionContract(venue: family.venue, symbol: symbol).map { $0.expires + CivilDate.dayLength > time } ?? false
    }

    /// A request was answered, or could not be. What it held is to be handed to ``took(_:)`` by the caller.
    ///
    /// - Returns: what an operator should see, in one line; nil where all is well.
    public mutating func answered(_ outcome: RESTOutcome, _ page: OptionPage, now: Int64) -> String? {
        guard var job = asked else { return nil }
        asked = nil
        if let block = page.newestBlock, let id = Int64(block), id > Int64(lastBlock) ?? .min { lastBlock = block }
        switch outcome {
        case .done:
            if case .span(let family, let times) = job.question { complete[family] = max(complete[family] ?? .min, times.upperBound) }
            guard wantsHistory else { return nil }
            for contract in page.batch.contracts where known.insert(contract.symbol).inserted {
                want(.trades(contract.family, symbol: contract.symbol, ids: 1...Int64.max))
            }
            return nil
        case .more(let next):
            job.request = next
            waiting.insert(job, at: 0)
            return nil
        case .limited(let reason):
            waiting.insert(job, at: 0)
            return reason
        case .refused(let reason): return "\(job.request.url): \(reason)"
        case .failed(let reason):
            job.notBefore = now + (10 * Self.second) << min(job.failures, 6)
            job.failures += 1
            // A sweep is asked for again in its time.
            switch job.question {
            case .trades, .listing: waiting.append(job)
            default: break
            }
            return reason
        }
    }
}
