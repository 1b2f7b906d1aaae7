public import MarketModel
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

    private let source: any TapeSource
    private let current: Mutex<MarketSnapshot>
    private let problem = Mutex<String?>(nil)
    private let ticker = Mutex<Ticker?>(nil)

    /// Opens a market on a source.
    ///
    /// - Throws: what the source throws.
    public init(source: any TapeSource) throws {
        self.source = source
        current = Mutex(try MarketSnapshot(source: source, previous: nil))
    }

    /// Begins to follow changes of the source, once a second, until ``stop()``.
    ///
    /// - Parameter report: told in one line of a source that cannot be read, once until it can be read again.
    public func follow(report: @escaping @Sendable (String) -> Void) {
        ticker.withLock { ticker in
            ticker =
                ticker
                ?? Ticker(everyMilliseconds: 1000) { [self] in
                    do {
                        try refresh()
                        problem.withLock { $0 = nil }
                    } catch {
                        let line = "the tapes cannot be read: \(error)"
                        let isNew = problem.withLock { known in
                            defer { known = line }
                            return known == nil
                        }
                        if isNew { report(line) }
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

    /// The instruments of a venue that have a tape, by symbol.
    ///
    /// - Complexity: O(1).
    public func instruments(venue: Venue) -> [Instrument] {
        snapshot.venues[venue]?.instruments ?? []
    }

    /// The venues that have a tape, by name.
    public var venues: [Venue] { snapshot.venues.keys.sorted() }

    /// The instrument of a venue's own symbol, or nil if there is no tape of it.
    ///
    /// - Complexity: O(1).
    public func instrument(venue: Venue, symbol: String) -> Instrument? {
        snapshot.venues[venue]?.slots[symbol]?.instrument
    }

    /// The flow of an instrument's newest trades, or nil if there is no tape of it.
    ///
    /// - Throws: what the source throws; what was thrown is tried again at the next call.
    /// - Complexity: O(1) once the trades have been read.
    public func recentFlow(venue: Venue, symbol: String) throws -> RecentFlow? {
        try snapshot.venues[venue]?.slots[symbol]?.flow(from: source)
    }
}
