import Feeds
import Lake
import MarketModel
import MarketService
import Recorder

/// The venues that are recorded live, put together.
final class Recording: Sendable {
    /// The venues that can be recorded.
    static let venues: [Venue] = Venue.known.filter { FeedCatalogue.feed(of: $0) != nil }

    /// What is recorded, for those who follow it.
    let live: LiveMarket
    private let recorders: [VenueRecorder]

    /// Begins to record.
    ///
    /// - Throws: what the lake throws, or the clients where they cannot start.
    init(_ options: RecordingOptions, lake: Lake, report: @escaping @Sendable (String) -> Void) throws {
        var follow = LiveOptions()
        follow.intervals = options.intervals
        let live = LiveMarket(lake: lake, options: follow, report: report)
        self.live = live
        recorders = try options.symbols.map { venue, symbols in
            let endpoints = options.endpoints[venue]
            guard let feed = FeedCatalogue.feed(of: venue, endpoints: endpoints),
                let rest = FeedCatalogue.rest(of: venue, endpoints: endpoints)
            else { throw CommandError("\(venue.name) cannot be recorded") }
            var recorder = VenueRecorder.Options()
            recorder.client = options.client
            let running = try VenueRecorder(feed: feed, rest: rest, lake: lake, sink: live, options: recorder, report: report)
            running.record(symbols)
            return running
        }
    }

    /// Why trades of a venue are not made durable at this moment, or nil if all are.
    var problem: String? {
        recorders.lazy.compactMap { recorder in recorder.problem.map { "\(recorder.venue.name): \($0)" } }.first
    }

    /// Ends the recording: what was received is made durable.
    func stop() {
        for recorder in recorders { recorder.stop() }
        live.stop()
    }
}
