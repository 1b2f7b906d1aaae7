import Feeds
import Foundation
import MarketModel
import Testing

/// Recorded payloads of venues, with values worked out by hand.
@Suite(.enabled(if: Recording.atHand, "../shared/data is absent"))
struct OpenInterestRecordingTests {
    /// A recorded file as it stands.
    private func text(_ path: String) throws -> String {
        String(decoding: try Data(contentsOf: URL(filePath: Recording.root + "/rest-captures/" + path)), as: UTF8.self)
    }

    @Test func `Hyperliquid's recorded contexts give coins, and USD at the mark`() throws {
        // The stream has contexts without names: here they are those of the first three coins of the venue, and of letters.
        let recorded = try text("hyperliquid_ws_all_dexs_asset_ctxs_openInterest.json")
        let start = try #require(recorded.range(of: "\"\",")?.upperBound)
        let end = try #require(recorded.range(of: "\"abcd\"")?.lowerBound)
        var contexts = String(recorded[start..<end])
        let last = try #require(contexts.range(of: "]", options: .backwards)?.lowerBound)
        contexts = String(contexts[..<last])
        contexts += "]"
        let count = contexts.components(separatedBy: "openInterest").count - 1
        #expect(count == 230)
        let names = ["BTC", "ETH", "XRP"] + (3..<count).map { "C\($0)" }
        let universe = names.map { "{\"name\":\"\($0)\",\"szDecimals\":2}" }.joined(separator: ",")
        // What stands after the contexts of the first exchange is cut at the bracket that closes them.
        let body = "[{\"universe\":[\(universe)]},\(balanced(contexts))]"
        var poll = OpenInterestPoll(HyperliquidOpenInterest())
        let sum = poll.poll(["metaAndAssetCtxs": body])
        #expect(sum.outcomes == [.done])
        #expect(sum.faults == [:])
        #expect(sum.samples.count == 230)
        // 27353.17682 × 77562.0 = 2121567100.51284
        #expect(sum.text("BTC") == "BTC/USDC stable 27353.17682 = 2121567100.51284 USD")
        // 605822.2557999999 × 2123.7 = 1286584724.64245978763, coins to eight decimals
        #expect(sum.text("ETH") == "ETH/USDC stable 605822.2558 = 1286584724.64245979 USD")
        // 1485517.8400000001 × 2.1315 = 3166381.27596000021315
        #expect(sum.text("XRP") == "XRP/USDC stable 1485517.84 = 3166381.27596 USD")
        #expect(sum.time("BTC") == OpenInterestPoll.received)
        // All products together: 7068134217.905351608755939, each rounded to eight decimals.
        let total = sum.samples.reduce(Int128(0)) { $0 + Int128($1.value.usd.rescaled(to: 8) ?? .min) }
        #expect(abs(total - 706_813_421_790_535_161) <= 230)
    }

    /// The text up to the bracket that closes the one it begins with.
    private func balanced(_ text: String) -> String {
        var depth = 0
        for (place, letter) in zip(text.indices, text) {
            if letter == "[" { depth += 1 }
            if letter == "]" {
                depth -= 1
                if depth == 0 { return String(text[...place]).trimmingCharacters(in: .whitespacesAndNewlines) }
            }
        }
        return text
    }

