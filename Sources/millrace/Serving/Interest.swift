import Feeds
import Lake
import MarketModel
import MarketService
import Notices
import OrderFlow
import Pipeline
import Recorder
import Transport

/// The open interest that is followed, put together.
final class Interest: Sendable {
    /// What is known of that of contracts.
    let market: InterestMarket
    /// What is taken of that of options; nil where nothing is followed.
    private let options: OptionInterest?
    private let collector: InterestCollector
    private let backfill: InterestBackfill
    private let worker = SerialWorker()
    private let report: @Sendable (Notice) -> Void

    /// Begins to ask.
    ///
    /// - Throws: what the lake throws, or the clients where they cannot start.
    init(_ options: RecordingOptions, lake: Lake, limits: QueryLimits, report: @escaping @Sendable (Notice) -> Void) throws {
        let adapters = options.interest.compactMap { FeedCatalogue.openInterest(of: $0, endpoints: options.endpoints[$0]) }
        let families = Dictionary(grouping: options.optionFamilies, by: \.venue).sorted { $0.key < $1.key }
        let optionAdapters = families.compactMap { venue, families in
            FeedCatalogue.optionInterest(of: venue, families: families, endpoints: options.endpoints[venue])
        }
        func periods(_ adapters: [any OpenInterestAdapter]) -> [Venue: Int64] {
            let seconds = adapters.map { ($0.venue, Int64(options.interestSeconds ?? $0.period) * 1_000_000) }
            return Dictionary(uniqueKeysWithValues: seconds)
        }
        let all = adapters + optionAdapters
        // One process has one store: contracts and options share it.
        let store = all.isEmpty ? nil : try InterestStore(lake: lake, report: report)
        let market = try InterestMarket(lake: lake, venues: periods(adapters), store: store, limits: limits, report: report)
        let optionInterest = store.map { OptionInterest(store: $0, venues: periods(optionAdapters)) }
        self.market = market
        self.options = optionInterest
        self.report = report
        collector = try InterestCollector(
            all, client: options.client, seconds: options.interestSeconds, factors: options.interestFactors,
            sink: { sweep in
                if sweep.venue.isOptions { try optionInterest?.take(sweep) } else { try market.take(sweep) }
            }, report: report)
        // Changes over a day want to know what was a day ago.
        let lacking = market.venuesWithout(dataAt: WallClock.microseconds() - CivilDate.dayLength)
        backfill = try InterestBackfill(
            adapters.compactMap { $0 as? BinanceOpenInterest }.filter { lacking.contains($0.venue) }, client: options.client,
            contracts: { venue in market.contracts.filter { $0.venue == venue } }, sink: { _ = try market.add($0) }, report: report)
        worker.submit { [weak self] in self?.seal() }
    }

    /// Makes files of the days that are over, and looks again every ten minutes.
    private func seal() {
        do {
            try market.seal(at: WallClock.microseconds())
        } catch {
            report(.error("a day of open interest cannot be sealed: \(error)"))
        }
        worker.submit(afterMilliseconds: 600_000) { [weak self] in self?.seal() }
    }

    /// Whether every venue has told something.
    var isReady: Bool {
        let now = WallClock.microseconds()
        return !market.states(at: now).values.contains(.unknown) && options?.states(at: now).values.contains(.unknown) != true
    }

    /// Ends the asking.
    func stop() {
        backfill.stop()
        collector.stop()
        worker.stop()
        market.stop()
    }
}
