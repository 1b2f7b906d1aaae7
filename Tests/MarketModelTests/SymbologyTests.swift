import MarketModel
import Testing

struct SymbologyTests {
    static let pairs: [(Venue, String, String)] = [
        (.binanceSpot, "BTCUSDT", "spot-BTC-USDT"), (.binanceSpot, "ETHBTC", "spot-ETH-BTC"),
        (.binanceSpot, "1000SATSFDUSD", "spot-1000SATS-FDUSD"),
        (.binanceSpot, "币安人生USDT", "spot-币安人生-USDT"), (.binanceFutures, "BTCUSDT", "perpetual-BTC-USDT:USDT"),
        (.binanceFutures, "BTCUSDT_260327", "future-BTC-USDT:USDT-20260327"), (.binanceCoinFutures, "BTCUSD_PERP", "perpetual-BTC-USD:BTC"),
        (.binanceCoinFutures, "BTCUSD_260925", "future-BTC-USD:BTC-20260925"), (.okxSpot, "BTC-USDT", "spot-BTC-USDT"),
        (.okxPerps, "BTC-USDT-SWAP", "perpetual-BTC-USDT:USDT"), (.okxPerps, "BTC-USD-SWAP", "perpetual-BTC-USD:BTC"),
        (.okxPerps, "BTC-USDT-260327", "future-BTC-USDT:USDT-20260327"), (.bybitSpot, "SOLUSDC", "spot-SOL-USDC"),
        (.bybitLinear, "BTCUSDT", "perpetual-BTC-USDT:USDT"), (.bybitLinear, "BTCPERP", "perpetual-BTC-USDC:USDC"),
        (.bybitInverse, "BTCUSD", "perpetual-BTC-USD:BTC"), (.deribit, "BTC-PERPETUAL", "perpetual-BTC-USD:BTC"),
        (.deribit, "SOL_USDC-PERPETUAL", "perpetual-SOL-USDC:USDC"), (.hyperliquidPerps, "BTC", "perpetual-BTC-USDC:USDC"),
    ]

    @Test func `Native symbols and Atlas symbols go both ways`() throws {
        for (venue, native, atlas) in Self.pairs {
            let symbol = try #require(AtlasSymbol(native: native, venue: venue), "\(native)")
            #expect(symbol.description == atlas)
            #expect(AtlasSymbol(atlas) == symbol)
            #expect(symbol.native(on: venue) == native)
        }
    }

    @Test func `What is not a symbol is refused`() {
        for text in [
            "", "spot", "spot-BTC", "spot-BTC-USDT:USDT", "perpetual-BTC-USDT", "perpetual-BTC-USDT:ETH", "future-BTC-USDT:USDT",
            "option-BTC-USD",
            "perpetual-btc-usdt:usdt", "future-BTC-USDT:USDT-20261301", "perpetual-BTC-USDT:USDT-20260327",
        ] { #expect(AtlasSymbol(text) == nil, "\(text)") }
    }

    @Test func `OKX unified-margin families are linear whatever their quote leg says`() {
        #expect(AtlasSymbol(native: "BTC-USD_UM-SWAP", venue: .okxPerps)?.description == "perpetual-BTC-USD:USD")
        #expect(AtlasSymbol(native: "BTC-USD_UM_XPERP-260327", venue: .okxPerps)?.description == "future-BTC-USD:USD-20260327")
        #expect(AtlasSymbol("perpetual-BTC-USD:USD")?.native(on: .okxPerps) == "BTC-USD_UM-SWAP")
        #expect(Instrument(venue: .okxPerps, symbol: "BTC-USD_UM-SWAP").kind == .linear)
    }

    @Test func `An instrument knows its kind and whether it counts contracts`() {
        #expect(Instrument(venue: .binanceCoinFutures, symbol: "BTCUSD_PERP").kind == .inverse)
        #expect(Instrument(venue: .okxPerps, symbol: "BTC-USD-SWAP").kind == .inverse)
        #expect(Instrument(venue: .okxPerps, symbol: "BTC-USDT-SWAP").countsContracts)
        #expect(!Instrument(venue: .binanceFutures, symbol: "BTCUSDT").countsContracts)
        #expect(!Instrument(venue: .bybitInverse, symbol: "BTCUSD").countsContracts)
    }

    @Test func `Venue names are checked`() {
        for venue in Venue.known { #expect(Venue(venue.name) == venue) }
        for text in ["", "-a", "a-", "A", "a/b", "..", "a b", String(repeating: "a", count: 41)] { #expect(Venue(text) == nil, "\(text)") }
        #expect(Venue.binanceCoinFutures.exchange == "Binance")
        #expect(Venue.okxPerps.exchange == "OKX")
    }
}
