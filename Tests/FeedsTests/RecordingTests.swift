import Feeds
import MarketModel
import Testing

@Suite(.enabled(if: Recording.atHand, "the recordings in ../shared/data are not there"))
struct RecordingTests {
    @Test func `USD-M aggregates of 2021 replay to their count with ids that follow each other`() throws {
        let replay = try Recording("venue-websocket/BINANCE_FUTURES.ws.1.0.gz").replayed(BinanceFeed(.usdMargined))
        #expect(
            replay.ids == [
                "CTKUSDT": [38, 16_599_292, 16_599_329, 0], "AKROUSDT": [8, 14_888_302, 14_888_309, 0],
                "SUSHIUSDT": [40, 87_353_230, 87_353_269, 0], "KEEPUSDT": [5, 1_211_537, 1_211_541, 0],
            ])
        #expect(replay.trades.count == 91)
        #expect(replay.buys == 47)
        #expect(replay.fills == 180)
        #expect(replay.quantity == 177_768 * 100_000_000)
        #expect(replay.trades.allSatisfy { $0.isTrade && $0.idSpace == .tape })
        #expect(
            replay.trades[0]
                == FeedTrade(
                    symbol: "CTKUSDT", id: TradeID(16_599_292), time: 1_626_992_741_421_000, price: FixedPoint(mantissa: 1011, scale: 3),
                    quantity: FixedPoint(mantissa: 10), side: .buy))
        #expect(replay.others == ["bookTicker": 613, "depthUpdate": 764, "kline": 67])
        #expect(replay.counts.unknown == 0 && replay.counts.faultyRows == 0)
    }

    @Test func `COIN-M aggregates of 2021 replay to their count with ids that follow each other`() throws {
        let replay = try Recording("venue-websocket/BINANCE_DELIVERY.ws.1.0.gz").replayed(BinanceFeed(.coinMargined))
        #expect(replay.trades.count == 51)
        #expect(replay.ids.count == 7)
        #expect(replay.ids.values.allSatisfy { $0[3] == 0 })
        #expect(replay.buys == 17)
        #expect(replay.fills == 167)
        #expect(replay.quantity == 15_655 * 100_000_000)
        #expect(replay.counts.unknown == 0 && replay.counts.faultyRows == 0)
    }

    @Test func `OKX trades of spot, swaps and futures replay to their count with ids that follow each other`() throws {
        let replay = try Recording("venue-websocket/OKX.ws.1.0.gz").replayed(OKXFeed(.spot))
        #expect(
            replay.ids == [
                "BTC-USD-220527": [4, 7849, 7852, 0], "UNI-USD-SWAP": [1, 12_883_020, 12_883_020, 0],
                "BTC-USDT": [69, 338_476_307, 338_476_375, 0],
            ])
        #expect(replay.trades.count == 74)
        #expect(replay.buys == 48)
        #expect(replay.quantity == 13_848_657_495)
        #expect(Set(replay.acknowledged) == ["BTC-USD-220527", "UNI-USD-SWAP", "BTC-USDT"])
        #expect(replay.acknowledged.count == 6)
        #expect(replay.others == ["tickers": 28, "books": 290, "subscribe": 12])
        #expect(replay.counts.unknown == 0 && replay.counts.faultyRows == 0)
    }

    @Test func `Raw spot trades of 2024 have ids of their own that follow each other, and what is no feed is shown`() throws {
        let replay = try Recording("raw-websocket/spot_btcusdt_20240808.gz").replayed(BinanceFeed(.spot, channel: .trade))
        #expect(replay.ids == ["BTCUSDT": [9757, 3_735_683_259, 3_735_693_015, 0]])
        #expect(replay.buys == 4103)
        #expect(replay.quantity == 21_203_315_000)
        #expect(replay.trades.allSatisfy { $0.idSpace == .raw && $0.isTrade })
        #expect(replay.others == ["bookTicker": 28_040, "depthUpdate": 3451])
        // The recorder put the answer of a REST call among the frames.
        #expect(replay.counts.unknown == 1)
        #expect(replay.counts.lastFault?.hasPrefix("{\"lastUpdateId\":50093239218,") == true)
    }

    @Test func `Raw COIN-M and USD-M trades of 2024 replay to their counts`() throws {
        let coin = try Recording("raw-websocket/cm_btcusd_perp_20240808.gz").replayed(BinanceFeed(.coinMargined, channel: .trade))
        #expect(coin.ids == ["BTCUSD_PERP": [2286, 849_714_402, 849_716_687, 0]])
        #expect(coin.buys == 981)
        #expect(coin.quantity == 83_241 * 100_000_000)
        let dollar = try Recording("raw-websocket/usdm_btcusdt_20240808.gz").replayed(BinanceFeed(.usdMargined, channel: .trade))
        #expect(dollar.ids == ["BTCUSDT": [21_313, 5_266_583_935, 5_266_605_247, 0]])
        #expect(dollar.buys == 9616)
        #expect(dollar.quantity == 242_936_600_000)
    }

    @Test func `The print of the insurance fund counts as present and is no trade`() throws {
        let replay = try Recording("raw-websocket/usdm_btcusdt_20230405.dat.gz").replayed(BinanceFeed(.usdMargined, channel: .trade))
        #expect(replay.ids == ["BTCUSDT": [10_738, 3_535_188_229, 3_535_198_966, 0]])
        let prints = replay.trades.filter { !$0.isTrade }
        #expect(prints.map(\.id) == [TradeID(3_535_191_080)])
        #expect(prints.map(\.price) == [FixedPoint(mantissa: 287_225, scale: 1)])
        #expect(replay.counts.unknown == 0 && replay.counts.faultyRows == 0)
    }
}
