import Feeds
import MarketModel
import Testing

/// Histories over REST, from the venues' documented payloads.
struct OpenInterestHistoryTests {
    @Test func `Binance's history has coins and USD, in thousands where the contract counts them`() {
        let body = """
            [{"symbol":"BTCUSDT","sumOpenInterest":"20403.12345678","sumOpenInterestValue":"176196512.12345678","timestamp":"1583127900000"},
            {"symbol":"BTCUSDT","sumOpenInterest":"-1","sumOpenInterestValue":"1","timestamp":"1583127900000"},
            {"symbol":"BTCUSDT","sumOpenInterest":"1","sumOpenInterestValue":"1e308","timestamp":"1583127900000"},
            {"symbol":"BTCUSDT","sumOpenInterest":"1","sumOpenInterestValue":"1","timestamp":"soon"},{}]
            """
        let history = OpenInterestHistory.binance(Array(body.utf8), market: .usdMargined, symbol: "BTCUSDT")
        #expect(history.outcome == .done)
        #expect(
            history.readings == [
                OpenInterestReading(
                    contract: OpenInterestContract(venue: .binanceFutures, symbol: "BTCUSDT", coin: "BTC", quote: "USDT", margin: .stable),
                    quantity: decimal("20403.12345678"), usd: decimal("176196512.12345678"), time: 1_583_127_900_000_000)
            ])
        #expect(history.faults == [.negative: 1, .notANumber: 1, .wrongTime: 2])
        let thousands = OpenInterestHistory.binance(Array(body.utf8), market: .usdMargined, symbol: "1000PEPEUSDT")
        #expect(thousands.readings.first?.quantity == decimal("20403123.45678"))
        #expect(thousands.readings.first?.contract.coin == "PEPE")
    }

    @Test func `On COIN-M the value is the coins, and the sum contracts`() {
        let body = """
            [{"pair":"BTCUSD","contractType":"PERPETUAL","sumOpenInterest":"20403","sumOpenInterestValue":"25.50375","timestamp":1591261042378}]
            """
        let history = OpenInterestHistory.binance(Array(body.utf8), market: .coinMargined, symbol: "BTCUSD_PERP")
        // 20403 contracts of 100 USD
        #expect(history.readings.first?.usd == decimal("2040300"))
        #expect(history.readings.first?.quantity == decimal("25.50375"))
        #expect(history.readings.first?.contract.margin == .coin)
    }

    @Test func `Bybit's history is halved, and goes on at the cursor`() {
        let body = """
            {"retCode":0,"retMsg":"OK","result":{"symbol":"BTCUSDT","category":"linear","list":[{"openInterest":"64757.62400000",
            "timestamp":"1669571400000"}],"nextPageCursor":"lastid%3D0"},"time":1672053548579}
            """
        let history = OpenInterestHistory.bybit(Array(body.utf8), market: .linear, symbol: "BTCUSDT")
        #expect(history.readings.first?.quantity == decimal("32378.812"))
        #expect(history.readings.first?.usd == nil)
        #expect(history.cursor == "lastid%3D0")
        let whole = OpenInterestHistory.bybit(Array(body.utf8), market: .linear, symbol: "BTCUSDT", factor: decimal("1"))
        #expect(whole.readings.first?.quantity == decimal("64757.624"))
        let refused = OpenInterestHistory.bybit(
            Array(#"{"retCode":10001,"retMsg":"no","result":{}}"#.utf8), market: .linear, symbol: "BTCUSDT")
        #expect(refused.outcome == .failed(reason: "10001: no"))
    }

    @Test func `Requests name the contract, the period and the times`() throws {
        let linear = try #require(
            BinanceOpenInterest(.usdMargined).history("BTCUSDT", period: "5m", times: 1_583_127_900_000_000...1_583_128_900_000_000))
        #expect(
            linear.url
                == "https://fapi.binance.com/futures/data/openInterestHist?symbol=BTCUSDT&period=5m&limit=500&startTime=1583127900000&endTime=1583128900000"
        )
        #expect(linear.bucket == BinanceOpenInterest.historyRate.bucket)
        #expect(
            BinanceOpenInterest(.coinMargined).history("BTCUSD_PERP", period: "1h")?.url
                == "https://dapi.binance.com/futures/data/openInterestHist?pair=BTCUSD&contractType=PERPETUAL&period=1h&limit=500")
        #expect(BinanceOpenInterest(.coinMargined).history("BTCUSD_260925", period: "1h") == nil)
        #expect(
            BybitOpenInterest(.inverse).history("BTCUSD", interval: "5min", cursor: "a=1").url
                == "https://api.bybit.com/v5/market/open-interest?category=inverse&symbol=BTCUSD&intervalTime=5min&limit=200&cursor=a%3D1")
    }

    @Test func `What is no answer is said`() {
        for body in ["", "x", "{}", "[1]", #"{"msg":"down"}"#] {
            let history = OpenInterestHistory.binance(Array(body.utf8), market: .usdMargined, symbol: "BTCUSDT")
            #expect(history.readings.isEmpty)
            #expect(history.outcome != .done || history.faults == [.wrongTime: 1])
        }
        #expect(
            OpenInterestHistory.binance(Array("[]".utf8), market: .usdMargined, symbol: "nothing").outcome
                == .refused(reason: "no such contract"))
    }
}
