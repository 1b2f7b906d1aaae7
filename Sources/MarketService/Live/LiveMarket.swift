public import Lake
public import MarketModel
public import Notices
public import OrderFlow
import Pipeline
public import Recorder
import Synchronization

/// The markets that are being recorded: bars that grow with each trade, and all who follow them.
///
/// Recorders tell it of trades on their own threads; a thread of its own reads from the lake what running sums cannot tell (late trades,
/// order statistics of long bars), so the live edge never waits.
///
///     let live = LiveMarket(lake: lake) { print($0) }
///     let subscription = live.subscribe([.bars(.binanceSpot, "BTCUSDT", .m1)]) { message in … }
public final class LiveMarket: Sendable {
    /// What is kept of each instrument.
    public let options: LiveOptions
    private let subscribers = Subscribers()
    private let books = Mutex<[LiveKey: LiveBook]>([:])
    private let rereading: Rereading

    /// Creates a market without instruments.
    ///
    /// - Parameter report: told in one line of a tape that cannot be read.
    public init(lake: Lake, options: LiveOptions = LiveOptions(), report: @escaping @Sendable (Notice) -> Void) {
        self.options = options
        rereading = Rereading(lake: lake, report: report)
    }

    /// Ends the thread that reads tapes again; what it was to read is not told of.
    public func stop() { rereading.stop() }

    /// Follows topics.
    ///
    /// - Parameter deliver: called with each message, mostly on a recorder's thread: it must be quick, and may not subscribe or cancel.
    public func subscribe(_ topics: [LiveTopic], _ deliver: @escaping @Sendable (LiveMessage) -> Void) -> LiveSubscription {
        subscribers.add(topics, deliver)
    }

    /// Ends a subscription; a message that is on its way may still arrive.
    public func cancel(_ subscription: LiveSubscription) { subscribers.remove(subscription) }

    /// The newest bar of an instrument: the one that grows, or the last one if there is no trade since.
    ///
    /// - Returns: nil if the instrument or the interval is not followed, or there is no bar yet.
    public func newestRow(_ venue: Venue, _ symbol: String, _ interval: Interval) -> (row: BarRow, isOpen: Bool, revision: Int)? {
        book(venue, symbol)?.newestRow(interval)
    }

    /// The newest bar that was told of as final, with its revision; nil as for ``newestRow(_:_:_:)``.
    public func newestFinalRow(_ venue: Venue, _ symbol: String, _ interval: Interval) -> (row: BarRow, revision: Int)? {
        book(venue, symbol)?.newestFinalRow(interval)
    }

    /// The instruments that are recorded, by venue and symbol.
    public func instruments() -> [LiveInstrument] {
        books.withLock { Array($0.values) }.map(\.summary)
            .sorted { ($0.instrument.venue.name, $0.instrument.symbol) < ($1.instrument.venue.name, $1.instrument.symbol) }
    }

    /// One instrument, or nil if it is not recorded.
    public func instrument(_ venue: Venue, _ symbol: String) -> LiveInstrument? { book(venue, symbol)?.summary }

    /// The flow of an instrument's newest trades, or nil if it is not recorded or has none yet.
    ///
    /// - Throws: `BarError` if 128 bits do not hold a sum.
    /// - Complexity: O(1) while no trade comes, else O(trades held).
    func recentFlow(venue: Venue, symbol: String) throws -> RecentFlow? {
        try book(venue, symbol).flatMap { try $0.recentFlow() }
    }

    /// How many trades of each hour were told of an instrument, or nil if it is not recorded.
    func tally(_ venue: Venue, _ symbol: String) -> HourTally? { book(venue, symbol)?.tally }

    /// Waits until all trades of an instrument that were told of can be read from the lake; not at all if it is not recorded.
    ///
    /// - Throws: what the journal throws where the disk takes nothing.
    func settle(_ venue: Venue, _ symbol: String) throws { try book(venue, symbol)?.settle() }

    private func book(_ venue: Venue, _ symbol: String) -> LiveBook? { books.withLock { $0[LiveKey(venue: venue, symbol: symbol)] } }
}

extension LiveMarket: LiveSink {
    /// Reads what the tape has of the bars that are open, and follows the instrument from there.
    ///
    /// - Throws: what reading the tape throws, or ``BarError/valuation``.
    public func begin(_ start: LiveTapeStart) throws -> any LiveTapeSink {
        let book = try LiveBook(start, lake: rereading.lake, options: options, subscribers: subscribers, rereading: rereading)
        books.withLock { $0[LiveKey(venue: start.instrument.venue, symbol: start.instrument.symbol)] = book }
        return book
    }
}

/// An instrument among the live ones.
struct LiveKey: Sendable, Hashable {
    var venue: Venue
    var symbol: String
}
