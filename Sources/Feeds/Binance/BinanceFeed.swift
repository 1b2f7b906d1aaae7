import MarketModel

/// Binance's live trades: spot, USD-M or COIN-M.
///
/// `aggTrade` is what the tape is made of; `trade` prints raw fills, whose ids are another numbering. Both the raw form of a frame and the
/// one that a combined stream wraps are read.
public struct BinanceFeed: Sendable {
    /// One of Binance's markets.
    public enum Market: Sendable, Hashable, CaseIterable {
        case spot, usdMargined, coinMargined
    }

    /// What is subscribed to.
    public enum Channel: String, Sendable, Hashable, CaseIterable {
        case aggTrade, trade
    }

    /// The market.
    public let market: Market
    /// The channel.
    public let channel: Channel
    /// Where to connect.
    public let urls: [String]

    /// Creates a feed; without `urls` of the exchange's own servers.
    public init(_ market: Market, channel: Channel = .aggTrade, urls: [String]? = nil) {
        self.market = market
        self.channel = channel
        self.urls = urls ?? Self.urls(market, channel, Endpoints.official(market.venue)?.sockets ?? [])
    }

    /// Creates a feed of other servers.
    public init(_ market: Market, channel: Channel = .aggTrade, endpoints: Endpoints) {
        self.init(market, channel: channel, urls: Self.urls(market, channel, endpoints.sockets))
    }

    private static func urls(_ market: Market, _ channel: Channel, _ bases: [String]) -> [String] {
        let paths =
            switch (market, channel) {
            case (.spot, _): ["/ws"]
            // The bare path still grants subscriptions to aggTrade, and then sends nothing.
            case (.usdMargined, .aggTrade): ["/market/ws"]
            case (.usdMargined, .trade): ["/public/ws"]
            case (.coinMargined, _): ["/market/ws", "/ws"]
            }
        return paths.flatMap { path in bases.map { $0 + path } }
    }
}

extension BinanceFeed: FeedAdapter {
    public var venue: Venue { market.venue }

    public var tapeStream: String { channel == .aggTrade ? "aggTrades" : "trades" }

    public var limits: FeedLimits {
        FeedLimits(
            // The venue counts 5 (spot) or 10 messages a second, its own pings' pongs among them; one is left to those.
            symbolsPerFrame: 100, symbolsPerConnection: 1024, sends: market == .spot ? 4 : 9, sendWindow: 1, attempts: 300,
            attemptWindow: 300, silence: 60, lifetime: 24 * 3600)
    }

    public func subscribe(_ symbols: [String], firstRequest: Int64) -> [Request] {
        requests("SUBSCRIBE", symbols, firstRequest)
    }

    public func unsubscribe(_ symbols: [String], firstRequest: Int64) -> [Request] {
        requests("UNSUBSCRIBE", symbols, firstRequest)
    }

    private func requests(_ method: String, _ symbols: [String], _ first: Int64) -> [Request] {
        limits.requests(symbols, firstRequest: first) {
            "\($0.lowercased())@\(channel.rawValue)".quoted
        } text: { id, streams in
            "{\"method\":\"\(method)\",\"params\":[\(streams)],\"id\":\(id)}"
        }
    }
}
