public import Feeds
public import Lake
public import MarketModel
public import Notices
import Pipeline
import Synchronization
public import Transport

/// Asks venues for open interest, round after round, and hands on what each said in a round.
///
///     let collector = try InterestCollector(adapters, client: client, sink: { try market.take($0) }) { print($0) }
///     …
///     collector.stop()
///
/// A thread a venue asks and waits; nothing is kept here, and a venue that fails holds up no other.
///
/// Of options a round has no samples of a coin where any question that may be about it came to nothing: a family that could not be asked
/// does not look like one of which nothing is open, since its whole coin is missing. A round without samples is not handed on. Of contracts
/// a round has what was told.
public final class InterestCollector: Sendable {
    private let venues: [InterestPoll]

    /// Begins to ask.
    ///
    /// - Parameters:
    ///   - seconds: from the begin of a round to that of the next; nil for each venue's own.
    ///   - factors: what venues' published figures are multiplied with to be those of one side (`oi_factor`); their conventions elsewhere.
    ///   - sink: takes rounds, on the venue's thread; what it throws is reported, and the round is lost.
    ///   - report: told in one line of what an operator should see, once until it changes.
    /// - Throws: ``TransportError`` where a client cannot start.
    public init(
        _ adapters: [any OpenInterestAdapter], client: ClientOptions, seconds: Int? = nil, factors: [Venue: FixedPoint] = [:],
        sink: @escaping @Sendable (InterestSweep) throws -> Void, report: @escaping @Sendable (Notice) -> Void
    ) throws {
        let prices = CoinPrices()
        venues = try adapters.map { adapter in
            InterestPoll(
                OpenInterestSweep(adapter: adapter, factor: factors[adapter.venue], seconds: seconds),
                client: try HTTPClient(options: client), prices: prices, sink: sink, report: report)
        }
        for venue in venues { venue.start() }
    }

    deinit { stop() }

    /// Ends the asking; what is being asked is given up.
    public func stop() {
        for venue in venues { venue.cancel() }
        for venue in venues { venue.stop() }
    }
}

/// What coins are worth at one venue, for others that say no price.
private final class CoinPrices: Sendable {
    private let prices = Mutex<[String: FixedPoint]>([:])

    subscript(coin: String) -> FixedPoint? {
        get { prices.withLock { $0[coin] } }
    }

    func learn(_ price: FixedPoint, of coin: String) { prices.withLock { $0[coin] = price } }
}

/// The asking of one venue.
private final class InterestPoll: Sendable {
    private struct State: Sendable {
        var sweep: OpenInterestSweep
        var budget: RateBudget
        var samples: [OpenInterestContract: OpenInterestSample] = [:]
        /// What is wrong, by family of options; of contracts there is one entry.
        var problems: [String: String] = [:]

        /// What to say of a problem that is new; nil where nothing is.
        mutating func note(_ problem: String?, of request: RESTRequest) -> String? {
            var family = ""
            if case .openInterest(let step) = request.question, sweep.adapter.venue.isOptions { family = step.part }
            defer { problems[family] = problem }
            return problem == problems[family] ? nil : problem.map { "open interest\(family.isEmpty ? "" : " of \(family)"): \($0)" }
        }
    }

    /// What to do next.
    private enum Turn {
        case ask(RESTRequest)
        case wait(milliseconds: Int)
    }

    private let venue: Venue
    private let client: HTTPClient
    private let prices: CoinPrices
    private let sink: @Sendable (InterestSweep) throws -> Void
    private let report: @Sendable (Notice) -> Void
    private let state: Mutex<State>
    private let worker = SerialWorker()
    private let cancellation = Cancellation()

    /// The coin whose price CME's report lacks.
    private static let pricedElsewhere = "BTC"

    init(
        _ sweep: OpenInterestSweep, client: HTTPClient, prices: CoinPrices, sink: @escaping @Sendable (InterestSweep) throws -> Void,
        report: @escaping @Sendable (Notice) -> Void
    ) {
        venue = sweep.adapter.venue
        self.client = client
        self.prices = prices
        self.sink = sink
        self.report = report
        state = Mutex(State(sweep: sweep, budget: RateBudget(sweep.adapter.rates)))
    }

    func start() { worker.submit { [weak self] in self?.run() } }

    func cancel() { cancellation.cancel() }

    func stop() { worker.stop() }

    /// Asks until there is something to wait for.
    private func run() {
        while !worker.isStopped {
            switch turn() {
            case .wait(let milliseconds):
                return worker.submit(afterMilliseconds: milliseconds) { [weak self] in self?.run() }
            case .ask(let request):
                let answer = exchange(request)
                guard !worker.isStopped else { return }
                take(answer, to: request)
            }
        }
    }

    private func turn() -> Turn {
        let price = prices[InterestPoll.pricedElsewhere]
        return state.withLock { state in
            let now = MonotonicClock.nanoseconds()
            if let price, venue == .cme { state.sweep.learn(worth: price, of: InterestPoll.pricedElsewhere) }
            if let request = state.sweep.next(now: now, budget: &state.budget) { return .ask(request) }
            let due = state.sweep.ready(now: now, budget: state.budget) ?? now
            return .wait(milliseconds: Int(max(0, due - now) / 1_000_000) + 1)
        }
    }

    /// An answer of status 0 stands for none.
    private func exchange(_ request: RESTRequest) -> (answer: RESTAnswer, failure: String?) {
        do {
            return (try client.answer(to: request, cancellation: cancellation), nil)
        } catch {
            return (RESTAnswer(status: 0, body: []), "\(error)")
        }
    }

    private func take(_ exchanged: (answer: RESTAnswer, failure: String?), to request: RESTRequest) {
        let received = WallClock.microseconds()
        let (round, line) = state.withLock { state -> (InterestSweep?, String?) in
            let ended = state.sweep.sweeps
            let result = state.sweep.answered(request, exchanged.answer, received: received)
            state.budget.answered(request, exchanged.answer, result.outcome, now: MonotonicClock.nanoseconds())
            for sample in result.samples { state.samples[sample.contract] = sample }
            let line = state.note(exchanged.failure ?? InterestPoll.problem(result), of: request)
            guard state.sweep.sweeps > ended else { return (nil, line) }
            if let price = state.sweep.knowledge.worth[InterestPoll.pricedElsewhere], venue != .cme {
                prices.learn(price, of: InterestPoll.pricedElsewhere)
            }
            defer { state.samples = [:] }
            let whole = state.samples.values.filter { state.sweep.isWhole($0.contract) }
            let samples = whole.sorted { ($0.contract.symbol, $0.contract.quote) < ($1.contract.symbol, $1.contract.quote) }
            return (samples.isEmpty ? nil : InterestSweep(venue: venue, time: received, samples: samples), line)
        }
        if let line { report("\(.venue, venue): its open interest cannot be had: \(.reason, line)") }
        guard let round else { return }
        do {
            try sink(round)
        } catch {
            report(.error("\(.venue, venue): open interest cannot be kept: \(error)"))
        }
    }

    private static func problem(_ answer: OpenInterestAnswer) -> String? {
        switch answer.outcome {
        case .failed(let reason), .refused(let reason), .limited(let reason): reason
        case .done, .more: answer.faults.isEmpty ? nil : answer.lastFault
        }
    }
}
