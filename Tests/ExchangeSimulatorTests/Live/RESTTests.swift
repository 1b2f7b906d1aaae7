import ExchangeSimulator
import Feeds
import Foundation
import MarketModel
import TestSupport
import Testing
import Transport

struct RESTTests {
    static let market = SimulatedMarket(seed: 7)
    static let exchange = SimulatedExchange(market: market)

    static func ask(
        _ host: SimulatedHost, _ target: String, exchange: SimulatedExchange = exchange, now: Int64 = start,
        headers: [(name: String, value: String)] = []
    ) throws -> (status: Int, json: Any, response: Response) {
        let request = try Request(target, headers: headers)
        let response = exchange.answer(host, request, path: request.path, now: now)
        let json = try JSONSerialization.jsonObject(with: Data(response.bodyText.utf8), options: [.fragmentsAllowed])
        return (response.status.code, json, response)
    }

    static func rows(_ host: SimulatedHost, _ target: String, now: Int64 = start, exchange: SimulatedExchange = exchange) throws
        -> [[String: Any]]
    {
        let answer = try ask(host, target, exchange: exchange, now: now)
        #expect(answer.status == 200, "\(answer.json)")
        if let rows = answer.json as? [[String: Any]] { return rows }
        let object = try #require(answer.json as? [String: Any])
        if let rows = object["data"] as? [[String: Any]] { return rows }
        return try #require((object["result"] as? [String: Any])?["list"] as? [[String: Any]])
    }

    static func ids(_ rows: [[String: Any]], _ key: String) -> [Int64] {
        rows.compactMap { ($0[key] as? NSNumber)?.int64Value ?? ($0[key] as? String).flatMap { Int64($0) } }
    }

    @Test(arguments: [
        (SimulatedHost.binanceSpot, "/api/v3", Venue.binanceSpot, "BTCUSDT"),
        (.binanceFutures, "/fapi/v1", .binanceFutures, "BTCUSDT"),
        (.binanceCoinFutures, "/dapi/v1", .binanceCoinFutures, "BTCUSD_PERP"),
    ])
    func `Binance's aggregates are paged by id and by time`(host: SimulatedHost, base: String, venue: Venue, symbol: String) throws {
        let tape = try #require(Self.market.tape(venue, symbol))
        let edge = tape.edge(at: start)
        let path = "\(base)/aggTrades?symbol=\(symbol)"
        #expect(Self.ids(try Self.rows(host, path), "a") == Array(edge - 499...edge))
        let from = edge - 3000
        #expect(Self.ids(try Self.rows(host, "\(path)&fromId=\(from)&limit=1000"), "a") == Array(from..<from + 1000))
        #expect(try Self.rows(host, "\(path)&fromId=\(edge + 1)").isEmpty)
        let (a, b) = (start / 1000 - 600_000, start / 1000 - 540_000)
        let inside = tape.trades(tape.edge(at: start - 700_000_000)..<edge).filter { (a...b).contains($0.time / 1000) }.prefix(1000)
        #expect(Self.ids(try Self.rows(host, "\(path)&startTime=\(a)&endTime=\(b)&limit=1000"), "a") == inside.map { $0.order + 1 })
        #expect(Self.ids(try Self.rows(host, "\(path)&startTime=\(a)&limit=10"), "a") == inside.prefix(10).map { $0.order + 1 })
        let row = try #require(try Self.rows(host, "\(path)&fromId=\(from)&limit=1").first)
        let trade = tape.trade(from - 1)
        #expect((row["f"] as? Int64) == trade.firstFill + 1 && (row["l"] as? Int64) == trade.lastFill + 1)
        #expect((row["m"] as? Bool) == !trade.isBuy && (row["T"] as? Int64) == trade.time / 1000)
        #expect(
            try FixedPoint(text: try #require(row["p"] as? String))
                == FixedPoint(mantissa: trade.price, scale: tape.instrument.priceDecimals).normalized)
        #expect(
            try FixedPoint(text: try #require(row["q"] as? String))
                == FixedPoint(mantissa: trade.quantity, scale: tape.instrument.quantityDecimals).normalized)
        let fills = try Self.rows(host, "\(base)/historicalTrades?symbol=\(symbol)&fromId=\(trade.firstFill + 1)&limit=5")
        #expect(Self.ids(fills, "id").first == trade.firstFill + 1 && fills.count == 5)
        #expect(try Self.rows(host, "\(base)/trades?symbol=\(symbol)&limit=7").count == 7)
    }

