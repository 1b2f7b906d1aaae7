public import MarketModel
public import Notices
public import OrderFlow
import Pipeline
import Synchronization

/// What is known of the markets right now: the one thing that façades ask.
///
/// Requests read immutable snapshots; a thread looks once a second whether the tapes have changed and puts new snapshots in their place,
/// so no request waits for a reload. Only the first question for an instrument reads its newest trades while the asker waits.
///
///     let market = try MarketService(source: LakeSource(lake))
///     try market.recentFlow(venue: .binanceSpot, symbol: "BTCUSDT")?.windows.window(1000)
public final class MarketService: Sendable {
    /// How many of the newest trades of an instrument are held.
    public static let recentTrades = 5000

    /// The markets that are being recorded, if any are: they answer for their instruments.
    public let live: LiveMarket?
    /// What venues list beyond that, if any venue is followed.
    private let venuesOnDemand: (any LiveVenues)?
    private let source: any TapeSource
    private let current: Mutex<MarketSnapshot>
    private let problem = Mutex<String?>(nil)
    private let ticker = Mutex<Ticker?>(nil)

    /// Opens a market on a source, and on what is being recorded.
    ///
    /// - Throws: what the source throws.
    public init(source: any TapeSource, live: LiveMarket? = nil, onDemand venues: (any LiveVenues)? = nil) throws {
        self.source = source
        self.live = live
        venuesOnDemand = venues
        current = Mutex(try MarketSnapshot(source: source, previous: nil))
    }

    /// Begins to follow changes of the source, once a second, until ``stop()``.
    ///
    /// - Parameter report: told in one line of a source that cannot be read, once until it can be read again.
    public func follow(report: @escaping @Sendable (Notice) -> Void) {
        ticker.withLock { ticker in
            ticker =
                ticker
                ?? Ticker(everyMilliseconds: 1000) { [self] in
                    do {
                        try refresh()
                        problem.withLock { $0 = nil }
                    } catch {
                        let notice = Notice.error("the tapes cannot be read: \(error)")
                        let isNew = problem.withLock { known in
                            defer { known = notice.text }
                            return known == nil
                        }
                        if isNew { report(notice) }
                    }
                }
        }
    }

    /// Stops following changes.
    public func stop() {
        ticker.withLock { ticker in
            ticker?.stop()
            ticker = nil
        }
    }

    /// Whether the tapes could be read when they were last looked at.
    public var isReady: Bool { problem.withLock { $0 == nil } }

    /// Looks whether the source has changed, and takes the change over.
    public func refresh() throws {
        let previous = snapshot
        guard try source.version() != previous.version else { return }
        let next = try MarketSnapshot(source: source, previous: previous)
        current.withLock { $0 = next }
    }

    private var snapshot: MarketSnapshot { current.withLock { $0 } }

    /// The instruments of a venue that have a tape, or whose tape has just begun, by symbol.
    ///
    /// - Complexity: O(1), and O(instruments) where some are recorded.
    public func instruments(venue: Venue) -> [Instrument] {
        let held = snapshot.venues[venue]?.instruments ?? []
        let begun = (live?.instruments() ?? []).filter { live in
            live.instrument.venue == venue && live.last != nil && snapshot.venues[venue]?.slots[live.instrument.symbol] == nil
        }
        return begun.isEmpty ? held : (held + begun.map(\.instrument)).sorted { $0.symbol < $1.symbol }
    }

    /// The venues that have a tape, by name.
    public var venues: [Venue] {
        let recorded = (live?.instruments() ?? []).filter { $0.last != nil }.map(\.instrument.venue)
        return Set(snapshot.venues.keys).union(recorded).sorted()
    }

    /// The instrument of a venue's own symbol, or nil if there is no tape of it.
    ///
    /// - Complexity: O(1).
    public func instrument(venue: Venue, symbol: String) -> Instrument? {
        if let known = snapshot.venues[venue]?.slots[symbol]?.instrument { return known }
        return live?.instrument(venue, symbol).flatMap { $0.last == nil ? nil : $0.instrument }
    }

    /// The flow of an instrument's newest trades, or nil if there is no tape of it.
    ///
    /// - Throws: what the source throws; what was thrown is tried again at the next call.
    /// - Complexity: O(1) once the trades have been read.
    public func recentFlow(venue: Venue, symbol: String) throws -> RecentFlow? {
        if let flow = try live?.recentFlow(venue: venue, symbol: symbol) { return flow }
        return try snapshot.venues[venue]?.slots[symbol]?.flow(from: source)
    }

    /// The instruments that a venue trades now, by symbol; nil if that is not known.
    ///
    /// - Complexity: O(1).
    public func tradable(venue: Venue) -> [Instrument]? { venuesOnDemand?.tradable(venue) }

    /// Begins to record an instrument that has no tape, if its venue lists it and it may be.
    public func follow(venue: Venue, symbol: String) -> Following { venuesOnDemand?.follow(venue, symbol) ?? .unlisted }
}
