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
        self.urls = urls ?? Self.servers(market, channel)
    }

    private static func servers(_ market: Market, _ channel: Channel) -> [String] {
        switch (market, channel) {
        case (.spot, _): ["wss://stream.binance.com:9443/ws", "wss://data-stream.binance.vision/ws"]
        // The bare path still grants subscriptions to aggTrade, and then sends nothing.
        case (.usdMargined, .aggTrade): ["wss://fstream.binance.com/market/ws"]
        case (.usdMargined, .trade): ["wss://fstream.binance.com/public/ws"]
        case (.coinMargined, _): ["wss://dstream.binance.com/market/ws", "wss://dstream.binance.com/ws"]
        }
    }
}

extension BinanceFeed: FeedAdapter {
    public var venue: Venue {
        switch market {
        case .spot: .binanceSpot
        case .usdMargined: .binanceFutures
        case .coinMargined: .binanceCoinFutures
        }
    }

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
