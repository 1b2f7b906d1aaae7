import JSONReading
import MarketModel

/// Asks a venue for open interest, over and over: what is listed once an hour, and then in every sweep prices and figures. Pure: requests
/// come out, answers go in with their times; somebody else sends them.
///
///     var sweep = OpenInterestSweep(adapter: adapter)
///     var budget = RateBudget(adapter.rates)                             // one a venue and machine, for every kind of request
///
///     guard let request = sweep.next(now: now, budget: &budget) else { … wait until sweep.ready(now: now, budget: budget) … }
///     let answer = sweep.answered(request, answer, received: timeOfDay)  // its samples, and what was wrong
///     budget.answered(request, answer, answer.outcome, now: now)
///
/// One request is under way at a time: every one that was given out has to be answered, one that was not sent with status 0. A request that
/// was too much is asked again when the budget lets it go; one that fails is left out until the next sweep.
public struct OpenInterestSweep: Sendable {
    /// The venue's adapter.
    public let adapter: any OpenInterestAdapter
    /// What the venue's figures are multiplied with.
    public let factor: FixedPoint
    /// Nanoseconds from the begin of a sweep to that of the next.
    public let period: Int64
    /// What was learnt so far.
    public private(set) var knowledge = OpenInterestKnowledge()
    /// Sweeps that have ended.
    public private(set) var sweeps = 0
    /// Questions of the sweep that is under way, or has ended last, that came to nothing: failed, refused, or without a row that was
    /// understood.
    public private(set) var failed: [OpenInterestStep] = []

    private let isFactorSet: Bool
    private var waiting: [RESTRequest] = []
    private var underway: RESTRequest?
    /// Whether single contracts are being asked for, which comes last.
    private var isAskingSingly = false
    private var began: Int64?
    private var listed: Int64?
    private var hasListed = true
    private var seen: [OpenInterestStep: (values: Int, times: Int)] = [:]

    private static let listingPeriod: Int64 = 3_600_000_000_000
    /// A list that never ends is not followed.
    private static let mostPages = 64

    /// Creates a sweep.
    ///
    /// - Parameters:
    ///   - factor: what the venue's published figures are multiplied with to be those of one side (`oi_factor`), more than zero; nil for the
    ///     venue's convention.
    ///   - seconds: from the begin of a sweep to that of the next; nil for the adapter's.
    public init(adapter: any OpenInterestAdapter, factor: FixedPoint? = nil, seconds: Int? = nil) {
        self.adapter = adapter
        self.factor = factor.flatMap { $0.mantissa > 0 ? $0 : nil } ?? adapter.convention
        isFactorSet = factor.map { $0.mantissa > 0 } ?? false
        period = Int64(max(1, seconds ?? adapter.period)) * 1_000_000_000
    }

    /// Tells what a coin is worth in USD, for venues that say no price.
    public mutating func learn(worth price: FixedPoint, of coin: String) { knowledge.learn(worth: price, of: coin) }

    /// The next request, if it may go now; it counts as sent.
    public mutating func next(now: Int64, budget: inout RateBudget) -> RESTRequest? {
        guard underway == nil else { return nil }
        if waiting.isEmpty, began.map({ now >= $0 + period }) ?? true { begin(now: now) }
        guard let request = waiting.first, budget.take(request, now: now) else { return nil }
        waiting.removeFirst()
        underway = request
        return request
    }

    /// When to ask for the next request, as things are: `now` or later; nil while one is under way.
    public func ready(now: Int64, budget: RateBudget) -> Int64? {
        guard underway == nil else { return nil }
        if let request = waiting.first { return budget.ready(request, now: now) }
        return max(now, began.map { $0 + period } ?? now)
    }

    private mutating func begin(now: Int64) {
        began = now
        failed = []
        isAskingSingly = false
        hasListed = true
        var steps = adapter.questions
        if listed.map({ now - $0 >= Self.listingPeriod }) ?? true {
            steps = adapter.listings + steps
            listed = now
        }
        waiting = steps.map { adapter.request($0) }
        finish()
    }