    @Test func `Binance's refusals have codes, and weights are counted until they are too much`() throws {
        func code(_ host: SimulatedHost, _ target: String) throws -> Int? {
            (try Self.ask(host, target).json as? [String: Any])?["code"] as? Int
        }
        #expect(try code(.binanceSpot, "/api/v3/aggTrades?symbol=NOPE") == -1121)
        #expect(try code(.binanceSpot, "/api/v3/aggTrades") == -1102)
        #expect(try code(.binanceSpot, "/api/v3/aggTrades?symbol=BTCUSDT&limit=x") == -1100)
        #expect(try code(.binanceSpot, "/api/v3/aggTrades?symbol=BTCUSDT&fromId=1&startTime=1") == -1128)
        #expect(try code(.binanceFutures, "/fapi/v1/aggTrades?symbol=BTCUSDT&fromId=1") == -4166)
        #expect(try code(.binanceFutures, "/fapi/v1/aggTrades?symbol=BTCUSDT&startTime=1767709800000&endTime=1767713500000") == -1127)
        #expect(Self.ids(try Self.rows(.binanceSpot, "/api/v3/aggTrades?symbol=BTCUSDT&fromId=1&limit=3"), "a") == [1, 2, 3])
        var options = ExchangeOptions()
        options.weightPerMinute = 10
        let exchange = SimulatedExchange(market: Self.market, options: options)
        let target = "/api/v3/aggTrades?symbol=BTCUSDT&limit=1"
        #expect(try Self.ask(.binanceSpot, target, exchange: exchange).response.header("x-mbx-used-weight-1m") == "4")
        #expect(try Self.ask(.binanceSpot, target, exchange: exchange).response.header("x-mbx-used-weight-1m") == "8")
        let limited = try Self.ask(.binanceSpot, target, exchange: exchange)
        #expect(limited.status == 429 && limited.response.header("Retry-After") == "60")
        for _ in 0..<10 { _ = try Self.ask(.binanceSpot, target, exchange: exchange) }
        #expect(try Self.ask(.binanceSpot, target, exchange: exchange).status == 418)
        #expect(try Self.ask(.binanceSpot, target, exchange: exchange, now: start + 200_000_000).status == 200)
    }

