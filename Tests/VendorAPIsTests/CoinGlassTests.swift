import Access
import Foundation
import Lake
import MarketModel
import MarketService
import OrderFlow
import TestSupport
import Testing
import Transport
import VendorAPIs

/// CoinGlass' API on open interest that was taken round by round.
@Suite struct CoinGlassTests {
    private static let start = CivilDate(epochDay: 20_000).microseconds
    private static let period: Int64 = 60_000_000
    private static let minutes: Int64 = 1500
    static let now = start + minutes * period

    /// A day and an hour of Binance and OKX in stablecoins, and of Deribit in coins.
    ///
    /// - Parameter options: whether the lake also has open interest of options, sealed and open.
    static func service(plan: String? = nil, options: Bool = false) throws -> (Router, key: String?, Folder) {
        let folder = try Folder()
        let lake = try Lake(directory: folder.path, create: true)
        let period = 5 * period
        let venues: [Venue: Int64] = [.binanceFutures: period, .okxPerps: period, .deribit: period, .bybitLinear: period]
        let rounds = try InterestStore(lake: lake)
        if options { try appendOptions(to: rounds) }
        let market = try InterestMarket(lake: lake, venues: venues, store: rounds)
        for minute in stride(from: Int64(0), through: minutes, by: 5) {
            try market.take(sweep(.binanceFutures, "BTCUSDT", .stable, 103_456_789 + minute * 1000, minute))
            try market.take(sweep(.okxPerps, "BTC-USDT-SWAP", .stable, 20_000_001 + minute, minute))
            try market.take(sweep(.deribit, "BTC-PERPETUAL", .coin, 12_345_679, minute))
        }
        let store = try KeyStore(path: folder.path + "/keys.sqlite")
        let key = try plan.map { try store.create(vendor: "coinglass", plan: $0, now: 0).key }
        let gate = KeyGate(
            vendor: "coinglass", header: CoinGlass.keyHeader, access: try AccessControl(store: store), isOpenWithoutKeys: true,
            words: CoinGlass.words, rateHeaders: CoinGlass.rateHeaders)
        let taker = TakerMarket(lake: lake, market: try MarketService(source: LakeSource(lake)), threads: 1)
        return (Router([CoinGlass.mount(interest: market, taker: taker, gate: gate)]), key, folder)
    }

    private static func appendOptions(to store: InterestStore) throws {
        for (venue, symbol) in [(Venue.okxOptions, "BTC-USD-260327-60000-C"), (.deribitOptions, "BTC-27MAR26-60000-C")] {
            for days in [Int64(-3), -2] { try store.append([sweep(venue, symbol, .coin, 9_000_000_000, days * 1440)]) }
        }
        try store.seal(before: CivilDate(microseconds: start))
        for minute in stride(from: Int64(0), through: minutes, by: 5) {
            try store.append([
                sweep(.okxOptions, "BTC-USD-260327-60000-C", .coin, 9_000_000_000, minute),
                sweep(.deribitOptions, "BTC-27MAR26-60000-C", .coin, 9_000_000_000, minute),
            ])
        }
    }