    /// Goes on to single contracts, or ends the sweep, where nothing waits any more.
    private mutating func finish() {
        guard waiting.isEmpty else { return }
        if !isAskingSingly {
            isAskingSingly = true
            waiting = adapter.questions(about: knowledge.listed).map { adapter.request($0) }
        }
        if waiting.isEmpty {
            sweeps += 1
            if !hasListed { listed = nil }
        }
    }

    /// Reads the answer to the request that is under way; `received` is in microseconds since 1970-01-01 UTC.
    public mutating func answered(_ request: RESTRequest, _ answer: RESTAnswer, received: Int64) -> OpenInterestAnswer {
        guard case .openInterest(let step) = request.question else {
            return OpenInterestAnswer(outcome: .failed(reason: "it did not ask for open interest"))
        }
        if request == underway { underway = nil }
        var page = OpenInterestPage(
            knowledge: knowledge, factor: factor, isFactorSet: isFactorSet, received: received, part: step.part)
        if step.topic == .contracts, step.cursor.isEmpty { page.beginListing() }
        let outcome = read(answer, of: step, into: &page)
        page.settle()
        let result = OpenInterestAnswer(
            outcome: outcome, samples: page.samples, faults: page.faults, lastFault: page.lastFault, unchanged: repeats(page, step))
        take(outcome, of: request, step, page)
        return result
    }

    private func read(_ answer: RESTAnswer, of step: OpenInterestStep, into page: inout OpenInterestPage) -> RESTOutcome {
        let isWell = (200..<300).contains(answer.status)
        // A reader keeps room for its longest text; an answer comes once in seconds.
        let reader = JSONReader(maxBytes: 64 << 20)
        return answer.body.withUnsafeBytes { bytes -> RESTOutcome in
            do throws(JSONFault) {
                return try reader.read(bytes) { body in
                    isWell ? adapter.read(body, of: step, into: &page) : adapter.refusal(status: answer.status, body: body)
                }
            } catch {
                return isWell ? .failed(reason: "the answer is \(error)") : adapter.refusal(status: answer.status, body: nil)
            }
        }
    }

    /// Whether all that a contract's coin is made of was told in the sweep that has ended last.
    public func isWhole(_ contract: OpenInterestContract) -> Bool {
        !failed.contains { adapter.isLacking(contract, without: $0) }
    }

    private mutating func take(_ outcome: RESTOutcome, of request: RESTRequest, _ step: OpenInterestStep, _ page: OpenInterestPage) {
        switch outcome {
        case .done where page.samples.isEmpty && !page.faults.isEmpty, .failed, .refused: failed.append(step)
        case .done, .more, .limited: break
        }
        switch outcome {
        case .done:
            knowledge = page.knowledge
            if step.topic == .contracts { knowledge.end(listing: step.part) }
        case .more(var next):
            knowledge = page.knowledge
            next.page = request.page + 1
            if next.page < Self.mostPages { waiting.insert(next, at: 0) } else if step.topic == .contracts { hasListed = false }
        case .limited: waiting.insert(request, at: 0)
        case .failed, .refused: if step.topic == .contracts { hasListed = false }
        }
        finish()
    }

    /// How many answers to a question in a row have told the same.
    private mutating func repeats(_ page: OpenInterestPage, _ step: OpenInterestStep) -> Int {
        guard step.topic == .values, !page.samples.isEmpty else { return 0 }
        var hasher = Hasher()
        for sample in page.samples {
            hasher.combine(sample.contract.symbol)
            hasher.combine(sample.value)
        }
        let values = hasher.finalize()
        let times = seen[step].map { $0.values == values ? $0.times + 1 : 0 } ?? 0
        seen[step] = (values, times)
        return times
    }
}

/// What came of a request for open interest.
public struct OpenInterestAnswer: Sendable {
    /// Whether it was understood, as a ``RateBudget`` wants to know it.
    public var outcome: RESTOutcome
    /// The samples, in the answer's order.
    public var samples: [OpenInterestSample] = []
    /// Rows that are no samples, by the reason.
    public var faults: [OpenInterestFault: Int] = [:]
    /// What was wrong last, and with which contract; empty if nothing was.
    public var lastFault = ""
    /// How many answers in a row before this one told exactly the same values: a venue that stands still, whatever time it prints.
    public var unchanged = 0
}
