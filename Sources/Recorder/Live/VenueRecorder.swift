public import Feeds
public import Lake
public import MarketModel
public import Notices
public import Pipeline
import Synchronization
public import TapeSequencer
public import Transport

/// Records the trades of some instruments of one venue: connects, puts rows in order, finds and fills holes, and makes all of it durable.
///
///     let recorder = try VenueRecorder(feed: BinanceFeed(.spot), rest: BinanceREST(.spot), lake: lake, sink: live) { print($0) }
///     recorder.record(["BTCUSDT", "ETHUSDT"])
///     …
///     recorder.stop()
///
/// One thread reads the sockets, one prepares instruments and seals days, two ask the venue, and the journal writes on its own.
public final class VenueRecorder: Sendable {
    /// How it records.
    public struct Options: Sendable {
        /// How it connects.
        public var client = ClientOptions()
        /// Decides the jitter of its waits.
        public var seed: UInt64 = 1
        /// How often what came is made durable, in milliseconds.
        public var commitMilliseconds = 100
        /// How many rows wait in memory while the disk takes none; about 80 bytes each. Further ones are dropped and asked for later.
        public var waitingRows = 2_000_000
        /// How rows are put in order, and missing ones asked for, where ids tell.
        public var order = VenueRecorder.Options.order
        /// The same where they do not.
        public var arrivals = ArrivalTape.Options()
        /// How often instruments are asked for again, in seconds.
        public var listingSeconds = 3600
        /// How many of the newest trades an instrument without a tape begins with; as far as the venue gives them.
        public var firstTrades = 1000
        /// How many instruments at most begin with earlier trades at once; of more each begins with what its venue tells once it delivers.
        public var firstTradesOf = 16
        /// How long after midnight UTC a day is sealed, in seconds: what comes later still goes to the sealed day.
        public var sealingSeconds: Int64 = 600

        /// The defaults.
        public init() {}

        private static var order: LiveTape.Options {
            var options = LiveTape.Options()
            // Only repetitions are looked up there, and hundreds of instruments have a memory each.
            options.memory = 1024
            return options
        }
    }

    /// The venue.
    public var venue: Venue { feed.venue }
    let feed: any FeedAdapter
    let lake: Lake
    let sink: any LiveSink
    let options: Options
    let report: @Sendable (Notice) -> Void
    let journal: Journal
    let commits: CommitBook
    let loop: WebSocketLoop
    let follower: FollowerPlace
    let desk: VenueDesk
    let counts = FollowerCounts()
    /// Prepares instruments and seals days.
    let worker = SerialWorker()
    let book = Mutex(InstrumentBook())

    /// What is wanted, and what the venue has.
    struct InstrumentBook: Sendable {
        var listed: [String: ListedInstrument] = [:]
        var tradable: [Instrument]?
        var wanted: [String] = []
        var begun: Set<String> = []
        /// Scales that rows needed beyond what the venue says.
        var scales: [String: Scales] = [:]
        /// How many rows the journal has refused, of those whose recording has to begin again for that.
        var refused: [String: Int] = [:]
    }

    /// Starts to record; instruments are named with ``record(_:)``.
    ///
    /// - Parameter report: told in one line of what an operator should see, from any thread.
    /// - Throws: what the lake throws where its journal cannot be opened, or the client where it cannot start.
    public init(
        feed: any FeedAdapter, rest: any RESTAdapter, lake: Lake, sink: any LiveSink, options: Options = Options(),
        report: @escaping @Sendable (Notice) -> Void
    ) throws {
        let name = feed.venue.name
        let tell: @Sendable (Notice) -> Void = { report($0.of(.venue, name)) }
        let commits = CommitBook()
        let desk = VenueDesk(adapter: rest, client: try HTTPClient(options: options.client))
        let place = FollowerPlace()
        self.feed = feed
        self.lake = lake
        self.sink = sink
        self.options = options
        self.report = tell
        self.commits = commits
        self.desk = desk
        follower = place
        journal = try Journal(
            lake: lake, venue: feed.venue, commitMilliseconds: options.commitMilliseconds, maximumRows: options.waitingRows, report: tell,
            onCommit: { commits.take($0) })
        let (journal, seed, counts) = (journal, options.seed, counts)
        loop = try WebSocketLoop(options: options.client) { loop in
            let ask: (String, TapeKeeper.Wish) -> Void = { symbol, wish in
                desk.ask(wish.errand(symbol)) { answer in
                    if let reason = answer.reason { tell("what \(.symbol, symbol) lacks cannot be had: \(.reason, reason)") }
                    loop.perform { place.get()?.answered(symbol, wish, answer.trades, answer.outcome, received: answer.received) }
                }
            }
            let events = VenueEvents(
                notice: tell, needsScales: { instrument, scales in place.needsScales(instrument.symbol, scales) },
                refusedRows: { count, instrument in place.refusedRows(instrument.symbol, count) })
            let follower = VenueFollower(loop, adapter: feed, journal: journal, events: events, counts: counts, seed: seed, ask: ask)
            place.set(follower)
            return follower
        }
        place.onNeedsScales { [weak self] symbol, scales in self?.widen(symbol, scales) }
        place.onRefusedRows { [weak self] symbol, count in self?.refused(symbol, count) }
        worker.submit { [weak self] in self?.list() }
        worker.submit { [weak self] in self?.seal() }
    }

    deinit { stop() }

    /// Records more instruments, by the venue's own symbols; those that are recorded already are left alone.
    public func record(_ symbols: [String]) {
        book.withLock { book in book.wanted += symbols.filter { !book.wanted.contains($0) } }
        worker.submit { [weak self] in self?.beginWanted() }
    }

    /// The instruments that the venue trades, as it last said, by symbol; nil before it has.
    ///
    /// - Complexity: O(1).
    public var tradable: [Instrument]? { book.withLock { $0.tradable } }

    /// Whether an instrument is recorded, or is about to be.
    public func isRecording(_ symbol: String) -> Bool { book.withLock { $0.wanted.contains(symbol) } }

    /// How many instruments are recorded, or are about to be.
    public var count: Int { book.withLock { $0.wanted.count } }

    /// Waits until all that was received is durable.
    ///
    /// - Throws: what the journal throws.
    public func flush() throws { try journal.flush() }

    /// How long it took to make trades durable, round after round.
    public var commitTimes: LatencyHistogram.Snapshot { journal.commitTimes }

    /// Why trades are not made durable at this moment, or nil if they are.
    public var problem: String? { journal.problem }

    /// Ends the recording: what was received is made durable.
    public func stop() {
        desk.stop()
        worker.stop()
        loop.stop()
        journal.close()
    }
}

extension TapeKeeper.Wish {
    /// The same, of a symbol.
    func errand(_ symbol: String) -> RepairQueue.Wish {
        switch self {
        case .ids(let range): .ids(symbol, range)
        case .newest: .recent(symbol)
        }
    }
}
