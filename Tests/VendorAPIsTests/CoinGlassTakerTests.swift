import Access
import Foundation
import MarketModel
import MarketService
import TestSupport
import Testing
import Transport

/// CoinGlass' endpoints on tapes: the vendor's own examples, made of trades that give them.
@Suite struct CoinGlassTakerTests {
    typealias Row = TapedCoinGlass.Row

    private static let hour: Int64 = 3_600_000_000

    /// Trades of a price of one, so that a quantity is an amount of dollars.
    private static func dollars(_ time: Int64, buy: String, sell: String) -> [Row] {
        [Row(time: time, price: "1", quantity: buy, side: .buy), Row(time: time + 1000, price: "1", quantity: sell, side: .sell)]
    }

    @Test func `What takers of a pair bought and sold is the vendor's example, as texts`() throws {
        let start: Int64 = 1_750_183_200_000_000
        let rows =
            Self.dollars(start, buy: "414120141.0714", sell: "350417509.655")
            + Self.dollars(start + Self.hour + 7, buy: "882509979.6914", sell: "808715578.4428")
            + Self.dollars(start + 3 * Self.hour - 2000, buy: "572589140.5759", sell: "571005164.3247")
        let service = try TapedCoinGlass([(.binanceFutures, "BTCUSDT", rows)])
        let target = "v2/taker-buy-sell-volume/history?exchange=Binance&symbol=BTCUSDT&interval=1h"
        let expected = [
            #"{"time":1750183200000,"taker_buy_volume_usd":"414120141.0714","taker_sell_volume_usd":"350417509.655"}"#,
            #"{"time":1750186800000,"taker_buy_volume_usd":"882509979.6914","taker_sell_volume_usd":"808715578.4428"}"#,
            #"{"time":1750190400000,"taker_buy_volume_usd":"572589140.5759","taker_sell_volume_usd":"571005164.3247"}"#,
        ]
        func text(_ rows: some Sequence<String>) -> String { "[" + rows.joined(separator: ",") + "]" }
        let now = start + 3 * Self.hour
        // What was read once is kept, and is the same.
        for _ in 0..<2 { #expect(try service.data(target, at: now) == text(expected)) }
        #expect(try service.data(target + "&limit=2", at: now - 1) == text(expected.suffix(2)))
        #expect(try service.data(target + "&start_time=1750183200000&limit=2", at: now) == text(expected.prefix(2)))
        #expect(try service.data(target + "&end_time=1750190399999", at: now) == text(expected.prefix(2)))
        #expect(try service.data(target + "&start_time=1750186800000&end_time=1750186800000", at: now) == text(expected[1...1]))
        // Bars are whole wherever the times lie that are asked for, and years without trades are no work.
        #expect(try service.data(target + "&start_time=1&end_time=1750183200001&limit=7", at: now) == text(expected.prefix(1)))
        #expect(try service.data(target + "&start_time=1750190400001", at: now + 1_000_000 * Self.hour) == text(expected.suffix(1)))
        #expect(try service.data(target + "&start_time=1750194000000", at: now + Self.hour) == "[]")
    }

    @Test func `The cumulative delta is the vendor's example and begins with the first bar that is asked for`() throws {
        let start: Int64 = 1_762_254_000_000_000
        let rows =
            Self.dollars(start, buy: "350281007.0211", sell: "325339470.9493")
            + Self.dollars(start + Self.hour, buy: "286399814.1275", sell: "347409544.4937")
            + Self.dollars(start + 2 * Self.hour, buy: "299952362.4807", sell: "323978642.5934")
        let service = try TapedCoinGlass([(.binanceFutures, "BTCUSDT", rows)])
        let target = "cvd/history?exchange=binance&symbol=BTCUSDT&interval=1h"
        let now = start + 2 * Self.hour + 5000
        #expect(
            try service.data(target, at: now)
                == #"[{"time":1762254000000,"taker_buy_vol":350281007.0211,"taker_sell_vol":325339470.9493,"cum_vol_delta":24941536.0718},"#
                + #"{"time":1762257600000,"taker_buy_vol":286399814.1275,"taker_sell_vol":347409544.4937,"cum_vol_delta":-36068194.2944},"#
                + #"{"time":1762261200000,"taker_buy_vol":299952362.4807,"taker_sell_vol":323978642.5934,"cum_vol_delta":-60094474.4071}]"#)
        #expect(
            try service.data(target + "&limit=1", at: now)
                == #"[{"time":1762261200000,"taker_buy_vol":299952362.4807,"taker_sell_vol":323978642.5934,"cum_vol_delta":-24026280.1127}]"#
        )
    }