    private static func sweep(_ venue: Venue, _ symbol: String, _ margin: MarginKind, _ quantity: Int64, _ minute: Int64) throws
        -> InterestSweep
    {
        let time = start + minute * period
        let contract = OpenInterestContract(
            venue: venue, symbol: symbol, coin: "BTC", quote: margin == .coin ? "USD" : "USDT", margin: margin)
        let value = try #require(
            OpenInterest(quantity: FixedPoint(mantissa: quantity, scale: 5), price: FixedPoint(mantissa: 8_704_611 + minute, scale: 2)))
        return InterestSweep(venue: venue, time: time, samples: [OpenInterestSample(contract: contract, value: value, time: time)])
    }

    private func ask(_ router: Router, _ target: String, key: String? = nil) throws -> (response: Response, json: [String: Any]) {
        let headers = key.map { [(name: "cg-api-key", value: $0)] } ?? []
        let response = router.respondFully(to: try Request("/api/futures/" + target, headers: headers, time: Self.now))
        let json = try JSONSerialization.jsonObject(with: Data(response.bodyText.utf8)) as? [String: Any]
        return (response, try #require(json))
    }

    @Test func `The exchange list has the vendor's keys and formats, and what is printed adds up to the last digit`() throws {
        let (router, _, folder) = try Self.service()
        defer { _ = folder }
        let (response, json) = try ask(router, "open-interest/exchange-list?symbol=btc")
        #expect(response.status == .ok && json["code"] as? String == "0" && json["msg"] as? String == "success")
        let rows = try #require(json["data"] as? [[String: Any]])
        #expect(rows.map { $0["exchange"] as? String } == ["All", "Binance", "OKX", "Deribit"])
        let keys = [
            "exchange", "symbol", "open_interest_usd", "open_interest_quantity", "open_interest_by_coin_margin",
            "open_interest_by_stable_coin_margin", "open_interest_quantity_by_coin_margin", "open_interest_quantity_by_stable_coin_margin",
            "open_interest_change_percent_5m", "open_interest_change_percent_15m", "open_interest_change_percent_30m",
            "open_interest_change_percent_1h", "open_interest_change_percent_4h", "open_interest_change_percent_24h",
        ]
        for row in rows {
            #expect(Set(row.keys) == Set(keys) && row["symbol"] as? String == "BTC")
            #expect(keys.dropFirst(2).allSatisfy { row[$0] is NSNumber })
        }
        func number(_ row: Int, _ key: String) -> Decimal {
            (rows[row][key] as? NSNumber).flatMap { Decimal(string: $0.stringValue) } ?? .nan
        }
        for row in rows.indices {
            #expect(
                number(row, "open_interest_quantity") == number(row, "open_interest_quantity_by_coin_margin")
                    + number(row, "open_interest_quantity_by_stable_coin_margin"))
            #expect(
                number(row, "open_interest_usd") == number(row, "open_interest_by_coin_margin")
                    + number(row, "open_interest_by_stable_coin_margin"))
        }
        for key in keys.dropFirst(2).prefix(6) { #expect(number(0, key) == number(1, key) + number(2, key) + number(3, key), "\(key)") }
        // 123.45679 BTC at 87,061.11 is 10,748,285.17...; the quantity at four decimals is 123.4568.
        #expect(number(3, "open_interest_quantity") == Decimal(string: "123.4568"))
        #expect(
            number(3, "open_interest_usd") == Decimal(string: "10748285.18")
                || number(3, "open_interest_usd") == Decimal(string: "10748285.17"))
        // Its quantity stays: only the price moves, from 87,046.11 a day and an hour ago by a cent a minute.
        #expect(number(3, "open_interest_change_percent_24h") == Decimal(string: "0.02"))
        #expect(response.bodyText.contains("\"open_interest_by_coin_margin\":0,"), "whole numbers have no point")
        #expect(try ask(router, "open-interest/exchange-list?symbol=NOPE").json["data"] as? [String] == [])
    }

    @Test func `Open interest of options that the lake holds changes no byte of an answer about contracts`() throws {
        let (plain, _, folder) = try Self.service()
        let (beside, _, other) = try Self.service(options: true)
        defer { _ = (folder, other) }
        for target in [
            "open-interest/exchange-list?symbol=BTC", "open-interest/aggregated-history?symbol=BTC&interval=1h",
            "open-interest/aggregated-coin-margin-history?exchange_list=ALL&symbol=BTC&interval=4h",
            "open-interest/aggregated-coin-margin-history?exchange_list=OKX,Deribit&symbol=BTC&interval=4h",
            "open-interest/history?exchange=OKX&symbol=BTC-USD-260327-60000-C&interval=1h",
            "open-interest/exchange-history-chart?symbol=BTC&range=4h", "open-interest/exchange-history-chart?symbol=BTC&range=all",
            "supported-coins", "supported-exchanges", "supported-exchange-pairs", "supported-exchange-pairs?exchange=OKX",
        ] {
            let expected = try ask(plain, target).response
            let found = try ask(beside, target).response
            #expect(found.status == expected.status && found.bodyText == expected.bodyText, "\(target)")
        }
    }

    @Test func `Bars are the vendor's texts, as many as are asked for, of a pair, a coin, or a margin`() throws {
        let (router, _, folder) = try Self.service()
        defer { _ = folder }
        func bars(_ target: String) throws -> [[String: Any]] { try #require(try ask(router, target).json["data"] as? [[String: Any]]) }
        let pair = try bars("open-interest/history?exchange=Binance&symbol=BTCUSDT&interval=1h&unit=coin")
        #expect(pair.count == 26 && pair[0]["time"] as? Int == Int(Self.start / 1000))
        #expect(
            pair[0].filter { $0.key != "time" } as? [String: String] == [
                "open": "1034.5679", "high": "1035.1179", "low": "1034.5679", "close": "1035.1179",
            ])
        let last = try bars("open-interest/history?exchange=binance&symbol=BTCUSDT&interval=1h&unit=coin&limit=3")
        #expect(last.count == 3 && NSArray(array: last).isEqual(to: Array(pair.suffix(3))))
        let from = Self.start / 1000 + 7_200_000
        let first = try bars("open-interest/history?exchange=Binance&symbol=BTCUSDT&interval=1h&unit=coin&limit=2&start_time=\(from)")
        #expect(first.map { $0["time"] as? Int } == [Int(from), Int(from) + 3_600_000])
        let all = try bars("open-interest/aggregated-history?symbol=BTC&interval=1d")
        #expect(all.count == 2)
        let stable = try bars("open-interest/aggregated-stablecoin-history?exchange_list=Binance,OKX&symbol=BTC&interval=4h&limit=1")
        let coin = try bars("open-interest/aggregated-coin-margin-history?exchange_list=ALL&symbol=BTC&interval=4h&limit=1")
        let both = try bars("open-interest/aggregated-history?symbol=BTC&interval=4h&limit=1")
        func close(_ bars: [[String: Any]]) -> Decimal { (bars.last?["close"] as? String).flatMap { Decimal(string: $0) } ?? .nan }
        #expect(abs(close(stable) + close(coin) - close(both)) <= Decimal(string: "0.0001") ?? 0)
        let chart = try #require(try ask(router, "open-interest/exchange-history-chart?symbol=BTC&range=4h").json["data"] as? [String: Any])
        #expect((chart["time_list"] as? [Int])?.count == 7 && (chart["price_list"] as? [Double])?.count == 7)
        #expect((chart["data_map"] as? [String: [Double]])?.mapValues(\.count) == ["Binance": 7, "Deribit": 7, "OKX": 7])
    }

    @Test func `What is known is listed`() throws {
        let (router, _, folder) = try Self.service()
        defer { _ = folder }
        #expect(try ask(router, "supported-coins").json["data"] as? [String] == ["BTC"])
        #expect(try ask(router, "supported-exchanges").json["data"] as? [String] == ["Binance", "Bybit", "Deribit", "OKX"])
        let pairs = try #require(try ask(router, "supported-exchange-pairs").json["data"] as? [String: [[String: String]]])
        #expect(pairs["Deribit"] == [["instrument_id": "BTC-PERPETUAL", "base_asset": "BTC", "quote_asset": "USD"]])
        #expect(pairs.keys.sorted() == ["Binance", "Deribit", "OKX"])
        #expect(try (ask(router, "supported-exchange-pairs?exchange=okx").json["data"] as? [String: Any])?.keys.sorted() == ["OKX"])
    }

    @Test(arguments: [
        ("open-interest/exchange-list", 200, "400"), ("open-interest/history?exchange=Binance&symbol=BTCUSDT&interval=2h", 200, "400"),
        ("open-interest/history?exchange=Binance&symbol=NOPE&interval=1h", 200, "400"), ("nothing-here", 404, "404"),
        ("open-interest/aggregated-history?symbol=BTC&interval=1h&limit=x", 200, "400"),
    ])
    func `Errors are those of the live service`(target: String, status: Int, code: String) throws {
        let (router, _, folder) = try Self.service()
        defer { _ = folder }
        let (response, json) = try ask(router, target)
        #expect(response.status.code == status && json["code"] as? String == code && json["msg"] is String && json["data"] == nil)
    }

    @Test func `Plans decide over intervals and calls a minute, and answers tell how many are used`() throws {
        let (router, key, folder) = try Self.service(plan: "hobbyist")
        defer { _ = folder }
        func call(_ target: String, key: String?) throws -> (Response, code: String?, message: String?) {
            let (response, json) = try ask(router, target, key: key)
            return (response, json["code"] as? String, json["msg"] as? String)
        }
        #expect(try call("supported-coins", key: nil).message == "API key missing.")
        #expect(try call("supported-coins", key: "nonsense").message == "Invalid API key provided")
        let history = "open-interest/aggregated-history?symbol=BTC&interval="
        #expect(try call(history + "4h", key: key).code == "0")
        let refused = try call(history + "1h", key: key)
        #expect(refused.0.status == .ok && refused.code == "403")
        #expect(refused.message == "The requested interval is not available for your current API plan.")
        #expect(refused.0.header("API-KEY-MAX-LIMIT") == "30" && refused.0.header("API-KEY-USE-LIMIT") == "2")
        for _ in 0..<28 { #expect(try call("supported-coins", key: key).code == "0") }
        let late = try call("supported-coins", key: key)
        #expect(late.0.status == .tooManyRequests && late.code == "429" && late.message == "Too Many Requests")
        #expect(late.0.header("API-KEY-USE-LIMIT") == "30" && late.0.header("Retry-After") != nil)
    }
}
