import JSONReading
import MarketModel

/// Bybit's live trades (v5 `publicTrade`): spot, linear or inverse contracts.
///
/// Ids are UUIDs, or numbers on spot, and say nothing about order or holes. Block trades are printed among the others and are no flow.
public struct BybitFeed: Sendable {
    /// One of Bybit's markets.
    public enum Market: String, Sendable, Hashable, CaseIterable {
        case spot, linear, inverse
    }

    /// The market.
    public let market: Market
    /// Where to connect.
    public let urls: [String]

    /// Creates a feed; without `urls` of the exchange's own servers.
    public init(_ market: Market, urls: [String]? = nil) {
        self.market = market
        self.urls = urls ?? ["wss://stream.bybit.com/v5/public/\(market.rawValue)"]
    }

    /// Creates a feed of other servers.
    public init(_ market: Market, endpoints: Endpoints) {
        self.init(market, urls: endpoints.sockets.map { "\($0)/v5/public/\(market.rawValue)" })
    }
}

extension BybitFeed: FeedAdapter {
    public var venue: Venue {
        switch market {
        case .spot: .bybitSpot
        case .linear: .bybitLinear
        case .inverse: .bybitInverse
        }
    }

    public var limits: FeedLimits {
        FeedLimits(
            symbolsPerFrame: market == .spot ? 10 : 100, bytesPerFrame: 20_000, symbolsPerConnection: 400, sends: 10, sendWindow: 1,
            attempts: 500, attemptWindow: 300, ping: "{\"op\":\"ping\"}", pingEvery: 20, silence: 60)
    }

    public func subscribe(_ symbols: [String], firstRequest: Int64) -> [Request] {
        requests("subscribe", symbols, firstRequest)
    }

    public func unsubscribe(_ symbols: [String], firstRequest: Int64) -> [Request] {
        requests("unsubscribe", symbols, firstRequest)
    }

    private func requests(_ operation: String, _ symbols: [String], _ first: Int64) -> [Request] {
        limits.requests(symbols, firstRequest: first) {
            "publicTrade.\($0)".quoted
        } text: { id, topics in
            "{\"req_id\":\"\(id)\",\"op\":\"\(operation)\",\"args\":[\(topics)]}"
        }
    }

    public func read(_ frame: JSONValue, into batch: inout TradeBatch) -> Frame {
        guard let topic = frame["topic"] else { return readAnswer(frame) }
        guard topic.bytes.starts(with: "publicTrade.".utf8), let data = frame["data"], data.kind == .array else {
            return topic.string.map { .other(String($0.prefix { $0 != "." })) } ?? .unknown("")
        }
        for row in data.elements { append(row, to: &batch) }
        return .trades
    }

    private func append(_ row: JSONValue, to batch: inout TradeBatch) {
        var symbol: JSONValue?, id: JSONValue?, price: JSONValue?, size: JSONValue?, side: JSONValue?, time: JSONValue?
        var block = false
        for (key, value) in row.members {
            switch key.count {
            case 1:
                switch key[0] {
                case UInt8(ascii: "s"): symbol = value
                case UInt8(ascii: "i"): id = value
                case UInt8(ascii: "p"): price = value
                case UInt8(ascii: "v"): size = value
                case UInt8(ascii: "S"): side = value
                case UInt8(ascii: "T"): time = value
                default: break
                }
            case 2 where key.equals("BT"): block = value.bool == true
            default: break
            }
        }
        let taker: TakerSide? = side.flatMap { $0.equals("Buy") ? .buy : $0.equals("Sell") ? .sell : nil }
        batch.append(
            symbol: symbol, id: id.flatMap(Self.id), time: TradeBatch.microseconds(time), price: price, quantity: size, side: taker,
            isTrade: !block)
    }

    /// 36 characters of UUID, or a number.
    static func id(_ value: JSONValue) -> TradeID? {
        let bytes = value.bytes
        guard bytes.count == 36 else { return value.integer.map { TradeID($0) } }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (at, byte) in bytes.enumerated() {
            if at == 8 || at == 13 || at == 18 || at == 23 {
                guard byte == UInt8(ascii: "-") else { return nil }
                continue
            }
            let letter = byte | 0x20
            let digit: UInt8
            switch letter {
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = letter - UInt8(ascii: "a") + 10
            case UInt8(ascii: "0")...UInt8(ascii: "9") where byte == letter: digit = letter - UInt8(ascii: "0")
            default: return nil
            }
            high = high << 4 | low >> 60
            low = low << 4 | UInt64(digit)
        }
        return TradeID(high: Int64(bitPattern: high), low: low)
    }

    private func readAnswer(_ frame: JSONValue) -> Frame {
        let operation = frame["op"]
        let message = frame["ret_msg"]
        if operation?.equals("pong") == true || message?.equals("pong") == true { return .pong }
        guard let success = frame["success"]?.bool else { return .unknown("") }
        let subject: Frame.Subject = frame["req_id"]?.integer.map { .request($0) } ?? .unnamed
        return success ? .acknowledged(subject) : .rejected(subject, reason: message?.string ?? "no reason given")
    }
}
