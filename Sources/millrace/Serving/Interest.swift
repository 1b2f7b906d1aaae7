import Feeds
import Lake
import MarketModel
import MarketService
import OrderFlow
import Pipeline
import Recorder
import Transport

/// The open interest that is followed, put together.
final class Interest: Sendable {
    /// What is known of it.
    let market: InterestMarket
    private let collector: InterestCollector
    private let worker = SerialWorker()
    private let report: @Sendable (String) -> Void

    /// Begins to ask.
    ///
    /// - Throws: what the lake throws, or the clients where they cannot start.
    init(_ options: RecordingOptions, lake: Lake, report: @escaping @Sendable (String) -> Void) throws {
        let adapters = options.interest.compactMap { FeedCatalogue.openInterest(of: $0, endpoints: options.endpoints[$0]) }
        let periods = Dictionary(uniqueKeysWithValues: adapters.map { ($0.venue, Int64($0.period) * 1_000_000) })
        let market = try InterestMarket(lake: lake, venues: periods, report: report)
        self.market = market
        self.report = report
        collector = try InterestCollector(adapters, client: options.client, sink: { try market.take($0) }, report: report)
        worker.submit { [weak self] in self?.seal() }
    }

    /// Makes files of the days that are over, and looks again every ten minutes.
    private func seal() {
        do {
            try market.seal(at: WallClock.microseconds())
        } catch {
            report("a day of open interest cannot be sealed: \(error)")
        }
        worker.submit(afterMilliseconds: 600_000) { [weak self] in self?.seal() }
    }

    /// Whether every venue has told something.
    var isReady: Bool {
        !market.states(at: WallClock.microseconds()).values.contains(.unknown)
    }

    /// Ends the asking.
    func stop() {
        collector.stop()
        worker.stop()
        market.stop()
    }
}
