import MarketModel

/// What to ask of a venue about its options beside what it streams: what was missed, what comes late, and what is listed. Pure: times come in.
///
/// - OKX: ids of an option rise by one, so a hole is seen and asked for. The newest trades of each family and the blocks after the last one
///   are asked for every minute, as a net below the stream, and oftener where many come. Where the newest trades do not reach back to what is
///   known, such as after a stop, every listed option is asked for.
/// - Deribit: all trades since it was last asked, every minute, with a minute's overlap.
///
/// A question that failed waits ten seconds, then twice as long each time; after the ninth time it counts as refused. What became known of
/// tapes is in ``takeClaims()``.
public struct OptionRepair: Sendable {
    private struct Job: Sendable {
        let number: Int
        var question: OptionQuestion
        var request: RESTRequest
        var missing: MissingOptionTrades?
        var notBefore: Int64 = .min
        var failures: Int64 = 0
        /// When it was asked first, in microseconds since 1970-01-01 UTC.
        var askedAt: Int64?
        /// Whether all rows of its answers were understood.
        var isSound = true
    }

    private struct Newest: Sendable {
        var id: Int64
        var time: Int64?
    }

    private let adapter: any OptionRESTAdapter
    private let families: [OptionFamily]
    private var waiting: [Job] = []
    private var asked: Job?
    private var numbers = 0
    private var newest: [String: Newest] = [:]
    /// The families of which there was a tape.
    private let begun: Set<OptionFamily>
    private var proof: OptionProof
    /// Every option of these is asked for when they have been listed.
    private var walks: Set<OptionFamily> = []
    /// When that may be next.
    private var walkAt: [OptionFamily: Int64] = [:]
    /// Deribit: until when all trades are there.
    private var complete: [OptionFamily: Int64] = [:]
    private var sweptAt: Int64?
    /// When to look at a family's newest trades before the next sweep: so many come that an answer does not hold a minute of them.
    private var lookAt: [OptionFamily: Int64] = [:]
    /// When to look once more after the venue began to deliver: what it printed while it was taking the subscription is in neither.
    private var lookAgainAt: Int64?
    private var listedAt: Int64?
    private var lastBlock: String
    private let wantsHistory: Bool
    /// Options whose past is on the tape, or has been asked for.
    private var known: Set<String>

