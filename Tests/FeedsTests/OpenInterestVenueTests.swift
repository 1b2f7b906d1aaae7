import Feeds
import MarketModel
import Testing

/// Each venue's answers in the shape of its documents: none of these bodies was recorded. Figures are those of the documents' examples where
/// they have some.
struct OpenInterestVenueTests {
    @Test func `Binance USD-M is asked symbol by symbol, in coins at the mark`() {
        var poll = OpenInterestPoll(BinanceOpenInterest(.usdMargined))
        let listing = """
            {"symbols":[
            {"symbol":"BTCUSDT","status":"TRADING","contractType":"PERPETUAL","baseAsset":"BTC","quoteAsset":"USDT","marginAsset":"USDT"},
            {"symbol":"1000PEPEUSDT","status":"TRADING","contractType":"PERPETUAL","baseAsset":"1000PEPE","quoteAsset":"USDT","marginAsset":"USDT"},
            {"symbol":"ETHBTC","status":"TRADING","contractType":"PERPETUAL","baseAsset":"ETH","quoteAsset":"BTC","marginAsset":"BTC"},
            {"symbol":"OLDUSDT","status":"SETTLING","contractType":"PERPETUAL","baseAsset":"OLD","quoteAsset":"USDT","marginAsset":"USDT"}]}
            """
        let marks = """
            [{"symbol":"ETHBTC","markPrice":"0.03500000","time":1899999999000},{"symbol":"BTCUSDT","markPrice":"87046.10000000"},
            {"symbol":"1000PEPEUSDT","markPrice":"0.00700000"},{"symbol":"","markPrice":"x"}]
            """
        let bodies = [
            "/fapi/v1/exchangeInfo": listing, "/fapi/v1/premiumIndex": marks,
            "symbol=BTCUSDT": #"{"openInterest":"10659.509","symbol":"BTCUSDT","time":1589437530011}"#,
            "symbol=1000PEPEUSDT": #"{"openInterest":"2000000","symbol":"1000PEPEUSDT","time":1589437530011}"#,
            "symbol=ETHBTC": #"{"openInterest":"100","symbol":"ETHBTC","time":1589437530011}"#,
        ]
        let sum = poll.poll(bodies)
        #expect(
            poll.asked.map(\.url) == [
                "https://fapi.binance.com/fapi/v1/exchangeInfo", "https://fapi.binance.com/fapi/v1/premiumIndex",
                "https://fapi.binance.com/fapi/v1/openInterest?symbol=1000PEPEUSDT",
                "https://fapi.binance.com/fapi/v1/openInterest?symbol=BTCUSDT",
                "https://fapi.binance.com/fapi/v1/openInterest?symbol=ETHBTC",
            ])
        #expect(poll.asked.map(\.weight) == [1, 10, 1, 1, 1])
        #expect(sum.faults == [:])
        // 10659.509 × 87046.1 = 927868686.3649
        #expect(sum.text("BTCUSDT") == "BTC/USDT stable 10659.509 = 927868686.3649 USD")
        // 2000000 thousands at 0.007 USDT a thousand
        #expect(sum.text("1000PEPEUSDT") == "PEPE/USDT stable 2000000000 = 14000 USD")
        // 100 ETH × 0.035 BTC × 87046.1 USD = 304661.35
        #expect(sum.text("ETHBTC") == "ETH/BTC coin 100 = 304661.35 USD")
        #expect(sum.time("BTCUSDT") == 1_589_437_530_011_000)
        // What is listed is asked for once an hour.
        _ = poll.poll(bodies)
        #expect(poll.asked.count == 4)
        #expect(!poll.asked.contains { $0.url.contains("exchangeInfo") })
    }

    @Test func `Binance COIN-M counts contracts`() {
        var poll = OpenInterestPoll(BinanceOpenInterest(.coinMargined))
        let sum = poll.poll([
            "/dapi/v1/exchangeInfo": """
            {"symbols":[{"symbol":"BTCUSD_PERP","contractStatus":"TRADING","contractType":"PERPETUAL","contractSize":100,"baseAsset":"BTC",
            "quoteAsset":"USD","marginAsset":"BTC"},{"symbol":"ETHUSD_PERP","contractStatus":"TRADING","contractType":"PERPETUAL",
            "baseAsset":"ETH","quoteAsset":"USD","marginAsset":"ETH"}]}
            """,
            "/dapi/v1/premiumIndex": #"[{"symbol":"BTCUSD_PERP","pair":"BTCUSD","markPrice":"80000.0"}]"#,
            "symbol=BTCUSD_PERP":
                #"{"symbol":"BTCUSD_PERP","pair":"BTCUSD","openInterest":"15004","contractType":"PERPETUAL","time":1591261042378}"#,
        ])
        // 15004 contracts of 100 USD at 80000: 18.755 BTC; the contract without a size is none.
        #expect(sum.text("BTCUSD_PERP") == "BTC/USD coin 18.755 = 1500400 USD")
        #expect(sum.faults == [.noContract: 1])
        #expect(poll.asked.allSatisfy { $0.bucket == "binance-futures" })
    }

    @Test func `OKX gives coins and USD itself, whatever the contract is margined in`() {
        var poll = OpenInterestPoll(OKXOpenInterest())
        let sum = poll.poll([
            "instType=SWAP": """
            {"code":"0","msg":"","data":[
            {"instId":"BTC-USDT-SWAP","instType":"SWAP","oi":"2216113.01","oiCcy":"22161.1301","oiUsd":"1939251795.5444900000000000","ts":"1743041250440"},
            {"instId":"BTC-USD-SWAP","instType":"SWAP","oi":"1000","oiCcy":"1.25","oiUsd":"100000","ts":"1743041250440"},
            {"instId":"SOL-USD_UM-SWAP","instType":"SWAP","oi":"7","oiCcy":"7","oiUsd":"1000","ts":"1743041250440"},
            {"instId":"BTC-USDT","oi":"1","oiCcy":"1","oiUsd":"1","ts":"1743041250440"}]}
            """,
            "instType=FUTURES": """
            {"code":"0","data":[{"instId":"ETH-USDC-251226","instType":"FUTURES","oi":"10","oiCcy":"1","oiUsd":"2000","ts":"1743041250440"}]}
            """,
        ])
        #expect(sum.text("BTC-USDT-SWAP") == "BTC/USDT stable 22161.1301 = 1939251795.54449 USD")
        #expect(sum.text("BTC-USD-SWAP") == "BTC/USD coin 1.25 = 100000 USD")
        #expect(sum.text("SOL-USD_UM-SWAP") == "SOL/USD stable 7 = 1000 USD")
        #expect(sum.text("ETH-USDC-251226") == "ETH/USDC stable 1 = 2000 USD")
        #expect(sum.time("ETH-USDC-251226") == 1_743_041_250_440_000)
        #expect(sum.faults == [.noContract: 1])
    }

    static let bybitListing = """
        {"retCode":0,"result":{"category":"linear","list":[
        {"symbol":"BTCUSDT","contractType":"LinearPerpetual","baseCoin":"BTC","quoteCoin":"USDT","settleCoin":"USDT"},
        {"symbol":"BTCPERP","contractType":"LinearPerpetual","baseCoin":"BTC","quoteCoin":"USD","settleCoin":"USDC"},
        {"symbol":"SHIB1000USDT","contractType":"LinearPerpetual","baseCoin":"SHIB1000","quoteCoin":"USDT","settleCoin":"USDT"}],
        "nextPageCursor":""},"time":1672053548579}
        """

    @Test func `Bybit's single side is taken where it is, and half of both where it is not`() {
        let tickers = """
            {"retCode":0,"result":{"category":"linear","list":[
            {"symbol":"BTCUSDT","markPrice":"50000.5","openInterest":"1000.002","singleOpenInterest":"500.001"},
            {"symbol":"BTCPERP","markPrice":"50000","openInterest":"3","singleOpenInterest":""},
            {"symbol":"SHIB1000USDT","markPrice":"0.012","openInterest":"1000"},
            {"symbol":"NEWUSDT","markPrice":"1","openInterest":"1"}]},"time":1672053548579}
            """
        let bodies = ["limit=1000": Self.bybitListing, "tickers?category=linear": tickers]
        var poll = OpenInterestPoll(BybitOpenInterest(.linear))
        let sum = poll.poll(bodies)
        // 500.001 × 50000.5 = 25000300.0005
        #expect(sum.text("BTCUSDT") == "BTC/USDT stable 500.001 = 25000300.0005 USD")
        #expect(sum.text("BTCPERP") == "BTC/USD stable 1.5 = 75000 USD")
        // Half of 1000 thousands, at 0.012 USDT a thousand
        #expect(sum.text("SHIB1000USDT") == "SHIB/USDT stable 500000 = 6 USD")
        #expect(sum.faults == [.notListed: 1])
        #expect(sum.lastFault == "NEWUSDT: not listed")
        #expect(sum.time("BTCUSDT") == 1_672_053_548_579_000)
        // A factor of the user's is for what the venue publishes as its open interest.
        var published = OpenInterestPoll(BybitOpenInterest(.linear), factor: "1")
        #expect(published.poll(bodies).text("BTCUSDT") == "BTC/USDT stable 1000.002 = 50000600.001 USD")
    }

    @Test func `Bybit's inverse contracts count USD, and its list has pages`() {
        var poll = OpenInterestPoll(BybitOpenInterest(.inverse))
        let sum = poll.poll([
            "limit=1000": """
            {"retCode":0,"result":{"list":[{"symbol":"ETHUSD","contractType":"InversePerpetual","baseCoin":"ETH","quoteCoin":"USD","settleCoin":"ETH"}],
            "nextPageCursor":"first%3D1"}}
            """,
            "cursor=first%253D1": """
            {"retCode":0,"result":{"list":[{"symbol":"BTCUSD","contractType":"InversePerpetual","baseCoin":"BTC","quoteCoin":"USD","settleCoin":"BTC"}],
            "nextPageCursor":""}}
            """,
            "tickers?category=inverse": """
            {"retCode":0,"result":{"list":[{"symbol":"BTCUSD","markPrice":"40000","openInterest":"461134384"},
            {"symbol":"ETHUSD","markPrice":"2000","openInterest":"400000"}]},"time":1672053548579}
            """,
        ])
        // 461134384 ÷ 2 = 230567192 USD at 40000: 5764.1798 BTC
        #expect(sum.text("BTCUSD") == "BTC/USD coin 5764.1798 = 230567192 USD")
        #expect(sum.text("ETHUSD") == "ETH/USD coin 100 = 200000 USD")
        #expect(sum.faults == [:])
    }

    @Test func `Deribit's inverse futures count USD, its linear ones coins`() {
        var poll = OpenInterestPoll(DeribitOpenInterest())
        let sum = poll.poll(
            [
                "currency=BTC&kind=future": """
                {"jsonrpc":"2.0","result":[{"instrument_name":"BTC-PERPETUAL","open_interest":997891126,"mark_price":87102.01,
                "creation_timestamp":1763674177068,"base_currency":"BTC","quote_currency":"USD"},
                {"instrument_name":"BTC-26DEC25","open_interest":1000,"mark_price":80000,"creation_timestamp":1763674177068}],"testnet":false}
                """,
                "currency=ETH&kind=future": #"{"jsonrpc":"2.0","result":[]}"#,
                "currency=USDC&kind=future": """
                {"jsonrpc":"2.0","result":[{"instrument_name":"SOL_USDC-PERPETUAL","open_interest":12.5,"mark_price":140,"creation_timestamp":1763674177068}]}
                """,
                "currency=USDT&kind=future": #"{"jsonrpc":"2.0","error":{"code":10028,"message":"too_many_requests"}}"#,
            ], limitedOnce: true)
        // 997891126 ÷ 87102.01 = 11456.579773532…
        #expect(sum.text("BTC-PERPETUAL") == "BTC/USD coin 11456.57977353 = 997891126 USD")
        #expect(sum.text("BTC-26DEC25") == "BTC/USD coin 0.0125 = 1000 USD")
        #expect(sum.text("SOL_USDC-PERPETUAL") == "SOL/USDC stable 12.5 = 1750 USD")
        #expect(sum.outcomes.contains(.limited(reason: "10028: too_many_requests")))
    }

    @Test func `Hyperliquid's thousands are brought to the coin, and what is delisted is left out`() {
        var poll = OpenInterestPoll(HyperliquidOpenInterest())
        let sum = poll.poll([
            "metaAndAssetCtxs": """
            [{"universe":[{"name":"BTC","szDecimals":5},{"name":"kPEPE","szDecimals":0},{"name":"MATIC","szDecimals":1,"isDelisted":true},
            {"name":"ETH","szDecimals":4}]},[{"openInterest":"688.11","markPx":"100000"},{"openInterest":"500","markPx":"0.01"},
            {"openInterest":"0.0","markPx":null}]]
            """
        ])
        #expect(poll.asked[0].url == "https://api.hyperliquid.xyz/info")
        #expect(sum.text("BTC") == "BTC/USDC stable 688.11 = 68811000 USD")
        #expect(sum.text("kPEPE") == "PEPE/USDC stable 500000 = 5 USD")
        #expect(sum.samples.count == 2)
        // ETH has no context.
        #expect(sum.faults == [.missing: 1])
    }

    @Test func `Bitget's tickers count coins, by product`() {
        let bodies = [
            "contracts?productType=USDT-FUTURES":
                #"{"code":"00000","data":[{"symbol":"BTCUSDT","baseCoin":"BTC","quoteCoin":"USDT","symbolStatus":"normal"},{"symbol":"XUSDT","baseCoin":"X","quoteCoin":"USDT","symbolStatus":"off"}]}"#,
            "contracts?productType=USDC-FUTURES":
                #"{"code":"00000","data":[{"symbol":"BTCPERP","baseCoin":"BTC","quoteCoin":"USDC","symbolStatus":"normal"}]}"#,
            "contracts?productType=COIN-FUTURES":
                #"{"code":"00000","data":[{"symbol":"BTCUSD","baseCoin":"BTC","quoteCoin":"USD","symbolStatus":"normal"}]}"#,
            "tickers?productType=USDT-FUTURES":
                #"{"code":"00000","data":[{"symbol":"BTCUSDT","markPrice":"60000","holdingAmount":"52234.134","ts":"1700866041023"}]}"#,
            "tickers?productType=USDC-FUTURES":
                #"{"code":"00000","data":[{"symbol":"BTCPERP","markPrice":"60000","holdingAmount":"10","ts":"1700866041023"}]}"#,
            "tickers?productType=COIN-FUTURES":
                #"{"code":"00000","data":[{"symbol":"BTCUSD","markPrice":"60000","holdingAmount":"120000","ts":"1700866041023"}]}"#,
        ]
        var poll = OpenInterestPoll(BitgetOpenInterest())
        let sum = poll.poll(bodies)
        // 52234.134 × 60000 = 3134048040
        #expect(sum.text("BTCUSDT") == "BTC/USDT stable 52234.134 = 3134048040 USD")
        #expect(sum.text("BTCPERP") == "BTC/USDC stable 10 = 600000 USD")
        #expect(sum.text("BTCUSD") == "BTC/USD coin 120000 = 7200000000 USD")
        #expect(sum.faults == [:])
        var dollars = OpenInterestPoll(BitgetOpenInterest(coinUnit: .quote))
        #expect(dollars.poll(bodies).text("BTCUSD") == "BTC/USD coin 2 = 120000 USD")
    }

    @Test func `Gate's contracts are of some coins, or of a dollar`() {
        var poll = OpenInterestPoll(GateOpenInterest())
        let sum = poll.poll([
            "usdt/contracts":
                #"[{"name":"BTC_USDT","type":"direct","quanto_multiplier":"0.0001"},{"name":"PEPE_USDT","type":"direct","quanto_multiplier":"10000000"}]"#,
            "btc/contracts":
                #"[{"name":"BTC_USD","type":"inverse","quanto_multiplier":"0"},{"name":"ETH_USD","type":"direct","quanto_multiplier":"0.000001"}]"#,
            "usdt/tickers":
                #"[{"contract":"BTC_USDT","total_size":"648553500","mark_price":"87000"},{"contract":"PEPE_USDT","total_size":"3","mark_price":"0.000005"}]"#,
            "btc/tickers": #"[{"contract":"BTC_USD","total_size":"174000","mark_price":"87000"}]"#,
        ])
        // 648553500 × 0.0001 = 64855.35 BTC × 87000 = 5642415450
        #expect(sum.text("BTC_USDT") == "BTC/USDT stable 64855.35 = 5642415450 USD")
        #expect(sum.text("PEPE_USDT") == "PEPE/USDT stable 30000000 = 150 USD")
        #expect(sum.text("BTC_USD") == "BTC/USD coin 2 = 174000 USD")
        // Quanto contracts are not understood, and counted.
        #expect(sum.faults == [.noContract: 1])
    }

    @Test func `Kraken's contracts are told by their prefixes`() {
        var poll = OpenInterestPoll(KrakenOpenInterest())
        let sum = poll.poll([
            "/derivatives/api/v3/tickers": """
            {"result":"success","serverTime":"2025-09-01T10:00:00.500Z","tickers":[
            {"symbol":"PF_XBTUSD","pair":"XBT:USD","tag":"perpetual","markPrice":100000.5,"openInterest":2047.1},
            {"symbol":"PI_XBTUSD","pair":"XBT:USD","tag":"perpetual","markPrice":100000,"openInterest":5000000},
            {"symbol":"FI_ETHUSD_250926","pair":"ETH:USD","tag":"quarter","markPrice":4000,"openInterest":8000},
            {"symbol":"FF_ETHUSD_250926","pair":"ETH:USD","tag":"quarter","markPrice":4000,"openInterest":2},
            {"symbol":"PF_NOPAIR","markPrice":1,"openInterest":1},
            {"symbol":"in_xbtusd","last":100000}]}
            """
        ])
        // 2047.1 × 100000.5 = 204711023.55
        #expect(sum.text("PF_XBTUSD") == "BTC/USD stable 2047.1 = 204711023.55 USD")
        #expect(sum.text("PI_XBTUSD") == "BTC/USD coin 50 = 5000000 USD")
        #expect(sum.text("FI_ETHUSD_250926") == "ETH/USD coin 2 = 8000 USD")
        #expect(sum.text("FF_ETHUSD_250926") == "ETH/USD stable 2 = 8000 USD")
        #expect(sum.time("PF_XBTUSD") == 1_756_720_800_500_000)
        #expect(sum.faults == [.noContract: 1])
    }

    @Test func `Half of what HTX counts is one side`() {
        var poll = OpenInterestPoll(HTXOpenInterest())
        let sum = poll.poll([
            "swap_open_interest?business_type=all": """
            {"status":"ok","data":[{"volume":32476092,"amount":32476.092,"symbol":"BTC","value":2063137924.9668,"contract_code":"BTC-USDT",
            "trade_partition":"USDT"}],"ts":1781327941440}
            """,
            "swap-api/v1/swap_contract_info":
                #"{"status":"ok","data":[{"symbol":"BTC","contract_code":"BTC-USD","contract_size":100.0,"contract_status":1}],"ts":1}"#,
            "swap-api/v1/swap_open_interest": """
            {"status":"ok","data":[{"volume":518018.000000000000000000,"amount":2769.675777407074725180,"symbol":"BTC","contract_code":"BTC-USD"}],
            "ts":1664335942423}
            """,
        ])
        #expect(sum.text("BTC-USDT") == "BTC/USDT stable 16238.046 = 1031568962.4834 USD")
        // 518018 ÷ 2 × 100 = 25900900 USD; half of the coins: 1384.8378887
        #expect(sum.text("BTC-USD") == "BTC/USD coin 1384.8378887 = 25900900 USD")
        #expect(sum.faults == [:])
        #expect(sum.time("BTC-USD") == 1_664_335_942_423_000)
    }

    @Test func `KuCoin's multipliers say coins, or dollars where they are below zero`() {
        var poll = OpenInterestPoll(KuCoinOpenInterest())
        let sum = poll.poll([
            "/api/v1/contracts/active": """
            {"code":"200000","data":[
            {"symbol":"XBTUSDTM","type":"FFWCSX","baseCurrency":"XBT","quoteCurrency":"USDT","settleCurrency":"USDT","multiplier":0.001,
            "isInverse":false,"openInterest":"7544300","markPrice":60000.5,"status":"Open"},
            {"symbol":"XBTUSDM","type":"FFWCSX","baseCurrency":"XBT","quoteCurrency":"USD","settleCurrency":"XBT","multiplier":-1.0,
            "isInverse":true,"openInterest":"6000000","markPrice":60000,"status":"Open"},
            {"symbol":"OLDUSDTM","status":"Closed"}]}
            """
        ])
        // 7544300 × 0.001 = 7544.3 BTC × 60000.5 = 452661772.15
        #expect(sum.text("XBTUSDTM") == "BTC/USDT stable 7544.3 = 452661772.15 USD")
        #expect(sum.text("XBTUSDM") == "BTC/USD coin 100 = 6000000 USD")
        #expect(sum.samples.count == 2)
    }

    @Test func `CME's newest report is taken, at the price that another venue told`() {
        let body = """
            [{"cftc_contract_market_code":"133741","report_date_as_yyyy_mm_dd":"2025-09-02T00:00:00.000","open_interest_all":"27000"},
            {"cftc_contract_market_code":"133742","report_date_as_yyyy_mm_dd":"2025-09-02T00:00:00.000","open_interest_all":"30000"},
            {"cftc_contract_market_code":"133741","report_date_as_yyyy_mm_dd":"2025-08-26T00:00:00.000","open_interest_all":"1"}]
            """
        var poll = OpenInterestPoll(CMEOpenInterest())
        #expect(poll.poll(["limit=10": body]).faults == [.noPrice: 2])
        poll.sweep.learn(worth: decimal("110000"), of: "BTC")
        let sum = poll.poll(["limit=10": body])
        // 27000 × 5 = 135000 BTC × 110000; 30000 × 0.1 = 3000 BTC × 110000
        #expect(sum.text("BTC") == "BTC/USD stable 135000 = 14850000000 USD")
        #expect(sum.text("MBT") == "BTC/USD stable 3000 = 330000000 USD")
        // The evening of 2025-09-02
        #expect(sum.time("BTC") == 1_756_850_400_000_000)
        #expect(sum.samples.count == 2)
    }
}

extension OpenInterestPoll {
    /// A sweep of a venue whose refusals for too many requests end after the first: the same question is asked again.
    mutating func poll(_ bodies: [String: String], limitedOnce: Bool) -> OpenInterestSum {
        var refused = false
        return poll { request in
            guard let found = bodies.first(where: { request.url.hasSuffix($0.key) })?.value else {
                return RESTAnswer(status: 404, body: [])
            }
            let isRefusal = found.contains("too_many_requests")
            defer { refused = refused || isRefusal }
            return RESTAnswer(status: 200, body: Array((isRefusal && refused ? #"{"jsonrpc":"2.0","result":[]}"# : found).utf8))
        }
    }
}
