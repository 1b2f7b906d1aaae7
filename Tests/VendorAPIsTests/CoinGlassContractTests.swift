import Foundation
import MarketModel
import TestSupport
import Testing
import Transport

/// Every endpoint's keys and kinds of value, pinned by the vendor's examples with their own values.
@Suite struct CoinGlassContractTests {
    /// What an answer must look like: the vendor's example, and how many digits after the point a number may have.
    struct Contract: Sendable {
        var target: String
        var example: String
        var places = 4
    }

    private static let bars = """
        [{"time":2644845344000,"open":"2644845344","high":"2692643311","low":"2576975597","close":"2608846475"}]
        """

    static let interest: [Contract] = [
        Contract(
            target: "open-interest/exchange-list?symbol=BTC",
            // The vendor's page leaves out what coins margin in dollars; its service sends it.
            example: """
                [{"exchange":"All","symbol":"BTC","open_interest_usd":57437891724.5572,"open_interest_quantity":659557.3064,
                "open_interest_by_coin_margin":8517617289.4072,"open_interest_by_stable_coin_margin":48920274435.15,
                "open_interest_quantity_by_coin_margin":97551.2547,"open_interest_quantity_by_stable_coin_margin":562006.0517,
                "open_interest_change_percent_5m":0.34,"open_interest_change_percent_15m":0.59,"open_interest_change_percent_30m":1.42,
                "open_interest_change_percent_1h":2.27,"open_interest_change_percent_4h":2.95,"open_interest_change_percent_24h":0.9}]
                """),
        Contract(target: "open-interest/history?exchange=Binance&symbol=BTCUSDT&interval=1h", example: bars),
        Contract(target: "open-interest/aggregated-history?symbol=BTC&interval=4h&unit=coin", example: bars),
        Contract(target: "open-interest/aggregated-stablecoin-history?exchange_list=Binance,OKX&symbol=BTC&interval=1d", example: bars),
        Contract(target: "open-interest/aggregated-coin-margin-history?exchange_list=Deribit&symbol=BTC&interval=1m", example: bars),
        Contract(
            target: "open-interest/exchange-history-chart?symbol=BTC&range=4h",
            example: """
                {"time_list":[1721649600000],"price_list":[67490.3],"data_map":{"Binance":[8018229234],"Deribit":[395160842],"OKX":[395160842]}}
                """),
        Contract(target: "supported-coins", example: #"["BTC"]"#), Contract(target: "supported-exchanges", example: #"["OKX","Binance"]"#),
        Contract(
            target: "supported-exchange-pairs?exchange=Binance",
            example: #"{"Binance":[{"instrument_id":"BTCUSD_PERP","base_asset":"BTC","quote_asset":"USD"}]}"#),
    ]

    static let taker: [Contract] = [
        Contract(
            target: "v2/taker-buy-sell-volume/history?exchange=Binance&symbol=BTCUSDT&interval=1h",
            example: #"[{"time":1750183200000,"taker_buy_volume_usd":"414120141.0714","taker_sell_volume_usd":"350417509.655"}]"#),
        Contract(
            target: "aggregated-taker-buy-sell-volume/history?exchange_list=Binance&symbol=BTC&interval=1h",
            example: """
                [{"time":1741622400000,"aggregated_buy_volume_usd":968834542.3787,"aggregated_sell_volume_usd":1054582654.8138}]
                """),
        Contract(
            target: "aggregated-taker-buy-sell-volume/history?exchange_list=Binance&symbol=BTC&interval=1h&unit=coin",
            example: """
                [{"time":1741622400000,"aggregated_buy_volume_usd":968834542.3787,"aggregated_sell_volume_usd":1054582654.8138}]
                """, places: 8),
        Contract(
            target: "taker-buy-sell-volume/exchange-list?symbol=BTC&range=24h",
            example: """
                {"symbol":"BTC","buy_ratio":51.01,"sell_ratio":48.99,"buy_vol_usd":1112108532.1688,"sell_vol_usd":1068220541.0417,
                "exchange_list":[{"exchange":"Binance","buy_ratio":49.22,"sell_ratio":50.78,"buy_vol_usd":240077939.5811,
                "sell_vol_usd":247674925.1653}]}
                """),
        Contract(
            target: "cvd/history?exchange=Binance&symbol=BTCUSDT&interval=1h",
            example: """
                [{"time":1762254000000,"taker_buy_vol":350281007.0211,"taker_sell_vol":325339470.9493,"cum_vol_delta":24941536.0718}]
                """),
        Contract(
            target: "volume/footprint-history?exchange=Binance&symbol=BTCUSDT&interval=1h",
            example: """
                [[1757808000,[[115765,115770,3.223,9.906,373118.1958,1146773.5391,373118.1958,1146773.5391,193,153]]]]
                """, places: 8),
    ]

    @Test(arguments: interest)
    func `An answer about open interest looks like the vendor's`(contract: Contract) throws {
        let (router, _, folder) = try CoinGlassTests.service()
        defer { _ = folder }
        let text = router.respondFully(to: try Request("/api/futures/" + contract.target, time: CoinGlassTests.now)).bodyText
        try check(text, contract)
    }

    @Test(arguments: taker)
    func `An answer about takers looks like the vendor's`(contract: Contract) throws {
        var random = Seeded(20)
        let start: Int64 = 1_757_808_000_000_000
        let rows = (Int64(0)..<5000).map { index in
            TapedCoinGlass.Row(
                time: start + index * 5_000_000, price: "11\(5000 + Int64.random(in: 0...900, using: &random)).\(index % 10)",
                quantity: "0.\(Int64.random(in: 100...999, using: &random))", side: Bool.random(using: &random) ? .buy : .sell)
        }
        let service = try TapedCoinGlass([(.binanceFutures, "BTCUSDT", rows)])
        try check(service.ask(contract.target, at: start + 5000 * 5_000_000).response.bodyText, contract)
    }

    private func check(_ text: String, _ contract: Contract) throws {
        let answer = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
        #expect(Set(answer.keys) == ["code", "msg", "data"] && answer["code"] as? String == "0" && answer["msg"] as? String == "success")
        let example = try JSONSerialization.jsonObject(with: Data(contract.example.utf8), options: .fragmentsAllowed)
        let faults = Self.faults(try #require(answer["data"]), like: example, at: "data", places: contract.places)
        #expect(faults.isEmpty, "\(faults.prefix(5)) in \(text.prefix(500))")
        // Digits as they are, without exponents and trailing zeros, whether they stand for themselves or in a text.
        #expect(text.firstMatch(of: /[:,\["]-?\d+(\.\d*0|\.|(\.\d+)?[eE][-+0-9]+)[,}\]"]/) == nil, "\(text.prefix(500))")
    }

    /// How a value differs in its keys and kinds from an example.
    private static func faults(_ value: Any, like example: Any, at path: String, places: Int) -> [String] {
        switch (value, example) {
        case (let value as [String: Any], let example as [String: Any]):
            guard Set(value.keys) == Set(example.keys) else { return ["\(path) has the keys \(value.keys.sorted())"] }
            return value.flatMap { key, member in example[key].map { faults(member, like: $0, at: "\(path).\(key)", places: places) } ?? []
            }
        case (let value as [Any], let example as [Any]):
            guard !value.isEmpty else { return ["\(path) is empty"] }
            // The rows of a list are alike; what is no list of rows has as many values as the example.
            let isRow = example.count > 1 && !(example.allSatisfy { $0 is String })
            if isRow, value.count != example.count { return ["\(path) has \(value.count) values"] }
            return value.indices.flatMap {
                faults(value[$0], like: example[isRow ? $0 : 0], at: "\(path)[\($0)]", places: places)
            }
        case (let value as String, let example as String):
            return (Decimal(string: value) == nil) == (Decimal(string: example) == nil)
                ? digits(value, path, places) : ["\(path) is \(value)"]
        case (let value as NSNumber, is NSNumber):
            let isPercent = path.contains("percent") || path.contains("ratio")
            return digits("\(value)", path, path.contains("time") ? 0 : isPercent ? 2 : places)
        default: return ["\(path) is \(value), not like \(example)"]
        }
    }

    private static func digits(_ number: String, _ path: String, _ places: Int) -> [String] {
        guard let decimal = Decimal(string: number), let point = "\(decimal)".firstIndex(of: ".") else { return [] }
        return "\(decimal)"[point...].count - 1 <= places ? [] : ["\(path) is \(number)"]
    }
}