    @Test func `A coin's volume is that of all of its contracts at the exchanges that are asked for, in dollars or coins`() throws {
        let start: Int64 = 1_741_622_400_000_000
        let service = try TapedCoinGlass([
            (.binanceFutures, "BTCUSDT", Self.dollars(start, buy: "968834542.3787", sell: "4582654.8138")),
            // Contracts of 100 USD, and of 0.01 BTC.
            (
                .binanceCoinFutures, "BTCUSD_PERP",
                [
                    Row(time: start + 5000, price: "80000", quantity: "3", side: .buy),
                    Row(time: start + 6000, price: "80000", quantity: "8", side: .sell),
                ]
            ),
            (.okxPerps, "BTC-USDT-SWAP", [Row(time: start, price: "80000.1", quantity: "250", side: .sell)]),
            (.binanceFutures, "1000PEPEUSDT", [Row(time: start, price: "0.0070001", quantity: "123", side: .buy)]),
            (.binanceFutures, "ETHUSDT", Self.dollars(start, buy: "1", sell: "1")),
            (.binanceFutures, "ETHBTC", Self.dollars(start, buy: "1", sell: "1")),
        ])
        func ask(_ query: String) throws -> String {
            try service.data("aggregated-taker-buy-sell-volume/history?interval=1h&" + query, at: start + 9_000_000)
        }
        func row(_ buy: String, _ sell: String) -> String {
            #"[{"time":1741622400000,"aggregated_buy_volume_usd":\#(buy),"aggregated_sell_volume_usd":\#(sell)}]"#
        }
        #expect(try ask("exchange_list=Binance&symbol=btc") == row("968834842.3787", "4583454.8138"))
        #expect(try ask("exchange_list=Binance&symbol=BTC&unit=coin") == row("968834542.38245", "4582654.8238"))
        #expect(try ask("exchange_list=Binance,okx&symbol=BTC") == row("968834842.3787", "4783455.0638"))
        #expect(try ask("exchange_list=ALL&symbol=BTC&unit=usd") == row("968834842.3787", "4783455.0638"))
        #expect(try ask("exchange_list=ALL&symbol=PEPE&unit=coin") == row("123000", "0"))
        #expect(try ask("exchange_list=ALL&symbol=PEPE") == row("0.861", "0"))
        #expect(try ask("exchange_list=ALL&symbol=NOPE") == "[]")
        #expect(try ask("exchange_list=Kraken&symbol=BTC") == "[]")
        #expect(try service.data("supported-coins", at: start) == #"["BTC","ETH","PEPE"]"#)
        #expect(try service.data("supported-exchanges", at: start) == #"["Binance","OKX"]"#)
        #expect(
            try service.data("supported-exchange-pairs?exchange=OKX", at: start)
                == #"{"OKX":[{"instrument_id":"BTC-USDT-SWAP","base_asset":"BTC","quote_asset":"USDT"}]}"#)
    }

