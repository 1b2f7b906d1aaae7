import Feeds
import MarketModel
import Notices
import Pipeline
import Transport

/// Follows the options of one venue on the thread of a ``WebSocketLoop``: the shell around the connections' state machines.
final class OptionFollower {
    /// What comes of following; called on the loop's thread.
    struct Events: Sendable {
        /// Trades of a frame, and what was no trade.
        var took: @Sendable (OptionBatch) -> Void
        /// The venue delivers what was subscribed to, for the first time or again.
        var delivers: @Sendable ([String]) -> Void
        /// The venue does not deliver what a connection was subscribed to.
        var lost: @Sendable ([String]) -> Void
        /// Something an operator should see.
        var notice: @Sendable (Notice) -> Void
    }

    private unowned let loop: WebSocketLoop
    private let sizes: () -> OptionSizes
    private let clock: () -> Int64
    private let events: Events
    private var connections: [Connection] = []
    /// What each connection is subscribed to.
    private let symbols: [[String]]
    private var parsers: [OptionParser] = []
    private var budget: AttemptBudget
    private var actions: [Connection.Action] = []

    init(
        _ loop: WebSocketLoop, feeds: [(adapter: any OptionFeedAdapter, symbols: [String])], seed: UInt64,
        sizes: @escaping () -> OptionSizes, clock: @escaping () -> Int64, events: Events
    ) {
        self.loop = loop
        self.sizes = sizes
        self.clock = clock
        self.events = events
        symbols = feeds.map(\.symbols)
        var patience = Connection.Patience()
        // Blocks come by the hour: that nothing comes is no sign of a connection that is mute.
        patience.firstTrade = 86_400_000_000_000
        patience.betweenMoves = 3_600_000_000_000
        for (place, feed) in feeds.enumerated() {
            connections.append(
                Connection(adapter: feed.adapter, symbols: feed.symbols, seed: seed &+ UInt64(place), patience: patience))
            parsers.append(OptionParser(adapter: feed.adapter))
        }
        let limits = feeds.first?.adapter.limits
        budget = AttemptBudget(limits?.attempts ?? 1, in: limits?.attemptWindow ?? 1)
    }

    private func perform(connection index: Int) {
        for action in actions {
            switch action {
            case .connect(let link, let url): loop.connect(link: Self.link(index, link), url: url)
            case .send(let link, let text): loop.send(link: Self.link(index, link), text: text)
            case .ping(let link): loop.ping(link: Self.link(index, link))
            case .close(let link): loop.close(link: Self.link(index, link))
            case .deliver(let item): take(item, symbols[index])
            }
        }
        actions.removeAll(keepingCapacity: true)
    }

    private func take(_ item: FeedItem, _ symbols: [String]) {
        switch item {
        case .trades: break
        case .connected: events.notice(.debug("options: connected"))
        case .disconnected(let reason):
            events.lost(symbols)
            events.notice("options: disconnected: \(.reason, reason)")
        case .subscribed(let symbols): events.delivers(symbols)
        case .rejected(let symbol, let reason):
            events.lost([symbol])
            events.notice("options of \(.symbol, symbol) are refused: \(.reason, reason)")
        case .notice(let text): events.notice("options: their connection: \(.reason, text)")
        }
    }

    /// One number for a link of a connection.
    private static func link(_ index: Int, _ link: Int) -> Int { index << 32 | link }

    private static func parts(_ link: Int) -> (index: Int, link: Int) { (link >> 32, link & 0xFFFF_FFFF) }
}

extension OptionFollower: WebSocketHandler {
    func opened(link: Int) {
        let (index, link) = Self.parts(link)
        connections[index].opened(link: link, now: MonotonicClock.nanoseconds(), into: &actions)
        perform(connection: index)
    }

    func received(link: Int, _ bytes: UnsafeRawBufferPointer, at received: Int64) {
        let (index, link) = Self.parts(link)
        parsers[index].sizes = sizes()
        let frame = parsers[index].parse(bytes, received: clock())
        connections[index].received(
            frame, trades: [], received: received, link: link, now: MonotonicClock.nanoseconds(), into: &actions)
        if case .trades = frame { events.took(parsers[index].batch) }
        perform(connection: index)
    }

    func pong(link: Int) {
        let (index, link) = Self.parts(link)
        connections[index].received(.pong, trades: [], received: 0, link: link, now: MonotonicClock.nanoseconds(), into: &actions)
        perform(connection: index)
    }

    func closed(link: Int, reason: String) {
        let (index, link) = Self.parts(link)
        connections[index].closed(link: link, reason: reason, now: MonotonicClock.nanoseconds(), into: &actions)
        perform(connection: index)
    }

    func tick(now: Int64) {
        for index in connections.indices {
            connections[index].advance(now: now, budget: &budget, into: &actions)
            perform(connection: index)
        }
    }
}
