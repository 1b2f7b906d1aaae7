import Feeds
import Lake
import MarketModel
import MarketService
import Notices
import Recorder
import Synchronization
import Transport

/// The venues that are recorded live, put together.
final class Recording: Sendable {
    /// The venues that can be recorded.
    static let venues: [Venue] = Venue.known.filter { FeedCatalogue.feed(of: $0) != nil }

    /// What is recorded, for those who follow it.
    let live: LiveMarket
    private let recorders: [VenueRecorder]
    private let named: [(venue: Venue, symbol: String)]
    /// How many instruments of each venue may be begun because somebody asked for them.
    private let onDemand: Mutex<[Venue: Int]>

    /// Begins to record.
    ///
    /// - Throws: what the lake throws, or the clients where they cannot start.
    init(_ options: RecordingOptions, lake: Lake, report: @escaping @Sendable (Notice) -> Void) throws {
        var follow = LiveOptions()
        follow.intervals = options.intervals
        let live = LiveMarket(lake: lake, options: follow, report: report)
        self.live = live
        onDemand = Mutex(options.onDemand)
        named = options.symbols.flatMap { entry in entry.symbols.map { (entry.venue, $0) } }
        recorders = try options.symbols.map { venue, symbols in
            let endpoints = options.endpoints[venue]
            guard let feed = FeedCatalogue.feed(of: venue, endpoints: endpoints),
                let rest = FeedCatalogue.rest(of: venue, endpoints: endpoints)
            else { throw CommandError("\(venue.name) cannot be recorded") }
            var recorder = VenueRecorder.Options()
            recorder.client = options.client
            recorder.firstTrades = MarketService.recentTrades
            let running = try VenueRecorder(feed: feed, rest: rest, lake: lake, sink: live, options: recorder, report: report)
            running.record(symbols)
            return running
        }
    }

    /// Why trades of a venue are not made durable at this moment, or nil if all are.
    var problem: String? {
        recorders.lazy.compactMap { recorder in recorder.problem.map { "\(recorder.venue.name): \($0)" } }.first
    }

    /// The instruments that were named and are not followed yet, or have no trade on tape. One that is quiet is ready all the same.
    var unready: [String] {
        named.filter { venue, symbol in live.instrument(venue, symbol).map { $0.state != .live || $0.firstTime == nil } ?? true }
            .map { "\($0.venue.name) \($0.symbol)" }
    }

    /// Writes how the recording is doing.
    func write(to text: inout MetricsText) {
        let activity = recorders.map { (venue: $0.venue.name, counts: $0.activity, problem: $0.problem, times: $0.commitTimes) }
        func samples(_ value: (RecorderCounts) -> Int) -> [MetricsText.Sample] {
            activity.map { .init(Double(value($0.counts)), ["venue": $0.venue]) }
        }
        text.counter("millrace_trades_total", "Trades that were recorded", samples(\.trades))
        text.counter("millrace_repaired_trades_total", "Recorded trades that a REST endpoint brought", samples(\.repaired))
        text.counter("millrace_gaps_total", "Holes that were found", samples(\.gaps))
        text.gauge("millrace_journal_waiting_rows", "Rows that wait to be made durable", samples(\.waiting))
        text.gauge(
            "millrace_journal_blocked", "1 while the disk takes nothing",
            activity.map { .init($0.problem == nil ? 0 : 1, ["venue": $0.venue]) })
        text.histogram(
            "millrace_journal_commit_duration_seconds", "From the first row of a round to its being durable",
            activity.map { (["venue": $0.venue], $0.times) })
    }

    /// Ends the recording: what was received is made durable.
    func stop() {
        for recorder in recorders { recorder.stop() }
        live.stop()
    }
}

extension Recording: LiveVenues {
    func tradable(_ venue: Venue) -> [Instrument]? { recorder(venue)?.tradable }

    func follow(_ venue: Venue, _ symbol: String) -> Following {
        guard let recorder = recorder(venue) else { return .unlisted }
        if recorder.isRecording(symbol) { return .begun }
        guard recorder.tradable?.contains(where: { $0.symbol == symbol }) == true else { return .unlisted }
        let isAllowed = onDemand.withLock { left -> Bool in
            guard let count = left[venue], count > 0 else { return false }
            left[venue] = count - 1
            return true
        }
        guard isAllowed else { return .full }
        recorder.record([symbol])
        return .begun
    }

    private func recorder(_ venue: Venue) -> VenueRecorder? { recorders.first { $0.venue == venue } }
}
