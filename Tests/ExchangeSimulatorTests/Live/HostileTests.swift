import ExchangeSimulator
import Feeds
import MarketModel
import TestSupport
import Testing
import Transport

/// Whatever is asked, there is an answer.
struct HostileTests {
    static let numbers = [
        "", "0", "1", "-1", "5", "1000", "99999999", "1767709800000", "1767709800000000", "9007199254740993", "9223372036854775807",
        "-9223372036854775808", "18446744073709551616", "1e9", "x", "٣",
    ]
    static let paths: [(SimulatedHost, [String], [String])] = [
        (
            .binanceSpot,
            ["aggTrades", "trades", "historicalTrades", "klines", "exchangeInfo", "ticker/price", "time"].map { "/api/v3/\($0)" },
            ["fromId", "startTime", "endTime", "limit"]
        ),
        (
            .binanceFutures, ["aggTrades", "trades", "historicalTrades", "klines"].map { "/fapi/v1/\($0)" },
            ["fromId", "startTime", "endTime", "limit"]
        ),
        (
            .okx,
            ["market/trades", "market/history-trades", "market/candles", "market/ticker", "public/instruments"].map { "/api/v5/\($0)" },
            ["after", "before", "limit", "type"]
        ),
        (
            .bybit, ["recent-trade", "kline", "instruments-info"].map { "/v5/market/\($0)" },
            ["start", "end", "limit", "cursor", "interval"]
        ),
    ]

    @Test func `Requests with any numbers in them are answered`() throws {
        var random = Seeded.fresh()
        var options = ExchangeOptions()
        options.weightPerMinute = 1_000_000_000
        let plan = try FaultPlan(
            text: """
                +0s lose for=5s
                +1s restart symbol=BTCUSDT
                +2s delist symbol=BTC-USDT
                +2h list symbol=ETHUSDT venue=binance-spot
                """, start: start)
        let market = SimulatedMarket(seed: 7, ordersPerSecond: 0.05)
        let exchange = SimulatedExchange(market: market, plan: plan, options: options)
        for _ in 0..<1500 {
            let (host, paths, names) = try #require(Self.paths.randomElement(using: &random))
            let path = try #require(paths.randomElement(using: &random))
            let symbol = ["BTCUSDT", "ETHUSDT", "BTC-USDT", "NOPE", ""].randomElement(using: &random) ?? ""
            var target = "\(path)?symbol=\(symbol)&instId=\(symbol)&category=linear&instType=SWAP"
            if !names.contains("interval") { target += "&interval=1h" }
            for name in names where Bool.random(using: &random) {
                target += "&\(name)=\(Self.numbers.randomElement(using: &random) ?? "")"
            }
            let now = start + Int64.random(in: -5_000_000...10_000_000, using: &random)
            let response = exchange.answer(host, try Request(target), path: path, now: now)
            #expect([200, 400].contains(response.status.code), "\(target)")
            #expect(!response.bodyText.isEmpty)
        }
    }

    @Test func `Commands of any bytes are answered or passed over`() throws {
        var random = Seeded.fresh()
        let exchange = SimulatedExchange(market: SimulatedMarket(seed: 7))
        let words = [
            #"{"method":"SUBSCRIBE","params":["btcusdt@aggTrade"],"id":1}"#,
            #"{"op":"subscribe","args":[{"channel":"trades","instId":"BTC-USDT"}]}"#,
            #"{"op":"subscribe","args":["publicTrade.BTCUSDT"],"req_id":"a\"b"}"#, #"{"method":"LIST_SUBSCRIPTIONS","id":"a\"b"}"#, "ping",
            "", "[]", "null",
            #"{"op":"ping"}"#, #"{"method":7,"params":{},"id":{}}"#, #"{"op":"subscribe","args":[[],{},null,3]}"#,
        ]
        for stream in StreamCase.all {
            for _ in 0..<60 {
                let probe = try StreamClientProbe(exchange, stream)
                for _ in 0..<4 {
                    var bytes = Array((words.randomElement(using: &random) ?? "").utf8)
                    if !bytes.isEmpty, Bool.random(using: &random) {
                        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
                    }
                    bytes.withUnsafeBytes { probe.session.received($0, now: probe.now, into: &probe.sink) }
                    probe.run(to: probe.now + 300_000, step: 100_000)
                }
                #expect(probe.parser.counts.faultyRows == 0)
            }
        }
    }

    @Test func `Plans of any words are read or refused`() {
        var random = Seeded.fresh()
        let words = [
            "+10s", "+9000000000h", "2026-01-06T14:30:00Z", "9999-12-31", "gap", "drop", "restart", "list", "for=9000000000h", "for=1ms",
            "by=-9000000000h", "symbol=",
            "symbol=BTCUSDT", "venue=okx", "every=0s", "rate=0", "=", ";", "#", "\n", "size=99999999999999999999", "shape=row",
        ]
        for _ in 0..<2000 {
            let text = (0..<Int.random(in: 1...6, using: &random)).map { _ in words.randomElement(using: &random) ?? "" }.joined(
                separator: " ")
            guard let plan = try? FaultPlan(text: text, start: start) else { continue }
            let market = SimulatedMarket(seed: 1, instruments: [SimulatedInstrument.usual[0]])
            let exchange = SimulatedExchange(market: market, plan: plan)
            #expect(exchange.plan == plan)
        }
    }
}
