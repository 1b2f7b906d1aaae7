/// A connection to a venue as a pure state machine on a clock: it is told what happened and says what to do.
///
/// It holds one link, and a second one while it moves: before the venue's 24 hours are over, when the venue says it is leaving, and when data
/// stops although the link is up. The old link is let go only when the new one is subscribed and delivers, so that nothing is missed; both
/// deliver meanwhile, and who follows drops what comes twice.
///
/// Times are nanoseconds of a monotonic clock. Call ``advance(now:budget:into:)`` about every 100 ms. For one thread.
public struct Connection: Sendable {
    /// What to do.
    public enum Action: Sendable, Hashable {
        /// Open a WebSocket; answer with ``opened(link:now:into:)`` or ``closed(link:reason:now:into:)``.
        case connect(link: Int, url: String)
        /// Send a text.
        case send(link: Int, text: String)
        /// Send a ping frame; the pong is a ``Frame/pong``.
        case ping(link: Int)
        /// Close the WebSocket; nothing is expected back, and what still comes from it is ignored.
        case close(link: Int)
        /// Hand on.
        case deliver(FeedItem)
    }

    /// The waits of a connection, in nanoseconds.
    public struct Patience: Sendable, Hashable {
        /// For a WebSocket to open.
        public var opening: Int64 = 15 * second
        /// For a request to be answered; it is said three times.
        public var answer: Int64 = 10 * second
        /// The first and the longest wait before another attempt.
        public var retry: ClosedRange<Int64> = second...60 * second
        /// For the first trade of a link, before another address is tried; doubled each time.
        public var firstTrade: Int64 = 60 * second
        /// How long two links overlap.
        public var overlap: Int64 = 30 * second
        /// How long before the venue's limit a connection moves, and by how much that is scattered.
        public var rotation: Int64 = 3600 * second
        /// The least time between two moves because of silence.
        public var betweenMoves: Int64 = 300 * second

        static let second: Int64 = 1_000_000_000

        /// The usual waits.
        public init() {}
    }

    /// The venue's adapter.
    public let adapter: any FeedAdapter
    /// The symbols it keeps subscribed, without those that the venue rejected.
    public internal(set) var symbols: [String]
    let patience: Patience
    let limits: FeedLimits
    var jitter: Jitter
    /// The link that counts, and after it one that is to take its place.
    var links: [Link] = []
    var watches: [String: SymbolWatch] = [:]
    var linkCount = 0
    var requestCount: Int64 = 0
    /// Attempts since a link last delivered for a while.
    var failures = 0
    var retryAt: Int64 = .min
    var url = 0
    /// When a second link is due, and why.
    var moveAt: Int64?
    var lastMove: Int64?
    var muteLinks: Int64 = 0
    private var nextComplaint: Int64 = .min

    /// Creates a connection that will keep these symbols subscribed, at most as many as the venue allows on one connection.
    public init(adapter: any FeedAdapter, symbols: [String], seed: UInt64, patience: Patience = Patience()) {
        self.adapter = adapter
        self.symbols = symbols
        self.patience = patience
        limits = adapter.limits
        jitter = Jitter(seed: seed)
    }

    /// Whether the venue delivers all symbols, as far as it says.
    public var isLive: Bool { links.first?.isWhole == true }

    /// Whether two links are open or opening.
    public var isMoving: Bool { links.count > 1 }

    /// Subscribes to more symbols.
    public mutating func add(_ more: [String], now: Int64) {
        let new = more.filter { !symbols.contains($0) }
        symbols += new
        for index in links.indices { ask(for: new, on: index) }
        for symbol in new where links.first?.opened != nil { watches[symbol] = SymbolWatch(now: now) }
    }

    /// Unsubscribes from symbols, such as delisted ones.
    public mutating func remove(_ gone: [String]) {
        let held = gone.filter(symbols.contains)
        symbols.removeAll(where: held.contains)
        for symbol in held { watches[symbol] = nil }
        for index in links.indices where links[index].opened != nil {
            let requests = adapter.unsubscribe(held, firstRequest: requestCount + 1)
            requestCount += Int64(requests.count)
            for symbol in held { _ = links[index].answered(.symbol(symbol)) }
            links[index].enqueue(requests, awaits: false)
        }
    }

    /// A WebSocket is open.
    public mutating func opened(link id: Int, now: Int64, into actions: inout [Action]) {
        guard let index = links.firstIndex(where: { $0.id == id }) else { return }
        links[index].opened = now
        links[index].lastFrame = now
        links[index].lastPing = now
        if let lifetime = limits.lifetime {
            let life = Int64(lifetime) * Patience.second
            links[index].rotateAt = now + life - patience.rotation - jitter.next(in: 0...patience.rotation / 2)
        }
        if index == 0 {
            actions.append(.deliver(.connected))
            watches = Dictionary(symbols.map { ($0, SymbolWatch(now: now)) }) { first, _ in first }
        }
        ask(for: symbols, on: index)
        speak(on: index, now: now, into: &actions)
    }

    /// A WebSocket was closed, or could not be opened.
    public mutating func closed(link id: Int, reason: String, now: Int64, into actions: inout [Action]) {
        guard let index = links.firstIndex(where: { $0.id == id }) else { return }
        lose(index, reason: reason, now: now, into: &actions)
    }

    /// A frame with trades came: what ``received(_:trades:received:link:now:into:)`` does of one, without an action to hand it on.
    ///
    /// - Returns: whether the trades are to be handed on: they are of a link that counts.
    public mutating func printed(_ trades: borrowing [FeedTrade], link id: Int, now: Int64) -> Bool {
        guard let index = links.firstIndex(where: { $0.id == id }) else { return false }
        links[index].lastFrame = now
        guard trades.count > 0 else { return false }
        if links[index].firstTrade == nil { links[index].firstTrade = now }
        links[index].lastTrade = now
        muteLinks = 0
        for place in trades.indices { watches[trades[place].symbol]?.printed(now: now) }
        return true
    }

    /// A frame came, with its trades if it has any; `received` is the time of day in microseconds since 1970.
    public mutating func received(
        _ frame: Frame, trades: [FeedTrade], received: Int64, link id: Int, now: Int64, into actions: inout [Action]
    ) {
        if case .trades = frame {
            if printed(trades, link: id, now: now) { actions.append(.deliver(.trades(trades, received: received))) }
            return
        }
        guard let index = links.firstIndex(where: { $0.id == id }) else { return }
        links[index].lastFrame = now
        switch frame {
        case .acknowledged(let subject):
            let granted = links[index].answered(subject).filter { symbols.contains($0) }
            links[index].granted += granted
            if index == 0, !granted.isEmpty { actions.append(.deliver(.subscribed(granted))) }
        case .rejected(let subject, let reason): refused(subject, reason: reason, on: index, into: &actions)
        case .notice(let text, let leaving):
            actions.append(.deliver(.notice(text)))
            if leaving { links[index].rotateAt = now }
        case .unknown(let text):
            // A venue that changes its frames would say so a thousand times a second; all are counted by ``FrameParser/counts``.
            guard now >= nextComplaint else { return }
            nextComplaint = now + 10 * Patience.second
            actions.append(.deliver(.notice("not understood: \(text)")))
        case .pong, .other, .trades: break
        }
    }
}