    @Test func `The exchanges' shares are the vendor's example, of the trades of the time up to now, most dollars first`() throws {
        let now: Int64 = 1_741_622_400_000_000
        let before = now - 4 * Self.hour
        let service = try TapedCoinGlass([
            (.okxPerps, "BTC-USDT-SWAP", Self.dollars(now - Self.hour, buy: "10843572462.14", sell: "10483450259.04")),
            (
                .binanceFutures, "BTCUSDT",
                [Row(time: before - 1000, price: "1", quantity: "5", side: .buy)]
                    + Self.dollars(before + 1000, buy: "240077939.5811", sell: "247674925.1653")
            ),
        ])
        #expect(
            try service.data("taker-buy-sell-volume/exchange-list?symbol=BTC&range=4h", at: now)
                == #"{"symbol":"BTC","buy_ratio":49.72,"sell_ratio":50.28,"buy_vol_usd":348513664.2025,"sell_vol_usd":352509427.7557,"exchange_list":["#
                + #"{"exchange":"Binance","buy_ratio":49.22,"sell_ratio":50.78,"buy_vol_usd":240077939.5811,"sell_vol_usd":247674925.1653},"#
                + #"{"exchange":"OKX","buy_ratio":50.84,"sell_ratio":49.16,"buy_vol_usd":108435724.6214,"sell_vol_usd":104834502.5904}]}"#)
        #expect(
            try service.data("taker-buy-sell-volume/exchange-list?symbol=BTC&range=5m", at: now)
                == #"{"symbol":"BTC","buy_ratio":null,"sell_ratio":null,"buy_vol_usd":0,"sell_vol_usd":0,"exchange_list":[]}"#)
        #expect(try service.data("taker-buy-sell-volume/exchange-list?symbol=BTC&range=24h", at: now).contains("348513669.2025"))
    }

    /// As many trades as wanted in a level whose prices have one digit after the point and whose quantities have three, with these sums.
    private static func level(_ from: Int64, _ side: TakerSide, quantity: Int64, notional: Int64, count: Int64, time: Int64) -> [Row] {
        // Prices lie d tenths above the level's first one; all but two trades are of one unit at that.
        let excess = notional - from * quantity
        let rest = quantity - (count - 2)
        let tenths = excess / rest
        let (more, less) = (excess - tenths * rest, rest - (excess - tenths * rest))
        let trades = [(Int64(0), Int64(1), count - 2), (tenths + 1, more, 1), (tenths, less, 1)]
        return trades.flatMap { tenths, units, times in
            (0..<times).map { index in
                Row(
                    time: time + 1000 * index, price: "\((from + tenths) / 10).\((from + tenths) % 10)",
                    quantity: "\(units / 1000).\(String(units % 1000 + 1000).dropFirst())", side: side)
            }
        }
    }

    @Test func `The footprint is the vendor's example`() throws {
        let start: Int64 = 1_757_808_000_000_000
        let rows =
            Self.level(1_157_650, .buy, quantity: 3223, notional: 3_731_181_958, count: 193, time: start)
            + Self.level(1_157_700, .sell, quantity: 528, notional: 611_270_686, count: 64, time: start)
            + Self.level(1_157_650, .sell, quantity: 9906, notional: 11_467_735_391, count: 153, time: start)
            + Self.level(1_157_700, .buy, quantity: 3315, notional: 3_837_825_569, count: 40, time: start)
            + [Row(time: start + Self.hour, price: "99999.9", quantity: "0.001", side: .sell)]
        let service = try TapedCoinGlass([(.binanceFutures, "BTCUSDT", rows)])
        let target = "volume/footprint-history?exchange=Binance&symbol=BTCUSDT&interval=1h&limit=2"
        let now = start + 2 * Self.hour - 1
        let first =
            "[1757808000,[[115765,115770,3.223,9.906,373118.1958,1146773.5391,373118.1958,1146773.5391,193,153],"
            + "[115770,115775,3.315,0.528,383782.5569,61127.0686,383782.5569,61127.0686,40,64]]]"
        // Below 100,000 levels are 2 high.
        let second = "[1757811600,[[99998,100000,0,0.001,0,99.9999,0,99.9999,0,1]]]"
        #expect(try service.data(target, at: now) == "[\(first),\(second)]")
        #expect(try service.data(target + "&start_time=1757808000000&end_time=1757808000000", at: now) == "[\(first)]")
        #expect(try service.data("volume/footprint-history?exchange=Binance&symbol=BTCUSDT&interval=1h", at: start - 1) == "[]")
    }