    @Test func `OKX's history is paged by id, newest first`() throws {
        let tape = try #require(Self.market.tape(.okxPerps, "BTC-USDT-SWAP"))
        let newest = tape.trade(tape.edge(at: start) - 1).lastFill + 1
        #expect(
            Self.ids(try Self.rows(.okx, "/api/v5/market/trades?instId=BTC-USDT-SWAP&limit=500"), "tradeId")
                == Array((newest - 499...newest).reversed()))
        let page = try Self.rows(.okx, "/api/v5/market/history-trades?instId=BTC-USDT-SWAP&type=1&after=\(newest - 5000)&limit=100")
        #expect(Self.ids(page, "tradeId") == Array((newest - 5100...newest - 5001).reversed()))
        let between = try Self.rows(.okx, "/api/v5/market/history-trades?instId=BTC-USDT-SWAP&after=\(newest - 10)&before=\(newest - 15)")
        #expect(Self.ids(between, "tradeId") == Array((newest - 14...newest - 11).reversed()))
        let swaps = try Self.rows(.okx, "/api/v5/public/instruments?instType=SWAP")
        #expect(
            swaps.contains {
                $0["instId"] as? String == "BTC-USD-SWAP" && $0["ctVal"] as? String == "100" && $0["ctType"] as? String == "inverse"
            })
        #expect(((try Self.ask(.okx, "/api/v5/market/trades?instId=NOPE").json) as? [String: Any])?["code"] as? String == "51001")
    }

    @Test func `Bybit gives its newest trades and its instruments in pages`() throws {
        let tape = try #require(Self.market.tape(.bybitLinear, "BTCUSDT"))
        let rows = try Self.rows(.bybit, "/v5/market/recent-trade?category=linear&symbol=BTCUSDT&limit=1000")
        #expect(rows.count == 1000)
        #expect(rows.first?["time"] as? String == String(tape.trade(tape.edge(at: start) - 1).time / 1000))
        #expect(try Self.rows(.bybit, "/v5/market/recent-trade?category=spot&symbol=BTCUSDT&limit=1000").count == 60)
        let market = SimulatedMarket(seed: 7, instruments: SimulatedInstrument.further(1100, venue: .bybitLinear, seed: 7))
        let exchange = SimulatedExchange(market: market)
        let page = try Self.ask(.bybit, "/v5/market/instruments-info?category=linear&limit=1000", exchange: exchange)
        let result = try #require((page.json as? [String: Any])?["result"] as? [String: Any])
        #expect((result["list"] as? [Any])?.count == 1000)
        let cursor = try #require(result["nextPageCursor"] as? String)
        #expect(
            try Self.rows(.bybit, "/v5/market/instruments-info?category=linear&limit=1000&cursor=\(cursor)", exchange: exchange).count
                == 100)
    }

    @Test func `Bars add up to the trades`() throws {
        let tape = try #require(Self.market.tape(.binanceSpot, "BTCUSDT"))
        let from = start - 600_000_000
        let answer = try Self.ask(
            .binanceSpot, "/api/v3/klines?symbol=BTCUSDT&interval=1m&startTime=\(from / 1000)&endTime=\(start / 1000 - 1)")
        let bars = try #require(answer.json as? [[Any]])
        #expect(bars.count == 10)
        let trades = tape.trades(tape.edge(at: from - 1_000_000)..<tape.edge(at: start + 1_000_000)).filter {
            $0.time >= from && $0.time < start
        }
        func sum(_ column: Int) throws -> Int64 {
            var total: Int64 = 0
            for bar in bars {
                let text = try #require(bar[column] as? String)
                total += try FixedPoint(text: text).rescaled(to: 5) ?? -1
            }
            return total
        }
        #expect(try sum(5) == trades.reduce(0) { $0 + $1.quantity })
        #expect(try sum(9) == trades.filter(\.isBuy).reduce(0) { $0 + $1.quantity })
        #expect(bars.reduce(0) { $0 + ($1[8] as? Int64 ?? 0) } == trades.reduce(0) { $0 + $1.fills })
    }

    @Test func `Faults reach REST: losses, refusals, listings and the clock`() throws {
        let plan = try FaultPlan(
            text: """
                +0s lose for=2s venue=binance-spot symbol=BTCUSDT
                +10s refuse for=5s status=418 retry=77 venue=binance-spot
                +20s delist symbol=ETHUSDT venue=binance-spot
                +20s list symbol=BTCUSD venue=bybit-inverse
                +30s clock by=90s for=5s venue=okx
                """, start: start)
        let exchange = SimulatedExchange(market: Self.market, plan: plan)
        let tape = try #require(Self.market.tape(.binanceSpot, "BTCUSDT"))
        let (a, b) = (tape.edge(at: start - 1), tape.edge(at: start + 2_000_000 - 1))
        let rows = try Self.rows(
            .binanceSpot, "/api/v3/aggTrades?symbol=BTCUSDT&fromId=\(a - 1)&limit=4", now: start + 5_000_000, exchange: exchange)
        #expect(Self.ids(rows, "a") == [a - 1, a, b + 1, b + 2])
        let refused = try Self.ask(.binanceSpot, "/api/v3/time", exchange: exchange, now: start + 12_000_000)
        #expect(refused.status == 418 && refused.response.header("Retry-After") == "77")
        #expect(throws: Failure.self) { try exchange.connect(.binanceSpot, path: "/ws", query: Query(), now: start + 12_000_000) }
        let info = try #require(
            (try Self.ask(.binanceSpot, "/api/v3/exchangeInfo", exchange: exchange, now: start + 25_000_000).json as? [String: Any])?[
                "symbols"] as? [[String: Any]])
        #expect(info.first { $0["symbol"] as? String == "ETHUSDT" }?["status"] as? String == "BREAK")
        #expect(try Self.rows(.bybit, "/v5/market/instruments-info?category=inverse", exchange: exchange).isEmpty)
        #expect(
            try Self.rows(.bybit, "/v5/market/instruments-info?category=inverse", now: start + 20_000_000, exchange: exchange).count == 1)
        let time = try Self.rows(.okx, "/api/v5/public/time", now: start + 31_000_000, exchange: exchange)
        #expect(time.first?["ts"] as? String == String(start / 1000 + 31_000 + 90_000))
    }

    @Test func `A finished day can be had as the venue's dump, with the same trades`() throws {
        let market = SimulatedMarket(seed: 5, ordersPerSecond: 20, resolution: 1000)
        let directory = FileManager.default.temporaryDirectory.appending(path: "millrace-dump-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: directory) }
        let day = try #require(CivilDate("2026-01-05"))
        for tape in market.tapes where tape.instrument.symbol.hasPrefix("BTC") {
            let dump = LiveDump(tape: tape, day: day)
            let file = try dump.write(to: directory.path, threads: 2)
            let trades = tape.trades(tape.firstOrder(at: dump.times.lowerBound)..<tape.firstOrder(at: dump.times.upperBound))
            let isBinance = tape.instrument.venue.exchange == "Binance"
            #expect(file.rows == (isBinance ? trades.count : Int(trades.reduce(0) { $0 + $1.fills })))
            #expect((file.checksumPath != nil) == isBinance)
            #expect(FileManager.default.fileExists(atPath: file.path))
        }
    }
}
