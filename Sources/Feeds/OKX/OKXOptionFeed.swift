import JSONReading
import MarketModel

/// OKX's live trades of options: of families as they happen, or blocks a quarter of an hour after they were made.
public struct OKXOptionFeed: Sendable {
    /// What is subscribed to.
    public enum Channel: String, Sendable, Hashable, CaseIterable {
        /// Trades of the book, by family: `BTC-USD`. The first push may be an earlier trade once more.
        case trades = "option-trades"
        /// Blocks of all instruments with all their legs; subscribed to by one name, ``OKXOptionFeed/allBlocks``.
        case blocks = "public-struc-block-trades"
        /// Single legs of blocks, by instrument.
        case legs = "public-block-trades"

        fileprivate var path: String { self == .trades ? "/ws/v5/public" : "/ws/v5/business" }
    }

    /// The name by which a connection knows the subscription to all blocks.
    public static let allBlocks = "blocks"

    /// The channel.
    public let channel: Channel
    /// Where to connect.
    public let urls: [String]

    /// Creates a feed; without `endpoints` of the exchange's own servers.
    public init(_ channel: Channel, endpoints: Endpoints? = nil) {
        self.channel = channel
        let endpoints = endpoints ?? Endpoints.official(.okxOptions) ?? Endpoints(rest: "", sockets: [])
        urls = endpoints.sockets.map { $0 + channel.path }
    }
}

extension OKXOptionFeed: OptionFeedAdapter {
    public var venue: Venue { .okxOptions }
    public var limits: FeedLimits { OKXFeed(.spot, urls: []).limits }

    public func subscribe(_ symbols: [String], firstRequest: Int64) -> [Request] { requests("subscribe", symbols, firstRequest) }

    public func unsubscribe(_ symbols: [String], firstRequest: Int64) -> [Request] { requests("unsubscribe", symbols, firstRequest) }

    private func requests(_ operation: String, _ symbols: [String], _ first: Int64) -> [Request] {
        limits.requests(symbols, firstRequest: first) { symbol in
            switch channel {
            case .trades: "{\"channel\":\"option-trades\",\"instType\":\"OPTION\",\"instFamily\":\(symbol.quoted)}"
            case .blocks: "{\"channel\":\"public-struc-block-trades\"}"
            case .legs: "{\"channel\":\"public-block-trades\",\"instId\":\(symbol.quoted)}"
            }
        } text: { id, arguments in
            "{\"id\":\"\(id)\",\"op\":\"\(operation)\",\"args\":[\(arguments)]}"
        }
    }

    public func read(text: UnsafeRawBufferPointer) -> Frame? { text.equals("pong") ? .pong : nil }

    public func read(_ frame: JSONValue, options batch: inout OptionBatch) -> Frame {
        if let event = frame["event"] { return read(event: event, frame) }
        guard let channel = frame["arg"]?["channel"], let data = frame["data"], data.kind == .array else { return .unknown("") }
        switch channel.string.flatMap({ Channel(rawValue: $0) }) {
        case .trades: for row in data.elements { OKXOptionRow.append(row, to: &batch) }
        case .legs: for row in data.elements { OKXOptionRow.append(leg: row, to: &batch) }
        case .blocks: for row in data.elements { OKXOptionRow.append(block: row, to: &batch) }
        case nil: return channel.string.map { .other($0) } ?? .unknown("")
        }
        return .trades
    }

    private func read(event: JSONValue, _ frame: JSONValue) -> Frame {
        if event.equals("subscribe"), let arg = frame["arg"] {
            guard arg["channel"]?.string == channel.rawValue else { return .other("subscribe") }
            let name = channel == .blocks ? Self.allBlocks : (channel == .trades ? arg["instFamily"] : arg["instId"])?.string
            return .acknowledged(name.map { .symbol($0) } ?? .unnamed)
        }
        let reason = "\(frame["code"]?.words ?? "?"): \(frame["msg"]?.words ?? "no reason given")"
        if event.equals("error") { return .rejected(frame["id"]?.integer.map { .request($0) } ?? .unnamed, reason: reason) }
        // 64008 comes a minute before the venue ends the connection for an upgrade.
        if event.equals("notice") { return .notice(reason, leaving: frame["code"]?.equals("64008") == true) }
        return event.string.map { .other($0) } ?? .unknown("")
    }
}