    @Test(arguments: [
        ("hobbyist", "4h", ["0", "0", "401", "401"]), ("hobbyist", "1h", ["403", "403", "401", "401"]),
        ("startup", "30m", ["0", "0", "0", "401"]), ("startup", "15m", ["403", "403", "403", "401"]),
        ("standard", "1m", ["0", "0", "0", "401"]),
        ("professional", "1m", ["0", "0", "0", "0"]), ("enterprise", "1m", ["0", "0", "0", "0"]),
        ("unlimited", "1m", ["0", "0", "0", "0"]),
    ])
    func `Plans open paths and intervals`(plan: String, interval: String, codes: [String]) throws {
        let now: Int64 = 1_741_622_400_000_000
        let service = try TapedCoinGlass([(.binanceFutures, "BTCUSDT", Self.dollars(now, buy: "1", sell: "1"))], plan: plan)
        let pair = "/history?exchange=Binance&symbol=BTCUSDT&interval=\(interval)"
        let targets = [
            "v2/taker-buy-sell-volume" + pair, "aggregated-taker-buy-sell-volume/history?exchange_list=ALL&symbol=BTC&interval=\(interval)",
            "cvd" + pair, "volume/footprint-" + pair.dropFirst(),
        ]
        for (target, code) in zip(targets, codes) {
            let (response, json) = try service.ask(target, at: now)
            #expect(response.status == .ok && json["code"] as? String == code, "\(target): \(response.bodyText)")
            let messages = [
                "0": "success", "401": "Upgrade plan", "403": "The requested interval is not available for your current API plan.",
            ]
            #expect(json["msg"] as? String == messages[code])
            if plan == "hobbyist" { #expect(response.header("API-KEY-MAX-LIMIT") == "30" && response.header("API-KEY-USE-LIMIT") != nil) }
        }
        #expect(try service.ask("taker-buy-sell-volume/exchange-list?symbol=BTC&range=5m", at: now).json["code"] as? String == "0")
    }

    @Test func `A plan may open the last days only: older times are refused where they are asked for, and else left out`() throws {
        let day = CivilDate.dayLength
        let midnight = CivilDate(epochDay: 20_400).microseconds
        let rows = (0..<6).flatMap { Self.dollars(midnight + Int64($0) * day, buy: "1", sell: "1") }
        let plan = Plan(vendor: "coinglass", name: "last", historyDays: 2)
        let service = try TapedCoinGlass([(.binanceFutures, "BTCUSDT", rows)], plan: "last", plans: Plans([plan]))
        let now = midnight + 5 * day + 12 * Self.hour
        let first = midnight + 3 * day
        for path in ["v2/taker-buy-sell-volume", "cvd"] {
            func ask(_ query: String, _ interval: String = "1h") throws -> (code: String?, times: [Int]) {
                let json = try service.ask("\(path)/history?exchange=Binance&symbol=BTCUSDT&interval=\(interval)" + query, at: now).json
                return (json["code"] as? String, (json["data"] as? [[String: Any]] ?? []).compactMap { $0["time"] as? Int })
            }
            #expect(try ask("").times == [3, 4, 5].map { Int(midnight + $0 * day) / 1000 })
            #expect(try ask("&start_time=\(first / 1000)").times.count == 3 && ask("&start_time=\(first / 1000 - 1)").code == "401")
            #expect(try ask("&end_time=\(first / 1000)").times.count == 1 && ask("&end_time=\(first / 1000 - 1)").code == "401")
            // The bar that the first day lies in is whole.
            #expect(try ask("", "1w").code == "0")
        }
        let old = "&start_time=\(midnight / 1000)"
        for target in [
            "volume/footprint-history?exchange=Binance&symbol=BTCUSDT&interval=1h",
            "aggregated-taker-buy-sell-volume/history?exchange_list=ALL&symbol=BTC&interval=1h",
            "open-interest/aggregated-history?symbol=BTC&interval=1h",
            "open-interest/aggregated-coin-margin-history?exchange_list=ALL&symbol=BTC&interval=1h",
        ] {
            let (response, json) = try service.ask(target + old, at: now)
            #expect(response.status == .ok && json["code"] as? String == "401" && json["msg"] as? String == "Upgrade plan", "\(target)")
            #expect(try service.ask(target, at: now).json["code"] as? String == "0", "\(target)")
        }
    }

    @Test func `What would be made of too many trades is refused before they are read, and says what to ask instead`() throws {
        let midnight = CivilDate(epochDay: 20_400).microseconds
        let rows = (0..<6).flatMap { Self.dollars(midnight + Int64($0) * CivilDate.dayLength, buy: "1", sell: "1") }
        var limits = QueryLimits()
        limits.trades = 8
        let service = try TapedCoinGlass([(.binanceFutures, "BTCUSDT", rows)], limits: limits)
        let now = midnight + 6 * CivilDate.dayLength
        // Files that are gone cannot be read: none of these tries.
        try FileManager.default.removeItem(atPath: service.folder.path + "/tape")
        for path in [
            "v2/taker-buy-sell-volume/history?exchange=Binance&symbol=BTCUSDT", "cvd/history?exchange=Binance&symbol=BTCUSDT",
            "volume/footprint-history?exchange=Binance&symbol=BTCUSDT",
            "aggregated-taker-buy-sell-volume/history?exchange_list=ALL&symbol=BTC",
        ] {
            let (response, json) = try service.ask(path + "&interval=1d", at: now)
            #expect(
                json["code"] as? String == "400"
                    && json["msg"] as? String
                        == "the answer would be made of 12 trades, and 8 are read for one: ask for a shorter time or fewer rows",
                "\(response.bodyText)")
        }
    }

