import JSONReading
import MarketModel

/// Hyperliquid's live trades of perpetuals.
///
/// The first frame after subscribing repeats recent trades. Ids have no order, and the venue serves no history: what is missed is lost.
public struct HyperliquidFeed: Sendable {
    /// Where to connect.
    public let urls: [String]

    /// Creates a feed; without `urls` of the exchange's own server.
    public init(urls: [String]? = nil) {
        self.urls = urls ?? ["wss://api.hyperliquid.xyz/ws"]
    }

    /// Creates a feed of other servers.
    public init(endpoints: Endpoints) {
        self.init(urls: endpoints.sockets.map { $0 + "/ws" })
    }
}

extension HyperliquidFeed: FeedAdapter {
    public var venue: Venue { .hyperliquidPerps }

    public var limits: FeedLimits {
        // 1000 subscriptions and 2000 messages a minute are an address's, however many connections it has: one connection takes a part.
        FeedLimits(
            symbolsPerFrame: 1, symbolsPerConnection: 500, sends: 500, sendWindow: 60, attempts: 30, attemptWindow: 60,
            ping: "{\"method\":\"ping\"}", pingEvery: 20, silence: 60)
    }

    public func subscribe(_ symbols: [String], firstRequest: Int64) -> [Request] {
        requests("subscribe", symbols, firstRequest)
    }

    public func unsubscribe(_ symbols: [String], firstRequest: Int64) -> [Request] {
        requests("unsubscribe", symbols, firstRequest)
    }

    private func requests(_ method: String, _ symbols: [String], _ first: Int64) -> [Request] {
        limits.requests(symbols, firstRequest: first) {
            $0.quoted
        } text: { _, coin in
            "{\"method\":\"\(method)\",\"subscription\":{\"type\":\"trades\",\"coin\":\(coin)}}"
        }
    }

    public func read(_ frame: JSONValue, into batch: inout TradeBatch) -> Frame {
        guard let channel = frame["channel"] else { return .unknown("") }
        let data = frame["data"]
        if channel.equals("trades") {
            guard let data, data.kind == .array else { return .unknown("") }
            for row in data.elements { Self.append(row, to: &batch) }
            return .trades
        }
        if channel.equals("pong") { return .pong }
        if channel.equals("subscriptionResponse"), let data {
            guard data["method"]?.equals("subscribe") == true, data["subscription"]?["type"]?.equals("trades") == true else {
                return .other("subscriptionResponse")
            }
            return .acknowledged(data["subscription"]?["coin"]?.string.map { .symbol($0) } ?? .unnamed)
        }
        if channel.equals("error") { return .rejected(.unnamed, reason: data?.string ?? "no reason given") }
        return channel.string.map { .other($0) } ?? .unknown("")
    }

    /// Appends a row, which has the same members on the stream and over REST.
    static func append(_ row: JSONValue, to batch: inout TradeBatch) {
        var symbol: JSONValue?, id: JSONValue?, price: JSONValue?, size: JSONValue?, side: JSONValue?, time: JSONValue?
        for (key, value) in row.members {
            if key.equals("coin") {
                symbol = value
            } else if key.equals("side") {
                side = value
            } else if key.equals("px") {
                price = value
            } else if key.equals("sz") {
                size = value
            } else if key.equals("time") {
                time = value
            } else if key.equals("tid") {
                id = value
            }
        }
        // B: the bid took; A: the ask took.
        let taker: TakerSide? = side.flatMap { $0.equals("B") ? .buy : $0.equals("A") ? .sell : nil }
        batch.append(
            symbol: symbol, id: id?.integer.map { TradeID($0) }, time: TradeBatch.microseconds(time), price: price, quantity: size,
            side: taker)
    }
}
