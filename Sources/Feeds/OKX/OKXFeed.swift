import JSONReading
import MarketModel

/// OKX's live trades: spot or swaps.
///
/// `trades` merges the fills of one taker order at one price: its id is that of the last of them, and it stands for `count` ids.
/// `trades-all` prints every fill.
public struct OKXFeed: Sendable {
    /// One of OKX's markets.
    public enum Market: Sendable, Hashable, CaseIterable {
        case spot, swaps
    }

    /// What is subscribed to.
    public enum Channel: String, Sendable, Hashable, CaseIterable {
        case trades
        case tradesAll = "trades-all"
    }

    /// The market.
    public let market: Market
    /// The channel.
    public let channel: Channel
    /// Where to connect.
    public let urls: [String]

    /// Creates a feed; without `urls` of the exchange's own servers.
    public init(_ market: Market, channel: Channel = .trades, urls: [String]? = nil) {
        self.market = market
        self.channel = channel
        self.urls = urls ?? ["wss://ws.okx.com:8443/ws/v5/" + (channel == .trades ? "public" : "business")]
    }

    /// Creates a feed of other servers.
    public init(_ market: Market, channel: Channel = .trades, endpoints: Endpoints) {
        self.init(
            market, channel: channel, urls: endpoints.sockets.map { $0 + "/ws/v5/" + (channel == .trades ? "public" : "business") })
    }
}

extension OKXFeed: FeedAdapter {
    public var venue: Venue { market == .spot ? .okxSpot : .okxPerps }

    public var limits: FeedLimits {
        FeedLimits(
            symbolsPerFrame: 100, bytesPerFrame: 60_000, symbolsPerConnection: 300, sends: 480, sendWindow: 3600, attempts: 3,
            attemptWindow: 1, ping: "ping", pingEvery: 20, silence: 30)
    }

    public func subscribe(_ symbols: [String], firstRequest: Int64) -> [Request] {
        requests("subscribe", symbols, firstRequest)
    }

    public func unsubscribe(_ symbols: [String], firstRequest: Int64) -> [Request] {
        requests("unsubscribe", symbols, firstRequest)
    }

    private func requests(_ operation: String, _ symbols: [String], _ first: Int64) -> [Request] {
        limits.requests(symbols, firstRequest: first) {
            "{\"channel\":\"\(channel.rawValue)\",\"instId\":\($0.quoted)}"
        } text: { id, arguments in
            "{\"id\":\"\(id)\",\"op\":\"\(operation)\",\"args\":[\(arguments)]}"
        }
    }

    public func read(text: UnsafeRawBufferPointer) -> Frame? {
        text.equals("pong") ? .pong : nil
    }

    public func read(_ frame: JSONValue, into batch: inout TradeBatch) -> Frame {
        if let event = frame["event"] { return read(event: event, frame) }
        guard let channel = frame["arg"]?["channel"], let data = frame["data"], data.kind == .array else { return .unknown("") }
        guard channel.equals("trades") || channel.equals("trades-all") else {
            return channel.string.map { .other($0) } ?? .unknown("")
        }
        for row in data.elements { Self.append(row, to: &batch) }
        return .trades
    }

    /// Appends a row, which has the same members on the stream and over REST.
    static func append(_ row: JSONValue, to batch: inout TradeBatch) {
        var symbol: JSONValue?, id: JSONValue?, price: JSONValue?, size: JSONValue?, side: JSONValue?, time: JSONValue?, count: JSONValue?
        for (key, value) in row.members {
            if key.equals("instId") {
                symbol = value
            } else if key.equals("tradeId") {
                id = value
            } else if key.equals("px") {
                price = value
            } else if key.equals("sz") {
                size = value
            } else if key.equals("side") {
                side = value
            } else if key.equals("ts") {
                time = value
            } else if key.equals("count") {
                count = value
            }
        }
        let taker: TakerSide? = side.flatMap { $0.equals("buy") ? .buy : $0.equals("sell") ? .sell : nil }
        // A count that cannot be read would be a hole that nobody sees.
        let merged = count == nil ? 1 : count?.integer
        batch.append(
            symbol: symbol, id: merged == nil ? nil : id?.integer.map { TradeID($0) }, time: TradeBatch.microseconds(time), price: price,
            quantity: size, side: taker, fills: merged ?? 1, ids: merged ?? 1)
    }

    private func read(event: JSONValue, _ frame: JSONValue) -> Frame {
        if event.equals("subscribe"), let arg = frame["arg"] {
            // A connection that others share may carry other channels.
            guard arg["channel"]?.string == channel.rawValue else { return .other("subscribe") }
            return .acknowledged(arg["instId"]?.string.map { .symbol($0) } ?? .unnamed)
        }
        let reason = "\(frame["code"]?.string ?? "?"): \(frame["msg"]?.string ?? "no reason given")"
        if event.equals("error") {
            return .rejected(frame["id"]?.integer.map { .request($0) } ?? .unnamed, reason: reason)
        }
        // 64008 comes a minute before the venue ends the connection for an upgrade.
        if event.equals("notice") { return .notice(reason, leaving: frame["code"]?.equals("64008") == true) }
        return event.string.map { .other($0) } ?? .unknown("")
    }
}
