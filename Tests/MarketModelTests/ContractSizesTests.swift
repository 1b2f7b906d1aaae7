import MarketModel
import Testing

struct ContractSizesTests {
    func size(_ venue: Venue, _ symbol: String, _ day: String) -> String? {
        guard let day = CivilDate(day) else { return nil }
        return ContractSizes.size(of: Instrument(venue: venue, symbol: symbol), on: day)?.description
    }

    @Test func `COIN-M contracts are 100 USD for BTC and 10 USD for all else`() {
        #expect(size(.binanceCoinFutures, "BTCUSD_PERP", "2026-05-08") == "100")
        #expect(size(.binanceCoinFutures, "BTCUSD_260925", "2026-05-08") == "100")
        #expect(size(.binanceCoinFutures, "ETHUSD_PERP", "2026-05-08") == "10")
    }

    @Test func `Quantities that are no contracts count one each`() {
        #expect(size(.binanceSpot, "BTCUSDT", "2024-01-01") == "1")
        #expect(size(.binanceFutures, "BTCUSDT", "2024-01-01") == "1")
        #expect(size(.bybitInverse, "BTCUSD", "2024-01-01") == "1")
        #expect(size(.okxSpot, "BTC-USDT", "2024-01-01") == "1")
    }

    @Test func `OKX sizes are dated, and a day of change is not known`() {
        #expect(size(.okxPerps, "BTC-USDT-SWAP", "2024-01-01") == "0.01")
        #expect(size(.okxPerps, "BTC-USDT-SWAP", "2020-03-19") == "0.0001")
        #expect(size(.okxPerps, "BTC-USDT-SWAP", "2020-03-20") == nil)
        #expect(size(.okxPerps, "ETH-USDT-260327", "2026-01-01") == "0.1")
        #expect(size(.okxPerps, "BTC-USD-SWAP", "2024-01-01") == "100")
        #expect(size(.okxPerps, "LTC-USD-SWAP", "2024-01-01") == "10")
        #expect(size(.okxPerps, "DOGE-USDT-SWAP", "2025-01-01") == "1000")
        #expect(size(.okxPerps, "DOGE-USDT-SWAP", "2022-01-01") == nil)
        #expect(size(.okxOptions, "BTC-USD-230224-18000-C", "2023-02-01") == "0.01")
        #expect(size(.okxOptions, "BTC-USD-220527-30000-C", "2022-05-13") == "0.1")
        #expect(size(.okxOptions, "ETH-USD-220527-2000-P", "2022-05-13") == "1")
        #expect(size(.okxOptions, "ETH-USD-220624-2000-P", "2022-05-26") == nil)
    }

    @Test func `What is not in the table is not guessed`() {
        #expect(size(.okxPerps, "OBSCURE-USDT-SWAP", "2025-01-01") == nil)
        #expect(size(.okxPerps, "SOL-USDT-250627", "2025-01-01") == nil)
        #expect(size(.okxOptions, "SOL-USD-250627-100-C", "2025-01-01") == nil)
    }
}