    @Test func `BitMEX's recorded list gives inverse, quanto and linear contracts, in coins and USD`() throws {
        let lines = try Recording.lines("venue-websocket/BITMEX.instruments_with_openInterest.0.gz")
        let line = try #require(lines.first { $0.contains("instrument/active ->") })
        let body = String(line[try #require(line.firstIndex(of: "["))...])
        var poll = OpenInterestPoll(BitMEXOpenInterest())
        let sum = poll.poll(["/instrument/active": body])
        #expect(sum.outcomes == [.done])
        #expect(sum.faults == [:])
        #expect(sum.samples.count == 34)
        // 574264600 contracts of 1 USD at 32184.89: 17842.67710718… BTC
        #expect(sum.text("XBTUSD") == "BTC/USD coin 17842.67710718 = 574264600 USD")
        // At the mark of its own, 32350.84: 164864000 ÷ 32350.84 = 5096.127333942…
        #expect(sum.text("XBTU21") == "BTC/USD coin 5096.12733394 = 164864000 USD")
        // 12011525823 satoshi = 120.11525823 BTC, at 32184.89: 3865896.3734541447
        #expect(sum.text("XBTEUR") == "BTC/EUR coin 120.11525823 = 3865896.37345414 USD")
        // Quanto: 281246565675 satoshi × 32184.89 = 90518897.791276…; ÷ 2003.93 = 45170.68849275 ETH
        #expect(sum.text("ETHUSD") == "ETH/USD coin 45170.68849275 = 90518897.79127651 USD")
        // 10448231040 satoshi × 32184.89 = 3362751.667169…; ÷ 17.28 = 194603.684442… UNI
        #expect(sum.text("UNIUSDT") == "UNI/USDT coin 194603.6844427 = 3362751.66716986 USD")
        // Linear in XBT: 2326060 XRP × 0.00001816 × 32184.89 = 1359529.971838543…
        #expect(sum.text("XRPU21") == "XRP/BTC coin 2326060 = 1359529.97183854 USD")
        // 2021-07-22T22:36:05Z, as the row has it
        #expect(sum.time("XBTUSD") == 1_626_993_365_000_000)
        #expect(sum.time("XRPU21") == 1_626_993_360_000_000)
    }

    @Test func `Deribit's recorded tickers of options give coins, and USD at the price of what they are on`() throws {
        let frames = try Recording("venue-websocket/DERIBIT.ws.1.0.gz").frames.map { String(decoding: $0, as: UTF8.self) }
        let tickers = frames.filter { $0.contains("\"channel\":\"ticker.") }
        #expect(tickers.count == 89)
        // `data` of each is what a row of a summary is, under the same names.
        let rows = try tickers.map { frame in
            let start = try #require(frame.range(of: "\"data\":")?.upperBound)
            return String(frame[start...].dropLast(2))
        }
        func body(_ rows: [String]) -> String { "{\"jsonrpc\":\"2.0\",\"result\":[\(rows.joined(separator: ","))]}" }
        func body(of coin: String) -> String { body(rows.filter { $0.contains("\"instrument_name\":\"\(coin)-") }) }
        let families = ["deribit:BTC", "deribit:ETH"].compactMap { OptionFamily($0) }
        var poll = OpenInterestPoll(DeribitOptionInterest(families))
        let sum = poll.poll(["currency=BTC&kind=option": body(of: "BTC"), "currency=ETH&kind=option": body(of: "ETH")])
        #expect(sum.faults == [:])
        #expect(sum.samples.count == 89)
        // 12685 ETH × 2003.61 = 25415792.85; 108.2 BTC × 33420.42 = 3616089.444, by the first row of each
        #expect(sum.text("ETH-30JUL21-2800-C") == "ETH/USD coin 12685 = 25415792.85 USD")
        #expect(sum.text("BTC-25MAR22-30000-C") == "BTC/USD coin 108.2 = 3616089.444 USD")
        #expect(sum.time("ETH-30JUL21-2800-C") == 1_626_993_723_632_000)
        // None of them is a future.
        var futures = OpenInterestPoll(DeribitOpenInterest())
        let none = futures.poll(["currency=BTC&kind=future": body(rows)])
        #expect(none.samples.isEmpty)
        #expect(none.faults == [.noContract: 89])
    }

    @Test func `Bybit's recorded history gives one side, in coins at a price`() throws {
        let recorded = try text("bybit_inverse_openInterest_BTCUSD_5min.json")
        let start = try #require(recorded.range(of: "\"data\": ")?.upperBound)
        let body = String(recorded[start...].dropLast(recorded.hasSuffix("\n") ? 2 : 1))
        let history = OpenInterestHistory.bybit(Array(body.utf8), market: .inverse, symbol: "BTCUSD")
        #expect(history.outcome == .done)
        #expect(history.faults == [:])
        #expect(history.readings.count == 50)
        let first = try #require(history.readings.first)
        // 634815634 USD of both sides: 317407817 of one
        #expect(first.usd == decimal("317407817"))
        #expect(first.quantity == nil)
        #expect(first.time == 1_692_162_900_000_000)
        // ÷ 29197.4, the price of the trades recorded just after: 10871.0986937… BTC
        let sample = try #require(first.sample(price: decimal("29197.4")))
        #expect(sample.value == OpenInterest(quantity: decimal("10871.09869372"), usd: decimal("317407817")))
        #expect(sample.contract.coin == "BTC")
        #expect(sample.contract.margin == .coin)
    }
}
