import ExchangeSimulator
import Feeds
import MarketModel
import TestSupport
import Testing
import Transport

/// Where the tests' clocks begin: a Tuesday afternoon.
let start = Timestamp.parse("2026-01-06T14:30:00Z")!

/// The adapter that reads an instrument's stream, and how a client connects and subscribes.
struct StreamCase: Sendable, CustomTestStringConvertible {
    let host: SimulatedHost
    let path: String
    let symbol: String
    let adapter: any FeedAdapter
    /// Whether frames carry fills instead of orders.
    var byFill = false

    var venue: Venue { adapter.venue }
    var testDescription: String { "\(venue) \(symbol) \(path)" }

    static let all: [StreamCase] = [
        StreamCase(host: .binanceSpot, path: "/ws", symbol: "BTCUSDT", adapter: BinanceFeed(.spot)),
        StreamCase(host: .binanceSpot, path: "/stream", symbol: "币安人生USDT", adapter: BinanceFeed(.spot)),
        StreamCase(host: .binanceSpot, path: "/ws", symbol: "ETHUSDT", adapter: BinanceFeed(.spot, channel: .trade), byFill: true),
        StreamCase(host: .binanceFutures, path: "/market/ws", symbol: "BTCUSDT", adapter: BinanceFeed(.usdMargined)),
        StreamCase(
            host: .binanceFutures, path: "/public/stream", symbol: "BTCUSDT", adapter: BinanceFeed(.usdMargined, channel: .trade),
            byFill: true
        ),
        StreamCase(host: .binanceCoinFutures, path: "/market/ws", symbol: "BTCUSD_PERP", adapter: BinanceFeed(.coinMargined)),
        StreamCase(host: .okx, path: "/ws/v5/public", symbol: "BTC-USDT-SWAP", adapter: OKXFeed(.swaps)),
        StreamCase(
            host: .okx, path: "/ws/v5/business", symbol: "BTC-USD-SWAP", adapter: OKXFeed(.swaps, channel: .tradesAll), byFill: true),
        StreamCase(host: .okx, path: "/ws/v5/public", symbol: "BTC-USDT", adapter: OKXFeed(.spot)),
        StreamCase(host: .bybit, path: "/v5/public/spot", symbol: "BTCUSDT", adapter: BybitFeed(.spot), byFill: true),
        StreamCase(host: .bybit, path: "/v5/public/linear", symbol: "BTCUSDT", adapter: BybitFeed(.linear), byFill: true),
        StreamCase(host: .bybit, path: "/v5/public/inverse", symbol: "BTCUSD", adapter: BybitFeed(.inverse), byFill: true),
    ]

    /// What an adapter should make of an order: itself, or its fills.
    func expected(_ trade: SimulatedTrade, _ instrument: SimulatedInstrument, shift: Int64 = 0) -> [FeedTrade] {
        let price = FixedPoint(mantissa: trade.price, scale: instrument.priceDecimals).normalized
        let side: TakerSide = trade.isBuy ? .buy : .sell
        func row(_ id: TradeID, _ quantity: Int64, fills: Int64 = 1, ids: Int64 = 1, _ space: IDSpace = .tape) -> FeedTrade {
            FeedTrade(
                symbol: symbol, id: id, time: trade.time / 1000 * 1000, price: price,
                quantity: FixedPoint(mantissa: quantity, scale: instrument.quantityDecimals).normalized, side: side, fills: Int32(fills),
                ids: Int32(ids), idSpace: space)
        }
        guard byFill else {
            return host == .okx
                ? [row(TradeID(trade.lastFill + 1), trade.quantity, fills: trade.fills, ids: trade.fills)]
                : [row(TradeID(trade.order + 1 - shift), trade.quantity, fills: trade.fills)]
        }
        return trade.fillQuantities(step: instrument.step).enumerated().map { index, quantity in
            let fill = trade.firstFill + Int64(index)
            return switch venue {
            case .bybitSpot: row(TradeID(2_290_000_000_000_000_000 + fill), quantity)
            case .bybitLinear, .bybitInverse: row(TradeID(high: 0, low: 0), quantity)
            case .okxSpot, .okxPerps: row(TradeID(fill + 1), quantity)
            default: row(TradeID(fill + 1), quantity, .raw)
            }
        }
    }
}

/// A client of a simulated exchange, on a clock of its own.
final class StreamClientProbe {
    let session: StreamSession
    var parser: FrameParser
    var sink = FrameSink()
    var trades: [FeedTrade] = []
    var frames: [Frame] = []
    var texts: [String] = []
    var end: FrameSink.End?
    var now: Int64

    init(_ exchange: SimulatedExchange, _ stream: StreamCase, now: Int64 = start) throws {
        session = try exchange.connect(stream.host, path: stream.path, query: Query(), now: now)
        parser = FrameParser(adapter: stream.adapter)
        self.now = now
    }

    func send(_ text: String) {
        let bytes = Array(text.utf8)
        bytes.withUnsafeBytes { session.received($0, now: now, into: &sink) }
        take()
    }

    func subscribe(_ stream: StreamCase) {
        for request in stream.adapter.subscribe([stream.symbol], firstRequest: 1) { send(request.text) }
    }

    /// Goes on to a moment in steps of a length.
    func run(to moment: Int64, step: Int64 = 5000) {
        while now < moment, end == nil {
            now = min(moment, now + step)
            session.advance(to: now, into: &sink)
            take()
        }
    }

    private func take() {
        sink.forEachText { bytes in
            texts.append(String(decoding: bytes, as: UTF8.self))
            let frame = parser.parse(bytes)
            frames.append(frame)
            if frame == .trades { trades += parser.trades }
        }
        end = end ?? sink.end
        sink.removeAll()
    }
}

extension FeedTrade {
    /// Without the id, where it is a hash.
    var withoutUUID: FeedTrade {
        var trade = self
        if trade.id.high != 0 { trade.id = TradeID(high: 0, low: 0) }
        return trade
    }
}
