public import Feeds
public import MarketModel
public import Notices
import Pipeline
import Synchronization
public import Transport

/// Asks Binance once for the open interest of the last 41 hours, contract by contract, within what it allows.
///
///     let backfill = try InterestBackfill([usdMargined], client: client, contracts: { market.contracts(of: $0) }, sink: { … }) { print($0) }
///     …
///     backfill.stop()
///
/// A thread asks and waits; what a venue says is handed on when all its contracts have been asked for.
public final class InterestBackfill: Sendable {
    private struct State: Sendable {
        var budget = RateBudget([BinanceOpenInterest.historyRate])
        var venues: [BinanceOpenInterest]
        /// The symbols that are still to be asked for of the first of ``venues``; nil until its contracts are known.
        var symbols: [String]?
        var readings: [OpenInterestReading] = []
        var failures = 0
        var lastFailure = ""

        mutating func fail(_ reason: String) {
            failures += 1
            lastFailure = reason
            symbols?.removeLast()
        }
    }

    private let client: HTTPClient
    private let contracts: @Sendable (Venue) -> [OpenInterestContract]
    private let sink: @Sendable ([OpenInterestReading]) throws -> Void
    private let report: @Sendable (Notice) -> Void
    private let state: Mutex<State>
    private let worker = SerialWorker()
    private let cancellation = Cancellation()

    /// Begins to ask.
    ///
    /// - Parameters:
    ///   - venues: that are asked, one after another.
    ///   - contracts: a venue's, empty until they are known.
    ///   - sink: takes a venue's readings; what it throws is reported, and the readings are lost.
    ///   - report: told in one line what came of a venue.
    /// - Throws: ``TransportError`` where a client cannot start.
    public init(
        _ venues: [BinanceOpenInterest], client: ClientOptions, contracts: @escaping @Sendable (Venue) -> [OpenInterestContract],
        sink: @escaping @Sendable ([OpenInterestReading]) throws -> Void, report: @escaping @Sendable (Notice) -> Void
    ) throws {
        self.client = try HTTPClient(options: client)
        self.contracts = contracts
        self.sink = sink
        self.report = report
        state = Mutex(State(venues: venues))
        worker.submit { [weak self] in self?.run() }
    }

    deinit { stop() }

    /// Ends the asking; what was not handed on is forgotten.
    public func stop() {
        cancellation.cancel()
        worker.stop()
    }

    private enum Turn {
        case ask(RESTRequest, String, BinanceFeed.Market)
        case wait(milliseconds: Int)
        case handOn(Venue, [OpenInterestReading], failures: Int, last: String)
        case end
    }

    private func run() {
        while !worker.isStopped {
            switch turn() {
            case .end: return
            case .wait(let milliseconds): return worker.submit(afterMilliseconds: milliseconds) { [weak self] in self?.run() }
            case .ask(let request, let symbol, let market): ask(request, symbol, market)
            case .handOn(let venue, let readings, let failures, let last): handOn(venue, readings, failures, last)
            }
        }
    }

    private func turn() -> Turn {
        state.withLock { state in
            guard let adapter = state.venues.first else { return .end }
            if state.symbols == nil {
                let known = contracts(adapter.venue).map(\.symbol)
                guard !known.isEmpty else { return .wait(milliseconds: 1000) }
                state.symbols = known.reversed()
            }
            while let symbol = state.symbols?.last {
                guard let request = adapter.history(symbol, period: "5m") else {
                    state.symbols?.removeLast()
                    continue
                }
                let now = MonotonicClock.nanoseconds()
                guard state.budget.take(request, now: now) else {
                    return .wait(milliseconds: Int((state.budget.ready(request, now: now) - now) / 1_000_000) + 1)
                }
                return .ask(request, symbol, adapter.market)
            }
            state.venues.removeFirst()
            defer { (state.symbols, state.readings, state.failures) = (nil, [], 0) }
            return .handOn(adapter.venue, state.readings, failures: state.failures, last: state.lastFailure)
        }
    }

    private func ask(_ request: RESTRequest, _ symbol: String, _ market: BinanceFeed.Market) {
        let (answer, history): (RESTAnswer, OpenInterestHistory?)
        do {
            answer = try client.answer(to: request, cancellation: cancellation)
            history = answer.status < 400 ? .binance(answer.body, market: market, symbol: symbol) : nil
        } catch {
            return state.withLock { $0.fail("\(error)") }
        }
        state.withLock { state in
            let outcome: RESTOutcome =
                switch answer.status {
                case 403, 418, 429: .limited(reason: "HTTP \(answer.status)")
                case 400...: .failed(reason: "HTTP \(answer.status)")
                default: history?.outcome ?? .done
                }
            state.budget.answered(request, answer, outcome, now: MonotonicClock.nanoseconds())
            switch outcome {
            case .limited: return
            case .failed(let reason), .refused(let reason): state.fail(reason)
            case .done, .more:
                state.readings += history?.readings ?? []
                state.symbols?.removeLast()
            }
        }
    }

    private func handOn(_ venue: Venue, _ readings: [OpenInterestReading], _ failures: Int, _ last: String) {
        do {
            if !readings.isEmpty { try sink(readings) }
            if failures == 0 {
                report(.debug("\(.venue, venue): \(.count, readings.count) readings of open interest of the last 41 hours"))
            } else {
                report("\(.venue, venue): the open interest of the last 41 hours lacks \(.count, failures) contracts: \(.reason, last)")
            }
        } catch {
            report(.error("\(.venue, venue): the past of its open interest cannot be kept: \(error)"))
        }
    }
}