/// Rows of OKX about options, which have the same members on streams and over REST.
enum OKXOptionRow {
    /// The option that a row names; nil, counted, where it names none. Legs of other markets are passed over.
    private static func contract(_ row: JSONValue, _ batch: inout OptionBatch) -> OptionContract? {
        guard let symbol = row["instId"]?.symbol else {
            batch.append(.noContract)
            return nil
        }
        guard let contract = OptionContract(venue: .okxOptions, symbol: symbol) else {
            // `BTC-USDT`, `BTC-USDT-SWAP` and `BTC-USD-240329` may be legs of a block.
            if symbol.split(separator: "-").count < 5 { batch.passOver() } else { batch.append(.noContract, symbol) }
            return nil
        }
        return contract
    }

    static func side(_ row: JSONValue) -> TakerSide? {
        row["side"].flatMap { $0.equals("buy") ? .buy : $0.equals("sell") ? .sell : nil }
    }

    /// A trade of the book: `{"fillVol":"0.5066","idxPx":"16537.2","instId":"BTC-USD-230224-18000-C","optType":"C","px":"0.045","side":"sell","sz":"2","tradeId":"38","ts":"1672286551080",…}`;
    /// `fillVol` is the implied volatility.
    static func append(_ row: JSONValue, to batch: inout OptionBatch) {
        guard let contract = contract(row, &batch) else { return }
        if let type = row["optType"], !type.bytes.isEmpty, !type.equals(contract.type == .call ? "C" : "P") {
            return batch.append(.malformed, contract.symbol)
        }
        batch.append(
            contract, id: row["tradeId"]?.identifier, time: row["ts"]?.integer, side: side(row), price: row["px"]?.decimal,
            contracts: row["sz"]?.decimal, index: row["idxPx"]?.decimal, volatility: row["fillVol"]?.decimal)
    }

    /// A single leg of a block, with an id or, of a group's, without.
    static func append(leg row: JSONValue, to batch: inout OptionBatch) {
        guard let contract = contract(row, &batch) else { return }
        var id = row["tradeId"]?.identifier
        if id == nil { id = made(time: row["ts"], row, legs: [row])?.first }
        batch.append(
            contract, space: .block, id: id, time: row["ts"]?.integer, side: side(row), price: row["px"]?.decimal,
            contracts: row["sz"]?.decimal, index: row["idxPx"]?.decimal, volatility: row["fillVol"]?.decimal, isBlock: true)
    }

    /// A block with its legs: `{"cTime":"1608267227834","blockTdId":"1802896","groupId":"","legs":[{"px":"0.323","sz":"25.0","instId":"BTC-USD-20220114-13250-C","side":"sell","tradeId":"15102"},…]}`
    static func append(block row: JSONValue, to batch: inout OptionBatch) {
        guard let legs = row["legs"], legs.kind == .array else { return batch.append(.malformed) }
        let rows = Array(legs.elements)
        let needsIDs = rows.contains { $0["tradeId"]?.identifier == nil }
        let ids = needsIDs ? made(time: row["cTime"], row, legs: rows) : nil
        let time = row["cTime"]?.integer
        for (place, leg) in rows.enumerated() {
            guard let contract = contract(leg, &batch) else { continue }
            batch.append(
                contract, space: .block, id: leg["tradeId"]?.identifier ?? ids?[place], time: time, side: side(leg),
                price: leg["px"]?.decimal, contracts: leg["sz"]?.decimal, isBlock: true,
                block: row["blockTdId"]?.identifier ?? row["groupId"]?.identifier ?? "")
        }
    }

    /// Ids for legs without; nil where a part is missing that they would be made of.
    private static func made(time: JSONValue?, _ row: JSONValue, legs rows: [JSONValue]) -> [String]? {
        guard let time = TradeBatch.microseconds(time) else { return nil }
        var legs: [OptionBlockLeg] = []
        for row in rows {
            guard let symbol = row["instId"]?.symbol, let side = side(row), let price = row["px"]?.decimal, let size = row["sz"]?.decimal
            else { return nil }
            legs.append(OptionBlockLeg(symbol: symbol, side: side, price: price, contracts: size))
        }
        return OptionTradeKey.made(time: time, group: row["groupId"]?.identifier ?? "", legs: legs)
    }
}