    @Test(arguments: [
        ("v2/taker-buy-sell-volume/history?exchange=Binance&symbol=NOPE&interval=1h", "The requested pair does not exist on the exchange."),
        ("cvd/history?exchange=Kraken&symbol=BTCUSDT&interval=1h", "The requested pair does not exist on the exchange."),
        ("volume/footprint-history?exchange=Binance&symbol=ETHBTC&interval=1h", "The requested pair does not exist on the exchange."),
        ("aggregated-taker-buy-sell-volume/history?symbol=BTC&interval=1h", "Required String parameter 'exchange_list' is not present"),
        ("taker-buy-sell-volume/exchange-list?symbol=BTC", "Required String parameter 'range' is not present"),
        ("taker-buy-sell-volume/exchange-list?symbol=BTC&range=2h", nil), ("cvd/history?exchange=Binance&symbol=BTCUSDT&interval=2h", nil),
        ("cvd/history?exchange=Binance&symbol=BTCUSDT&interval=1h&limit=x", nil),
    ])
    func `What is wrong is told with code 400 and HTTP 200`(target: String, message: String?) throws {
        let rows = Self.dollars(1_741_622_400_000_000, buy: "1", sell: "1")
        let service = try TapedCoinGlass([(.binanceFutures, "BTCUSDT", rows), (.binanceFutures, "ETHBTC", rows)])
        let (response, json) = try service.ask(target, at: 1_741_622_500_000_000)
        #expect(response.status == .ok && json["code"] as? String == "400" && json["data"] == nil)
        if let message { #expect(json["msg"] as? String == message) }
    }
}
