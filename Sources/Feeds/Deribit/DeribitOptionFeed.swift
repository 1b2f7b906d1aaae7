import JSONReading
import MarketModel

/// Deribit's live trades of options, by currency; combos are not among them, their legs are.
public struct DeribitOptionFeed: Sendable {
    /// Where to connect.
    public let urls: [String]

    /// Creates a feed; without `endpoints` of the exchange's own servers.
    public init(endpoints: Endpoints? = nil) {
        let endpoints = endpoints ?? Endpoints.official(.deribitOptions) ?? Endpoints(rest: "", sockets: [])
        urls = endpoints.sockets.map { $0 + "/ws/api/v2" }
    }

    private static func channel(_ currency: String) -> String { "trades.option.\(currency).100ms" }
}

extension DeribitOptionFeed: OptionFeedAdapter {
    public var venue: Venue { .deribitOptions }

    public var limits: FeedLimits {
        // One channel a frame: of several, the venue's answer leaves out those that do not exist.
        FeedLimits(
            symbolsPerFrame: 1, symbolsPerConnection: 20, sends: 10, sendWindow: 1, attempts: 5, attemptWindow: 10,
            ping: "{\"jsonrpc\":\"2.0\",\"id\":0,\"method\":\"public/test\",\"params\":{}}", pingEvery: 15, silence: 40)
    }

    public func subscribe(_ symbols: [String], firstRequest: Int64) -> [Request] { requests("subscribe", symbols, firstRequest) }

    public func unsubscribe(_ symbols: [String], firstRequest: Int64) -> [Request] { requests("unsubscribe", symbols, firstRequest) }

    private func requests(_ method: String, _ symbols: [String], _ first: Int64) -> [Request] {
        limits.requests(symbols, firstRequest: first) {
            Self.channel($0).quoted
        } text: { id, arguments in
            "{\"jsonrpc\":\"2.0\",\"id\":\(id),\"method\":\"public/\(method)\",\"params\":{\"channels\":[\(arguments)]}}"
        }
    }

    public func read(_ frame: JSONValue, options batch: inout OptionBatch) -> Frame {
        if let method = frame["method"] {
            guard method.equals("subscription") else { return .other(method.words ?? "") }
            guard let parameters = frame["params"], let channel = parameters["channel"]?.string, let data = parameters["data"] else {
                return .unknown("")
            }
            guard channel.hasPrefix("trades."), data.kind == .array else { return .other(channel) }
            for row in data.elements { DeribitOptionRow.append(row, to: &batch) }
            return .trades
        }
        let subject = frame["id"]?.integer.map { Frame.Subject.request($0) } ?? .unnamed
        if let error = frame["error"] {
            return .rejected(subject, reason: "\(error["code"]?.integer ?? 0): \(error["message"]?.words ?? "no reason given")")
        }
        guard let result = frame["result"] else { return .unknown("") }
        if result.kind == .object { return .pong }
        guard result.kind == .array else { return .other("result") }
        let isGranted = result.elements.contains { _ in true }
        return isGranted ? .acknowledged(subject) : .rejected(subject, reason: "no such channel")
    }
}

/// Rows of Deribit about options, which have the same members on streams and over REST.
enum DeribitOptionRow {
    /// `{"trade_id":"48079573","trade_seq":30289,"timestamp":1590484512188,"instrument_name":"BTC-27MAR26-100000-C","price":0.0185,"amount":2.5,"direction":"sell","index_price":8950.69,"iv":60.5,"block_trade_id":"61","combo_id":…}`;
    /// the amount is in coins, the volatility in percent.
    static func append(_ row: JSONValue, to batch: inout OptionBatch) {
        guard let symbol = row["instrument_name"]?.symbol else { return batch.append(.noContract) }
        guard let contract = OptionContract(venue: .deribitOptions, symbol: symbol) else {
            // The legs of a combo are printed by themselves: it counts once.
            return batch.passOver()
        }
        let direction = row["direction"]
        let side: TakerSide? = direction.flatMap { $0.equals("buy") ? .buy : $0.equals("sell") ? .sell : nil }
        let block = row["block_trade_id"]?.identifier
        let percent = row["iv"]?.decimal
        batch.append(
            contract, id: row["trade_id"]?.identifier, time: row["timestamp"]?.integer, side: side, price: row["price"]?.decimal,
            contracts: row["amount"]?.decimal, index: row["index_price"]?.decimal,
            volatility: percent.flatMap { $0.scale <= 16 ? FixedPoint(mantissa: $0.mantissa, scale: $0.scale + 2) : nil },
            isBlock: block != nil, block: block ?? "")
    }
}