    /// From one look at the newest trades and blocks to the next, in nanoseconds.
    private let pause: Int64
    private static let second: Int64 = 1_000_000_000
    private static let settling: Int64 = 5 * second
    private static let minute: Int64 = 60_000_000
    /// As far back as Deribit is asked, in microseconds.
    private static let reach: Int64 = 5 * CivilDate.dayLength
    /// An option of which nothing is on the tape is read from its first trade, if that is no further back.
    private static let firstIDs: Int64 = 500
    /// Rows that make no sense must not have every option asked for all the time.
    private static let walkPause: Int64 = 600 * second
    private static let mostWaiting = 20_000
    private static let mostFailures: Int64 = 9

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
        self.lastBlock = lastBlock
        self.wantsHistory = wantsHistory
        begun = Set(begins.filter { $0.value.time != nil }.keys)
        proof = OptionProof(begins)
        for begin in begins.values {
            for (symbol, id) in begin.ids { newest[symbol] = Newest(id: id, time: begin.times[symbol]) }
        }
        known = Set(newest.keys)
    }

    /// How many questions wait or are asked.
    public var count: Int { waiting.count + (asked == nil ? 0 : 1) }

    /// What became known of tapes since it was last taken. It holds once the trades that were handed in before are kept.
    public mutating func takeClaims() -> [OptionClaim] { proof.takeClaims() }

    /// The venue delivers again, or for the first time: what it printed meanwhile is asked for at once.
    ///
    /// - Parameters:
    ///   - names: what it delivers: families, or blocks by the name of their channel.
    ///   - time: microseconds since 1970-01-01 UTC.
    public mutating func connected(_ names: [String] = [], at time: Int64 = 0) {
        sweptAt = nil
        for family in families where names.contains(family.name) { proof.delivers(family, since: time) }
    }

    /// The venue does not deliver any more.
    public mutating func lost(_ names: [String]) {
        for family in families where names.contains(family.name) { proof.lost(family) }
    }

    /// Takes trades of the book into account that the stream told: holes of ids are asked for.
    public mutating func took(_ trades: [OptionTrade]) {
        guard adapter.venue == .okxOptions else { return }
        let numbered = trades.compactMap { trade in trade.space == .book ? Int64(trade.id).map { (trade, $0) } : nil }
        for (trade, id) in numbered.sorted(by: { $0.1 < $1.1 }) {
            let symbol = trade.contract.symbol
            let family = trade.contract.family
            if let known = newest[symbol] {
                guard id > known.id else { continue }
                if id > known.id + 1, !isWalking(symbol) {
                    let from = min(known.time ?? proof.until(family) ?? trade.time, trade.time)
                    want(
                        .trades(family, symbol: symbol, ids: (known.id + 1)...(id - 1)),
                        MissingOptionTrades(times: from..<(trade.time + 1), isHole: true, lowest: known.id + 1))
                }
            } else if begun.contains(family), id > 1, id <= Self.firstIDs, !isWalking(symbol) {
                let from = min(proof.until(family) ?? trade.time, trade.time)
                want(
                    .trades(family, symbol: symbol, ids: 1...(id - 1)), MissingOptionTrades(times: from..<(trade.time + 1), isHole: false))
            }
            newest[symbol] = Newest(id: id, time: trade.time)
        }
    }

    /// Whether an option is being asked for from its newest trade on down.
    private func isWalking(_ symbol: String) -> Bool {
        (waiting.prefix(1) + [asked].compactMap(\.self)).contains { job in
            if case .trades(_, symbol, let ids) = job.question { ids.upperBound == .max } else { false }
        }
    }

    private mutating func want(_ question: OptionQuestion, _ missing: MissingOptionTrades? = nil) {
        guard let request = adapter.request(question), asked?.question != question,
            missing?.isHole == false || !waiting.contains(where: { $0.question == question })
        else { return }
        numbers += 1
        if let missing, let family = question.family {
            proof.asks(numbers, family, missing.times, isHole: missing.isHole)
            if waiting.count >= Self.mostWaiting {
                return proof.answered(numbers, family, isThere: false)
            }
        }
        waiting.append(Job(number: numbers, question: question, request: request, missing: missing))
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
            var job = waiting.remove(at: place)
            job.askedAt = job.askedAt ?? time
            asked = job
            return job.request
        }
        return nil
    }

    private mutating func sweep(now: Int64, time: Int64) {
        if listedAt.map({ now - $0 >= 3600 * Self.second }) ?? true {
            listedAt = now
            for family in families { want(.listing(family)) }
        }
        for (family, due) in lookAt where due <= now {
            lookAt[family] = nil
            want(.recent(family))
        }
        let isFirst = sweptAt == nil
        let isAgain = lookAgainAt.map { now >= $0 } ?? false
        guard isFirst || isAgain || sweptAt.map({ now - $0 >= pause }) ?? true else { return }
        sweptAt = now
        if isFirst { lookAgainAt = now + Self.settling } else if isAgain { lookAgainAt = nil }
        for family in families {
            want(.recent(family))
            if isFirst { want(.byType(family)) }
            let begin = complete[family] ?? proof.until(family) ?? (wantsHistory ? time - Self.reach : time - 10 * Self.minute)
            want(.span(family, max(min(begin, time) - Self.minute, time - Self.reach)...time))
        }
        want(.blocks(after: lastBlock, before: ""))
    }

    /// A request was answered, or could not be; the trades of the page are taken into account.
    ///
    /// - Returns: what an operator should see, in one line; nil where all is well.
    public mutating func answered(_ outcome: RESTOutcome, _ page: OptionPage, now: Int64) -> String? {
        guard var job = asked else { return nil }
        if let block = page.newestBlock, let id = Int64(block), id > Int64(lastBlock) ?? .min { lastBlock = block }
        took(page.batch.trades)
        asked = nil
        job.isSound = job.isSound && page.batch.faults.isEmpty
        let isDeepEnough = job.missing?.take(page, of: job.question) ?? false
        switch outcome {
        case .more(let next) where !isDeepEnough:
            job.request = next
            waiting.insert(job, at: 0)
            return nil
        case .done, .more:
            finish(job, page, now)
            guard wantsHistory else { return nil }
            for contract in page.batch.contracts where known.insert(contract.symbol).inserted {
                want(.trades(contract.family, symbol: contract.symbol, ids: 1...Int64.max))
            }
            return nil
        case .limited(let reason):
            waiting.insert(job, at: 0)
            return reason
        case .refused(let reason):
            giveUp(job)
            return "\(job.request.url): \(reason)"
        case .failed(let reason):
            job.notBefore = now + (10 * Self.second) << min(job.failures, 6)
            job.failures += 1
            // A sweep is asked for again in its time.
            switch job.question {
            case .trades, .listing:
                guard job.failures < Self.mostFailures else {
                    giveUp(job)
                    return "\(job.request.url): \(reason), \(job.failures) times: it is not asked for again"
                }
                waiting.append(job)
            default: break
            }
            return reason
        }
    }

    private mutating func finish(_ job: Job, _ page: OptionPage, _ now: Int64) {
        let time = job.askedAt ?? 0
        switch job.question {
        case .recent(let family) where adapter.venue == .okxOptions:
            let oldest = page.isCut ? page.batch.trades.map(\.time).min() ?? .max : .min
            if page.isCut {
                // So that the next page overlaps this one.
                let span = oldest < time ? min(time - max(0, oldest), Self.reach) : 0
                lookAt[family] = now + min(max(span / 2 * 1000, Self.second), pause)
            }
            if job.isSound, proof.looked(at: family, at: time, reach: oldest) { return }
            guard !isWalked(family), walkAt[family].map({ now >= $0 }) ?? true else { return }
            walkAt[family] = now + Self.walkPause
            if walks.insert(family).inserted { want(.listing(family)) }
        case .recent, .byType: break
        case .listing(let family): walk(family, page.batch.contracts, time, isSound: job.isSound)
        case .trades(let family, _, let ids):
            guard let missing = job.missing else { return }
            proof.answered(job.number, family, isThere: job.isSound && missing.isThere(ids))
        case .span(let family, let times):
            // Rows that made no sense may make some when they are told of again; for ten minutes they are asked for.
            let sure = job.isSound ? times.upperBound : times.upperBound - 10 * Self.minute
            complete[family] = max(complete[family] ?? .min, sure)
            if job.isSound { proof.told(family, times) }
        case .blocks(let after, _):
            guard job.isSound else { return }
            let oldest = page.isCut && after.isEmpty ? page.batch.trades.map(\.time).min() ?? .max : .min
            for family in families { proof.toldBlocks(family, at: time, reach: oldest) }
        }
    }

    private mutating func giveUp(_ job: Job) {
        guard job.missing != nil, let family = job.question.family else { return }
        proof.answered(job.number, family, isThere: false)
    }

    /// Whether every option of a family is being asked for.
    private func isWalked(_ family: OptionFamily) -> Bool {
        waiting.contains { $0.missing?.isHole == false && $0.question.family == family }
    }

    /// Asks for every option of a family since what is known of it.
    private mutating func walk(_ family: OptionFamily, _ listed: [OptionContract], _ time: Int64, isSound: Bool) {
        guard walks.remove(family) != nil, let until = proof.until(family) else { return }
        let held = newest.keys.filter { symbol in
            OptionContract(venue: family.venue, symbol: symbol).map { $0.family == family && $0.expires > until } ?? false
        }
        for symbol in Set(listed.map(\.symbol)).union(held).sorted() {
            let lowest = newest[symbol].map { $0.id + 1 }
            want(
                .trades(family, symbol: symbol, ids: (lowest ?? 1)...Int64.max),
                MissingOptionTrades(
                    times: min(until, time)..<(time + 1), isHole: false, floor: lowest == nil ? until : .min, lowest: lowest))
        }
        if isSound { proof.promise(family, time) }
    }
}
