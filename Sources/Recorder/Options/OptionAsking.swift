import Feeds
import MarketModel
import Notices
import Pipeline
import Synchronization
import Transport

/// Asks a venue over REST for what its streams of options do not tell.
final class OptionAsking: Sendable {
    private struct State: Sendable {
        var repair: OptionRepair
        var budget: RateBudget
        var sizes: OptionSizes
        var problem: String?
        var isDelivering = false
        var hasAsked = false
    }

    private let adapter: any OptionRESTAdapter
    private let client: HTTPClient
    private let clock: @Sendable () -> Int64
    private let writing: OptionWriting
    private let report: @Sendable (Notice) -> Void
    private let state: Mutex<State>
    private let worker = SerialWorker()
    private let cancellation = Cancellation()

    init(
        _ venue: Venue, families: [OptionFamily], begins: (tapes: [OptionFamily: OptionRepair.Begin], lastBlock: String),
        options: OptionCollector.Options, writing: OptionWriting, report: @escaping @Sendable (Notice) -> Void
    ) throws {
        guard let adapter = FeedCatalogue.optionREST(of: venue, endpoints: options.endpoints) else {
            throw OptionCollectorError(reason: "\(venue) has no options that can be followed")
        }
        self.adapter = adapter
        self.writing = writing
        self.report = report
        clock = options.clock
        client = try HTTPClient(options: options.client)
        state = Mutex(
            State(
                repair: OptionRepair(
                    adapter: adapter, families: families, begins: begins.tapes, lastBlock: begins.lastBlock,
                    seconds: options.sweepSeconds, wantsHistory: options.wantsHistory),
                budget: RateBudget(adapter.rates), sizes: options.sizes))
    }

    /// What contracts are on, as far as is known by now.
    var sizes: OptionSizes { state.withLock { $0.sizes } }

    /// Whether the venue delivers and nothing is left to ask for.
    var isSettled: Bool { state.withLock { $0.isDelivering && $0.hasAsked && $0.repair.count == 0 } }

    /// Takes what the stream told into account.
    func took(_ trades: [OptionTrade]) {
        state.withLock { state in
            state.repair.took(trades)
            // Within the lock, so that what is said later is written later.
            writing.take(state.repair.takeClaims())
        }
    }

    /// The venue delivers some families, or blocks, for the first time or again.
    func connected(_ names: [String]) {
        let time = clock()
        state.withLock { state in
            state.isDelivering = true
            state.repair.connected(names, at: time)
        }
    }

    /// The venue does not deliver them any more.
    func lost(_ names: [String]) { state.withLock { $0.repair.lost(names) } }

    func start() { worker.submit { [weak self] in self?.run() } }

    func stop() {
        cancellation.cancel()
        worker.stop()
    }

    private func run() {
        while !worker.isStopped {
            let request = state.withLock { state -> RESTRequest? in
                // What is missing is asked for once the stream tells of what comes next.
                guard state.isDelivering else { return nil }
                return state.repair.next(now: MonotonicClock.nanoseconds(), time: clock(), budget: &state.budget)
            }
            guard let request else {
                return worker.submit(afterMilliseconds: 50) { [weak self] in self?.run() }
            }
            ask(request)
        }
    }

    private func ask(_ request: RESTRequest) {
        var answer = RESTAnswer(status: 0, body: [])
        var failure: String?
        do {
            answer = try client.answer(to: request, cancellation: cancellation)
        } catch {
            failure = "\(error)"
        }
        guard !worker.isStopped else { return }
        let time = clock()
        var page = OptionPage(OptionBatch(sizes: sizes, received: time, source: .rest))
        var outcome = OptionReader(adapter: adapter).read(answer, to: request, into: &page)
        if !writing.take(page.batch) { outcome = .failed(reason: "its trades cannot be kept") }
        let line = state.withLock { state -> String? in
            state.hasAsked = true
            let now = MonotonicClock.nanoseconds()
            state.budget.answered(request, answer, outcome, now: now)
            let problem = state.repair.answered(outcome, page, now: now)
            writing.take(state.repair.takeClaims())
            let said = failure ?? problem
            defer { state.problem = said }
            return said == state.problem ? nil : said
        }
        if let line { report("options that lack cannot be had: \(.reason, line)") }
        for (family, sizes) in page.batch.listed { learn(sizes, of: family, at: time) }
    }

    /// Takes over what a list says of sizes now; the venue may have changed them since the table was written.
    private func learn(_ listed: Set<FixedPoint>, of family: OptionFamily, at time: Int64) {
        guard let size = listed.first, listed.count == 1 else {
            let sizes = listed.map(\.description).sorted().joined(separator: ", ")
            return report("\(.family, family) lists contracts on several amounts: \(.now, sizes)")
        }
        let known = state.withLock { $0.sizes.size(of: family, at: time) }
        guard known != size else { return }
        // Trades of the last hour come with the first answers.
        state.withLock { $0.sizes.add(family, size, from: known == nil ? time - 3_600_000_000 : time) }
        guard let known else { return report(.debug("a contract of \(.family, family) is on \(.now, size) coins")) }
        report("a contract of \(.family, family) is on \(.now, size) coins, and was on \(.before, known)")
    }
}

/// Why options are not followed.
public struct OptionCollectorError: Error, Sendable, CustomStringConvertible {
    let reason: String

    public var description: String { reason }
}
