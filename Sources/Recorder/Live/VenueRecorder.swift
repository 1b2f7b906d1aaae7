public import Feeds
public import Lake
public import MarketModel
import Pipeline
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
        /// How rows are put in order, and missing ones asked for, where ids tell.
        public var order = VenueRecorder.Options.order
        /// The same where they do not.
        public var arrivals = ArrivalTape.Options()
        /// How often instruments are asked for again, in seconds.
        public var listingSeconds = 3600
        /// How many of the newest trades an instrument without a tape begins with; as far as the venue gives them.
        public var firstTrades = 1000
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
    private let feed: any FeedAdapter
    private let lake: Lake
    private let sink: any LiveSink
    private let options: Options
    private let report: @Sendable (String) -> Void
    private let journal: Journal
    private let commits: CommitBook
    private let loop: WebSocketLoop
    private let follower: FollowerPlace
    private let desk: VenueDesk
    /// Prepares instruments and seals days.
    private let worker = SerialWorker()
    private let book = Mutex(InstrumentBook())

    /// What is wanted, and what the venue has.
    private struct InstrumentBook: Sendable {
        var listed: [String: ListedInstrument] = [:]
        var tradable: [Instrument]?
        var wanted: [String] = []
        var begun: Set<String> = []
        /// Scales that rows needed beyond what the venue says.
        var scales: [String: Scales] = [:]
    }

    /// Starts to record; instruments are named with ``record(_:)``.
    ///
    /// - Parameter report: told in one line of what an operator should see, from any thread.
    /// - Throws: what the lake throws where its journal cannot be opened, or the client where it cannot start.
    public init(
        feed: any FeedAdapter, rest: any RESTAdapter, lake: Lake, sink: any LiveSink, options: Options = Options(),
        report: @escaping @Sendable (String) -> Void
    ) throws {
        let name = feed.venue.name
        let tell: @Sendable (String) -> Void = { report("\(name): \($0)") }
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
            lake: lake, venue: feed.venue, commitMilliseconds: options.commitMilliseconds, report: tell, onCommit: { commits.take($0) })
        let (journal, seed) = (journal, options.seed)
        loop = try WebSocketLoop(options: options.client) { loop in
            let ask: (String, TapeKeeper.Wish) -> Void = { symbol, wish in
                desk.ask(wish.errand(symbol)) { answer in
                    if let reason = answer.reason { tell("\(symbol): \(reason)") }
                    loop.perform { place.get()?.answered(symbol, wish, answer.trades, answer.outcome, received: answer.received) }
                }
            }
            let events = VenueEvents(
                notice: tell, needsScales: { instrument, scales in place.needsScales(instrument.symbol, scales) },
                refusedRows: { count, instrument in tell("\(count) trades of \(instrument.symbol) are dropped: the disk takes nothing") })
            let follower = VenueFollower(loop, adapter: feed, journal: journal, events: events, seed: seed, ask: ask)
            place.set(follower)
            return follower
        }
        place.onNeedsScales { [weak self] symbol, scales in self?.widen(symbol, scales) }
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

    /// Why trades are not made durable at this moment, or nil if they are.
    public var problem: String? { journal.problem }

    /// Ends the recording: what was received is made durable.
    public func stop() {
        desk.stop()
        worker.stop()
        loop.stop()
        journal.close()
    }

    // MARK: Instruments, on the worker's thread

    /// Asks what the venue lists, again and again.
    private func list() {
        var wait = options.listingSeconds * 1000
        do {
            let listed = try desk.instruments()
            book.withLock { book in
                book.listed = Dictionary(listed.map { ($0.instrument.symbol, $0) }) { first, _ in first }
                book.tradable = listed.filter(\.isTrading).map(\.instrument).sorted { $0.symbol < $1.symbol }
            }
            endDelisted()
            beginWanted()
        } catch {
            guard !worker.isStopped else { return }
            report("its instruments cannot be had: \(error)")
            wait = 10_000
        }
        worker.submit(afterMilliseconds: wait) { [weak self] in self?.list() }
    }

    private func beginWanted() {
        let (ready, unknown) = book.withLock { book -> ([ListedInstrument], [String]) in
            guard !book.listed.isEmpty else { return ([], []) }
            let missing = book.wanted.filter { !book.begun.contains($0) }
            return (missing.compactMap { book.listed[$0] }.filter(\.isTrading), missing.filter { book.listed[$0] == nil })
        }
        for symbol in unknown { report("\(symbol) is not listed") }
        for listed in ready {
            guard !worker.isStopped else { return }
            begin(listed)
        }
    }

    private func begin(_ listed: ListedInstrument) {
        let instrument = listed.instrument
        let symbol = instrument.symbol
        let scales = book.withLock { book in
            book.begun.insert(symbol)
            return book.scales[symbol].map { $0.union(listed.scales) } ?? listed.scales
        }
        do {
            let held = try journal.open(instrument, scales: scales, stream: feed.tapeStream)
            let tape = try lake.tape(venue: venue, symbol: symbol)
            let journal = journal
            let tapeSink = try sink.begin(
                LiveTapeStart(instrument: instrument, scales: held.scales, tape: tape, settle: { try journal.flush() }))
            commits.add(held.symbol, tapeSink)
            let keeper = TapeKeeper(
                instrument: instrument, scales: held.scales, tape: held, order: options.order, arrivals: options.arrivals)
            loop.perform { [follower] in follower.get()?.add(keeper, journal: held.symbol, sink: tapeSink) }
        } catch {
            book.withLock { _ = $0.begun.remove(symbol) }
            report("\(symbol) cannot be recorded: \(error)")
        }
    }

    /// Gives a tape that begins the trades before it that the venue still tells of.
    private func beginWithNewest(_ keeper: inout TapeKeeper) {
        guard options.firstTrades > 0 else { return }
        do {
            let trades = try desk.newestTrades(keeper.instrument.symbol, count: options.firstTrades)
            keeper.begin(with: trades, received: WallClock.microseconds(), at: MonotonicClock.nanoseconds())
        } catch {
            guard !worker.isStopped else { return }
            report("\(keeper.instrument.symbol) begins without earlier trades: \(error)")
        }
    }

    /// Begins an instrument again whose rows have more digits than its tape.
    private func widen(_ symbol: String, _ scales: Scales) {
        worker.submit { [weak self] in
            guard let self else { return }
            let listed = book.withLock { book -> ListedInstrument? in
                let wider = book.scales[symbol].map { $0.union(scales) } ?? scales
                guard book.scales[symbol] != wider else { return nil }
                book.scales[symbol] = wider
                return book.listed[symbol]
            }
            // All rows at the old scales are on the disk before the first at the new ones.
            guard let listed, (try? journal.flush()) != nil else { return }
            begin(listed)
        }
    }

    /// Makes the days that are over part of the sealed tape; looks again every minute, since an import may be writing now.
    private func seal() {
        let today = CivilDate(microseconds: WallClock.microseconds() - options.sealingSeconds * 1_000_000)
        do {
            try journal.seal(before: today)
        } catch {
            if (error as? LakeError)?.isBusy != true { report("a day that is over cannot be sealed: \(error)") }
        }
        worker.submit(afterMilliseconds: 60_000) { [weak self] in self?.seal() }
    }

    private func endDelisted() {
        let gone = book.withLock { book in
            let gone = book.begun.filter { book.listed[$0]?.isTrading != true }
            book.begun.subtract(gone)
            return gone
        }
        for symbol in gone {
            report("\(symbol) is no longer traded")
            loop.perform { [follower] in follower.get()?.remove(symbol, reason: "no longer traded") }
        }
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

extension ListedInstrument {
    /// Whether trades are printed now.
    var isTrading: Bool { status == .trading }

    /// What prices and quantities need, as far as the venue says: rows that need more make the tape wider.
    var scales: Scales {
        Scales(price: priceTick?.normalized.scale ?? 0, quantity: quantityStep?.normalized.scale ?? 0)
    }
}
