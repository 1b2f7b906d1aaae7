import Feeds
import Lake
import MarketModel
import Notices
import Pipeline
import Recorder

/// The options that are followed, put together.
final class OptionTapes: Sendable {
    private let store: OptionStore
    private let collectors: [OptionCollector]
    private let worker = SerialWorker()
    private let report: @Sendable (Notice) -> Void

    /// Begins to follow.
    ///
    /// - Throws: what the lake throws, or the clients where they cannot start.
    init(_ options: RecordingOptions, lake: Lake, report: @escaping @Sendable (Notice) -> Void) throws {
        let store = try OptionStore(lake: lake, report: report)
        self.store = store
        self.report = report
        collectors = try Dictionary(grouping: options.optionFamilies, by: \.venue).sorted { $0.key < $1.key }.map { venue, families in
            var collecting = OptionCollector.Options()
            collecting.client = options.client
            collecting.endpoints = options.endpoints[venue]
            collecting.sizes = options.optionSizes
            collecting.wantsHistory = options.wantsOptionHistory
            return try OptionCollector(venue, families: families, lake: lake, store: store, options: collecting, report: report)
        }
        worker.submit { [weak self] in self?.seal() }
    }

    /// Makes files of the days that are over for an hour, when their blocks have come, and looks again every ten minutes.
    private func seal() {
        do {
            try store.seal(before: CivilDate(microseconds: WallClock.microseconds() - 3_600_000_000))
        } catch {
            report(.error("a day of options cannot be sealed: \(error)"))
        }
        worker.submit(afterMilliseconds: 600_000) { [weak self] in self?.seal() }
    }

    /// Whether all venues deliver and what was missed has been asked for.
    var isReady: Bool { collectors.allSatisfy(\.isSettled) }

    /// Ends the following: what was received is made durable.
    func stop() {
        for collector in collectors { collector.stop() }
        worker.stop()
        store.close()
    }
}
