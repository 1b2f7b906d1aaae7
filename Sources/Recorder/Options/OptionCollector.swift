public import Feeds
public import Lake
public import MarketModel
import Notices
import Pipeline
import Synchronization
public import Transport

/// Records the trades of some families of options of one venue: follows them, asks for what was missed and what comes late, and makes all of it
/// durable.
///
///     let collector = try OptionCollector(.okxOptions, families: families, lake: lake, store: store) { print($0) }
///     …
///     collector.stop()
///
/// One thread reads the sockets, one asks the venue, one writes.
public final class OptionCollector: Sendable {
    /// How it records.
    public struct Options: Sendable {
        /// How it connects.
        public var client = ClientOptions()
        /// Where the venue's servers are; nil for its own.
        public var endpoints: Endpoints?
        /// What contracts are on.
        public var sizes = OptionSizes.known
        /// Whether a new tape begins as far back as the venue tells: OKX three months, Deribit five days.
        public var wantsHistory = false
        /// From one look at the newest trades and blocks to the next.
        public var sweepSeconds = 60
        /// Decides the jitter of its waits.
        public var seed: UInt64 = 1
        /// How often what came is made durable, in milliseconds.
        public var commitMilliseconds = 100
        /// How many trades wait in memory while the disk takes none. Further ones are dropped; the venue tells of them again.
        public var waitingTrades = 200_000
        /// What time it is, in microseconds since 1970-01-01 UTC, for those who follow a simulator with a clock of its own.
        public var clock: @Sendable () -> Int64 = { WallClock.microseconds() }

        /// The defaults.
        public init() {}
    }

    /// The venue.
    public let venue: Venue
    /// The families.
    public let families: [OptionFamily]
    private let loop: WebSocketLoop
    private let asking: OptionAsking
    private let writing: OptionWriting

    /// Begins to record, where the tapes of the families end.
    ///
    /// - Parameters:
    ///   - sink: is told of trades once they are durable, on the writing thread; of some more than once.
    ///   - report: told in one line of what an operator should see, from any thread.
    /// - Throws: what the lake throws where its tapes cannot be read, or the clients where they cannot start.
    public init(
        _ venue: Venue, families: [OptionFamily], lake: Lake, store: OptionStore, options: Options = Options(),
        sink: @escaping @Sendable ([OptionTrade]) -> Void = { _ in }, report: @escaping @Sendable (Notice) -> Void
    ) throws {
        let tell: @Sendable (Notice) -> Void = { report($0.of(.venue, venue)) }
        self.venue = venue
        self.families = families
        let writing = OptionWriting(families: families, store: store, options: options, sink: sink, report: tell)
        let asking = try OptionAsking(
            venue, families: families, begins: OptionCollector.begins(families, lake, now: options.clock()), options: options,
            writing: writing, report: tell)
        self.writing = writing
        self.asking = asking
        let feeds = FeedCatalogue.optionFeeds(of: venue, families: families, endpoints: options.endpoints)
        let clock = options.clock
        loop = try WebSocketLoop(options: options.client) { loop in
            let events = OptionFollower.Events(
                took: { batch in
                    // What cannot be kept is missed again by its ids, and asked for.
                    if writing.take(batch) { asking.took(batch.trades) }
                }, delivers: { asking.connected($0) }, lost: { asking.lost($0) }, notice: tell)
            return OptionFollower(
                loop, feeds: feeds, seed: options.seed, sizes: { asking.sizes }, clock: clock, events: events)
        }
        asking.start()
        writing.start()
    }

    deinit { stop() }

    /// Where tapes end: the trades of the last two days that are held.
    private static func begins(_ families: [OptionFamily], _ lake: Lake, now: Int64) throws -> (
        tapes: [OptionFamily: OptionRepair.Begin], lastBlock: String
    ) {
        var tapes: [OptionFamily: OptionRepair.Begin] = [:]
        var lastBlock = Int64.min
        for family in families {
            var begin = OptionRepair.Begin()
            if let end = try lake.optionCoverageEnd(of: family, .book) {
                begin.coverage = try lake.optionCoverage(of: family, .book, in: (end - CivilDate.dayLength)..<end)
            }
            begin.blocksWhole = try lake.optionCoverageEnd(of: family, .blocks)
            guard let day = try lake.lastOptionDay(of: family) else {
                if begin != OptionRepair.Begin() { tapes[family] = begin }
                continue
            }
            let end = min(day.microseconds + CivilDate.dayLength, now + CivilDate.dayLength)
            try lake.readOptions(of: family, from: day.microseconds - CivilDate.dayLength, to: end) { trade in
                begin.take(trade)
                if trade.space == .block, !trade.id.hasPrefix("made-"), let block = Int64(trade.block) { lastBlock = max(lastBlock, block) }
            }
            tapes[family] = begin
        }
        return (tapes, lastBlock > .min ? "\(lastBlock)" : "")
    }

    /// How many trades were made durable since the start, those that came twice among them.
    public var count: Int { writing.count }

    /// Why trades are not made durable at this moment, or nil if they are.
    public var problem: String? { writing.problem }

    /// Whether the venue delivers, and what was missed before has been asked for.
    public var isSettled: Bool { asking.isSettled }

    /// Waits until all that was received is durable.
    ///
    /// - Throws: what the store throws.
    public func flush() throws { try writing.flush() }

    /// Ends the recording: what was received is made durable.
    public func stop() {
        asking.stop()
        loop.stop()
        writing.stop()
    }
}
