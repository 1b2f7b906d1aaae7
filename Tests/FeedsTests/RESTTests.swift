import Feeds
import Foundation
import MarketModel
import Testing

/// What an adapter makes of answers. Bodies are written from the venues' documented payloads, unless a test says that one was recorded.
final class Asked {
    var reader: RESTReader

    init(_ adapter: any RESTAdapter) { reader = RESTReader(adapter: adapter) }

    func answer(_ body: String, status: Int = 200, to request: RESTRequest) -> RESTOutcome {
        reader.read(RESTAnswer(status: status, body: Array(body.utf8)), to: request)
    }

    var ids: [Int64] { reader.page.trades.map(\.id.integer) }
}

extension RESTOutcome {
    /// The request for the next page, if there is one.
    var next: RESTRequest? { if case .more(let request) = self { request } else { nil } }
}

/// Rows of ids as Binance prints aggregates.
func aggregates(_ ids: some Sequence<Int64>) -> String {
    "["
        + ids.map {
            #"{"a":\#($0),"p":"0.01633102","q":"4.70443515","nq":"4.7","f":\#($0 * 2),"l":\#($0 * 2 + 1),"T":\#(1_498_793_709_153 + $0),"m":true,"M":true}"#
        }.joined(separator: ",") + "]"
}

struct BinanceRESTTests {
    let adapter = BinanceREST(.spot)

    @Test func `Requests name symbol, id and number, and cost what the venue says`() throws {
        let request = try #require(adapter.trades("BTCUSDT", ids: 26129...27128))
        #expect(request.url == "https://api.binance.com/api/v3/aggTrades?symbol=BTCUSDT&fromId=26129&limit=1000")
        #expect(request.weight == 4)
        #expect(
            adapter.trades("币安人生USDT", ids: 5...5)?.url.contains("symbol=%E5%B8%81%E5%AE%89%E4%BA%BA%E7%94%9FUSDT&fromId=5&limit=1") == true
        )
        #expect(adapter.recentTrades("BTCUSDT", limit: 5000).url == "https://api.binance.com/api/v3/aggTrades?symbol=BTCUSDT&limit=1000")
        let futures = BinanceREST(.usdMargined, endpoints: Endpoints(rest: "http://127.0.0.1:8081/", sockets: []))
        #expect(
            futures.trades("A&B=C", ids: 1...9999)
                == RESTRequest(
                    .trades("A&B=C", ids: 1...9999), url: "http://127.0.0.1:8081/fapi/v1/aggTrades?symbol=A%26B%3DC&fromId=1&limit=1000",
                    weight: 20, bucket: "binance-futures"))
        #expect(BinanceREST(.coinMargined).instruments().url == "https://dapi.binance.com/dapi/v1/exchangeInfo")
        #expect(BinanceREST(.coinMargined).instruments().bucket == "binance-futures")
        for ids in [0...Int64.max, Int64.min...Int64.max, Int64.max...Int64.max] { #expect(adapter.trades("A", ids: ids) != nil) }
    }

    @Test func `The documented row is a sell of six fills`() throws {
        let asked = Asked(adapter)
        let request = try #require(adapter.trades("BNBBTC", ids: 26129...26129))
        let row =
            #"[{"a":26129,"p":"0.01633102","q":"4.70443515","f":27781,"l":27786,"T":1498793709153,"m":true,"M":true}]"#
        #expect(asked.answer(row, to: request) == .done)
        #expect(
            asked.reader.page.trades == [
                FeedTrade(
                    symbol: "BNBBTC", id: TradeID(26129), time: 1_498_793_709_153_000, price: FixedPoint(mantissa: 1_633_102, scale: 8),
                    quantity: FixedPoint(mantissa: 470_443_515, scale: 8), side: .sell, fills: 6)
            ])
    }

    @Test func `Pages follow each other until the last id`() throws {
        let asked = Asked(adapter)
        var request = try #require(adapter.trades("BTCUSDT", ids: 100...2599))
        var read: [Int64] = []
        for (page, ids) in [100..<1100, 1100..<2100].enumerated() {
            let outcome = asked.answer(aggregates(ids.map(Int64.init)), to: request)
            read += asked.ids
            let next = try #require(outcome.next)
            #expect(next.question == .trades("BTCUSDT", ids: Int64(ids.upperBound)...2599))
            #expect(next.page == page + 1)
            request = next
        }
        #expect(request.url.hasSuffix("fromId=2100&limit=500"))
        // The venue gives more than was asked for.
        #expect(asked.answer(aggregates(2100...2620), to: request) == .done)
        read += asked.ids
        #expect(read == Array(100...2599))
    }

    @Test func `Nothing, or only later ids, ends the question`() throws {
        let asked = Asked(adapter)
        let request = try #require(adapter.trades("BTCUSDT", ids: 100...200))
        #expect(asked.answer("[]", to: request) == .done)
        #expect(asked.answer(aggregates(500...600), to: request) == .done)
        #expect(asked.ids.isEmpty)
        // Some of it is gone: the rest is followed.
        let next = try #require(asked.answer(aggregates(150...180), to: request).next)
        #expect(next.question == .trades("BTCUSDT", ids: 181...200))
    }

    @Test func `Aggregates that were taken back keep their ids`() throws {
        let asked = Asked(adapter)
        let request = try #require(adapter.trades("BTCUSDT", ids: 7...7))
        _ = asked.answer(#"[{"a":7,"p":"0","q":"0","f":-1,"l":-1,"T":1649700000000,"m":false,"M":true}]"#, to: request)
        #expect(asked.reader.page.trades.map(\.isTrade) == [false])
        #expect(asked.ids == [7])
    }

    @Test(arguments: [
        (400, #"{"code":-4166,"msg":"Search window is restricted to recent 24 hours."}"#, "refused"),
        (400, #"{"code":-1121,"msg":"Invalid symbol."}"#, "refused"),
        (429, #"{"code":-1003,"msg":"Too many requests."}"#, "limited"),
        (200, #"{"code":-1003,"msg":"Too many requests."}"#, "failed"),
        (418, #"{"code":-1003,"msg":"Way too many requests; IP banned until 1659146400000."}"#, "limited"),
        (403, "<html>WAF</html>", "limited"), (503, #"{"code":-1008,"msg":"Request throttled by system-level protection."}"#, "failed"),
        (500, "", "failed"), (502, "<html>", "failed"), (404, "", "refused"), (200, "", "failed"), (200, "{}", "failed"),
        (200, "7", "failed"),
        (302, "", "failed"), (200, "[1,2", "failed"),
    ])
    func `Errors are told apart`(status: Int, body: String, kind: String) throws {
        let outcome = Asked(adapter).answer(body, status: status, to: try #require(adapter.trades("BTCUSDT", ids: 1...5)))
        #expect("\(outcome)".hasPrefix(kind), "\(outcome)")
    }

    @Test func `Faulty rows are counted beside good ones`() throws {
        let asked = Asked(adapter)
        let request = try #require(adapter.trades("BTCUSDT", ids: 1...3))
        let rows =
            #"[{"a":1,"p":"x","q":"1","f":1,"l":1,"T":1498793709153,"m":true},7,{"a":3,"p":"1","q":"1","f":3,"l":3,"T":1498793709153,"m":false}]"#
        #expect(asked.answer(rows, to: request) == .done)
        #expect(asked.ids == [3])
        #expect(asked.reader.page.faults == 2)
    }

    @Test func `Instruments come with ticks, steps, states and contract sizes`() {
        let spot = Asked(adapter)
        #expect(
            spot.answer(
                #"""
                {"timezone":"UTC","serverTime":1,"rateLimits":[],"symbols":[
                {"symbol":"ETHBTC","status":"TRADING","baseAsset":"ETH","quoteAsset":"BTC","filters":[
                {"filterType":"PRICE_FILTER","minPrice":"0.00001000","maxPrice":"922327.00000000","tickSize":"0.00001000"},
                {"filterType":"LOT_SIZE","minQty":"0.00010000","maxQty":"100000.00000000","stepSize":"0.00010000"}]},
                {"symbol":"币安人生USDT","status":"BREAK","baseAsset":"币安人生","quoteAsset":"USDT","filters":[]},
                {"symbol":"NEWUSDT","status":"SOMETHING_NEW"},{"symbol":7},{}]}
                """#, to: adapter.instruments()) == .done)
        let listed = spot.reader.page.instruments
        #expect(listed.map(\.instrument.symbol) == ["ETHBTC", "币安人生USDT", "NEWUSDT"])
        #expect(listed.map(\.status) == [.trading, .closed, .unknown])
        #expect(listed[0].instrument.base == "ETH")
        #expect(listed[0].instrument.quote == "BTC")
        #expect(listed[0].priceTick == FixedPoint(mantissa: 1, scale: 5))
        #expect(listed[0].quantityStep == FixedPoint(mantissa: 1, scale: 4))
        #expect(listed[1].priceTick == nil)
        #expect(listed[2].statusText == "SOMETHING_NEW")
        #expect(spot.reader.page.faults == 2)

        let coin = Asked(BinanceREST(.coinMargined))
        let rows = #"""
            {"symbols":[{"symbol":"BTCUSD_PERP","pair":"BTCUSD","contractType":"PERPETUAL","contractStatus":"TRADING","contractSize":100,
            "baseAsset":"BTC","quoteAsset":"USD","marginAsset":"BTC","filters":[{"filterType":"PRICE_FILTER","tickSize":"0.1"},
            {"filterType":"LOT_SIZE","stepSize":"1"}]},
            {"symbol":"ETHUSD_260925","contractStatus":"PENDING_TRADING","contractSize":10,"baseAsset":"ETH","quoteAsset":"USD"},
            {"symbol":"NOSIZE","contractStatus":"TRADING"}]}
            """#
        #expect(coin.answer(rows, to: coin.reader.adapter.instruments()) == .done)
        #expect(coin.reader.page.instruments.map(\.instrument.contractSize) == [FixedPoint(mantissa: 100), FixedPoint(mantissa: 10)])
        #expect(coin.reader.page.instruments.map(\.instrument.kind) == [.inverse, .inverse])
        #expect(coin.reader.page.instruments.map(\.status) == [.trading, .preOpen])
        #expect(coin.reader.page.faults == 1)
    }
}

struct OKXRESTTests {
    let adapter = OKXREST(.swaps)

    private func rows(_ ids: some Sequence<Int64>, symbol: String = "BTC-USDT-SWAP") -> String {
        #"{"code":"0","msg":"","data":["#
            + ids.map {
                #"{"instId":"\#(symbol)","side":"sell","sz":"0.00001","source":"0","px":"29963.2","tradeId":"\#($0)","ts":"\#(1_654_161_646_974 + $0)"}"#
            }.joined(separator: ",") + "]}"
    }

    @Test func `History is walked down from the newest id and handed on upwards`() throws {
        let asked = Asked(adapter)
        let request = try #require(adapter.trades("BTC-USDT-SWAP", ids: 1001...1150))
        #expect(
            request.url == "https://www.okx.com/api/v5/market/history-trades?instId=BTC-USDT-SWAP&type=1&after=1151&limit=100")
        let next = try #require(asked.answer(rows((1051...1150).reversed()), to: request).next)
        #expect(asked.ids == Array(1051...1150))
        #expect(next.question == .trades("BTC-USDT-SWAP", ids: 1001...1050))
        #expect(asked.answer(rows((951...1050).reversed()), to: next) == .done)
        #expect(asked.ids == Array(1001...1050))
        #expect(asked.reader.page.trades.first?.side == .sell)
        #expect(asked.reader.page.trades.first?.quantity == FixedPoint(mantissa: 1, scale: 5))
    }

    @Test func `An answer from a cache that went back, of another symbol, or of nothing ends the walk`() throws {
        let asked = Asked(adapter)
        let request = try #require(adapter.trades("BTC-USDT-SWAP", ids: 1001...1150))
        #expect(asked.answer(rows((801...900).reversed()), to: request) == .done)
        #expect(asked.ids.isEmpty)
        #expect(asked.answer(rows([]), to: request) == .done)
        _ = asked.answer(rows([1150], symbol: "ETH-USDT-SWAP"), to: request)
        #expect(asked.ids.isEmpty)
        // Above what was asked for: not followed, or it would never end.
        #expect(asked.answer(rows((5001...5100).reversed()), to: request) == .done)
        #expect(adapter.trades("A", ids: 1...Int64.max) == nil)
    }

    @Test(arguments: [
        (200, #"{"code":"51001","msg":"Instrument ID does not exist","data":[]}"#, "refused"),
        (429, #"{"code":"50011","msg":"Too Many Requests","data":[]}"#, "limited"),
        (200, #"{"code":"50011","msg":"Too Many Requests","data":[]}"#, "limited"),
        (200, #"{"code":"50001","msg":"Service temporarily unavailable","data":[]}"#, "failed"), (200, #"{"code":"0"}"#, "failed"),
        (200, #"{"code":0,"data":[]}"#, "failed"), (503, "", "failed"), (200, "[]", "failed"),
    ])
    func `Errors are told apart, with status 200 too`(status: Int, body: String, kind: String) throws {
        let outcome = Asked(adapter).answer(body, status: status, to: try #require(adapter.trades("A", ids: 1...5)))
        #expect("\(outcome)".hasPrefix(kind), "\(outcome)")
    }

    @Test func `Swaps come with the size of a contract and its kind`() {
        let asked = Asked(adapter)
        let row = { (id: String, type: String, value: String, multiplier: String, state: String) in
            #"{"instType":"SWAP","instId":"\#(id)","uly":"\#(id.replacing("-SWAP", with: ""))","baseCcy":"","quoteCcy":"","settleCcy":"USDT","ctVal":"\#(value)","ctMult":"\#(multiplier)","ctValCcy":"BTC","ctType":"\#(type)","tickSz":"0.1","lotSz":"0.01","state":"\#(state)"}"#
        }
        let body =
            [
                row("BTC-USDT-SWAP", "linear", "0.01", "1", "live"), row("BTC-USD-SWAP", "inverse", "100", "1", "suspend"),
                row("PEPE-USDT-SWAP", "linear", "1000", "10", "preopen"), row("ODD-USDT-SWAP", "", "1", "1", "live"),
                row("NIL-USDT-SWAP", "linear", "0", "1", "live"),
                row("BIG-USDT-SWAP", "linear", "999999999999999999", "999999999999999999", "live"),
            ].joined(separator: ",")
        #expect(asked.answer(#"{"code":"0","data":[\#(body)]}"#, to: adapter.instruments()) == .done)
        let listed = asked.reader.page.instruments
        #expect(listed.map(\.instrument.symbol) == ["BTC-USDT-SWAP", "BTC-USD-SWAP", "PEPE-USDT-SWAP"])
        #expect(listed.map(\.instrument.contractSize.description) == ["0.01", "100", "10000"])
        #expect(listed.map(\.instrument.kind) == [.linear, .inverse, .linear])
        #expect(listed.map(\.status) == [.trading, .halted, .preOpen])
        #expect(listed.map(\.instrument.quote) == ["USDT", "USD", "USDT"])
        #expect(asked.reader.page.faults == 3)
        let spot = Asked(OKXREST(.spot))
        let pair =
            #"{"instType":"SPOT","instId":"BTC-USDT","baseCcy":"BTC","quoteCcy":"USDT","ctVal":"","ctMult":"","ctType":"","tickSz":"0.1","lotSz":"0.00000001","state":"live","uly":""}"#
        #expect(spot.answer(#"{"code":"0","data":[\#(pair)]}"#, to: spot.reader.adapter.instruments()) == .done)
        #expect(spot.reader.page.instruments.first?.instrument.base == "BTC")
        #expect(spot.reader.page.instruments.first?.quantityStep == FixedPoint(mantissa: 1, scale: 8))
    }
}

struct BybitRESTTests {
    let adapter = BybitREST(.linear)

    @Test func `The newest trades are handed on oldest first, blocks as no trades`() {
        let asked = Asked(adapter)
        let row = { (id: String, time: Int, block: Bool) in
            #"{"execId":"\#(id)","symbol":"BTCUSDT","price":"16618.49","size":"0.00012","side":"Buy","time":"\#(time)","isBlockTrade":\#(block),"isRPITrade":false,"seq":"1"}"#
        }
        let list = [
            row("20f43950-d8dd-5b31-9112-a178eb6023af", 1_672_052_955_760, false),
            row("20f43950-d8dd-5b31-9112-a178eb6023ae", 1_672_052_955_758, true), row("2100000000007764263", 1_672_052_955_757, false),
        ].joined(separator: ",")
        let request = adapter.recentTrades("BTCUSDT", limit: 5000)
        #expect(request.url == "https://api.bybit.com/v5/market/recent-trade?category=linear&symbol=BTCUSDT&limit=1000")
        #expect(BybitREST(.spot).recentTrades("BTCUSDT", limit: 5000).url.hasSuffix("limit=60"))
        #expect(asked.answer(#"{"retCode":0,"retMsg":"OK","result":{"category":"linear","list":[\#(list)]}}"#, to: request) == .done)
        #expect(asked.reader.page.trades.map(\.time) == [1_672_052_955_757_000, 1_672_052_955_758_000, 1_672_052_955_760_000])
        #expect(asked.reader.page.trades.map(\.isTrade) == [true, false, true])
        #expect(asked.ids.first == 2_100_000_000_007_764_263)
        #expect(adapter.trades("BTCUSDT", ids: 1...2) == nil)
    }

    @Test func `Instruments are read page by page by the cursor`() throws {
        let asked = Asked(adapter)
        let page = { (symbol: String, cursor: String) in
            #"{"retCode":0,"result":{"category":"linear","list":[{"symbol":"\#(symbol)","contractType":"LinearPerpetual","status":"Trading","baseCoin":"BTC","quoteCoin":"USDT","priceFilter":{"tickSize":"0.10"},"lotSizeFilter":{"qtyStep":"0.001"}}],"nextPageCursor":"\#(cursor)"}}"#
        }
        let next = try #require(asked.answer(page("BTCUSDT", "first%3DBTC&x"), to: adapter.instruments()).next)
        #expect(next.url == "https://api.bybit.com/v5/market/instruments-info?category=linear&limit=1000&cursor=first%253DBTC%26x")
        #expect(asked.reader.page.instruments.first?.priceTick == FixedPoint(mantissa: 1, scale: 1))
        #expect(asked.answer(page("ETHUSDT", ""), to: next) == .done)
        #expect(asked.reader.page.instruments.map(\.instrument.symbol) == ["ETHUSDT"])
        // A cursor that leads back to its own page, and a list without end.
        #expect("\(asked.answer(page("ETHUSDT", "first%3DBTC&x"), to: next))".hasPrefix("failed"))
        var request = adapter.instruments()
        var pages = 0
        while case .more(let following) = asked.answer(page("A", "c\(pages)"), to: request) {
            request = following
            pages += 1
        }
        #expect(pages == 999)
        // Spot has one page.
        #expect(asked.reader.adapter.instruments().url != BybitREST(.spot).instruments().url)
        #expect(Asked(BybitREST(.spot)).answer(page("BTCUSDT", "more"), to: BybitREST(.spot).instruments()) == .done)
    }

    @Test(arguments: [
        (200, #"{"retCode":10001,"retMsg":"Not supported symbols","result":{}}"#, "refused"),
        (200, #"{"retCode":10006,"retMsg":"Too many visits!","result":{}}"#, "limited"),
        (403, "access too frequent", "limited"), (200, #"{"retCode":10016,"retMsg":"Service error"}"#, "failed"),
        (200, #"{"retCode":0}"#, "failed"), (200, "{}", "failed"), (504, "", "failed"),
    ])
    func `Errors are told apart, with status 200 too`(status: Int, body: String, kind: String) {
        let outcome = Asked(adapter).answer(body, status: status, to: adapter.recentTrades("BTCUSDT", limit: 10))
        #expect("\(outcome)".hasPrefix(kind), "\(outcome)")
    }
}

struct HyperliquidRESTTests {
    let adapter = HyperliquidREST()

    @Test(.enabled(if: FileManager.default.fileExists(atPath: Recording.root + "/rest-captures")))
    func `The recorded answer holds three trades, which are handed on oldest first`() throws {
        let asked = Asked(adapter)
        let body = try String(contentsOfFile: Recording.root + "/rest-captures/hyperliquid_http_recent_trades_btc.json", encoding: .utf8)
        #expect(asked.answer(body, to: adapter.recentTrades("BTC", limit: 100)) == .done)
        #expect(asked.ids == [300001, 300002, 300003])
        #expect(asked.reader.page.trades.map(\.side) == [.sell, .buy, .sell])
        #expect(asked.reader.page.trades[0].price == FixedPoint(mantissa: 104_300))
        #expect(asked.reader.page.trades[0].quantity == FixedPoint(mantissa: 5, scale: 3))
    }

    @Test func `Questions are posted, and coins are quoted`() {
        let request = adapter.recentTrades("k\"PEPE", limit: 5)
        #expect(request.url == "https://api.hyperliquid.xyz/info")
        #expect(request.body == #"{"type":"recentTrades","coin":"k\"PEPE"}"#)
        #expect(adapter.instruments().body == #"{"type":"meta"}"#)
    }

    @Test func `Coins are listed with their steps, and delisted ones as closed`() {
        let asked = Asked(adapter)
        let meta = #"""
            {"universe":[{"name":"BTC","szDecimals":5,"maxLeverage":40},{"name":"kPEPE","szDecimals":0,"maxLeverage":10},
            {"name":"MATIC","szDecimals":1,"isDelisted":true},{"name":"ODD","szDecimals":99},{"szDecimals":1}],"marginTables":[]}
            """#
        #expect(asked.answer(meta, to: adapter.instruments()) == .done)
        let listed = asked.reader.page.instruments
        #expect(listed.map(\.instrument.symbol) == ["BTC", "kPEPE", "MATIC"])
        #expect(listed.map(\.status) == [.trading, .trading, .closed])
        #expect(
            listed.map { "\($0.quantityStep ?? .init(mantissa: 0)) \($0.priceTick ?? .init(mantissa: 0))" } == [
                "0.00001 0.1", "1 0.000001", "0.1 0.00001",
            ])
        #expect(asked.reader.page.faults == 2)
    }

    @Test func `An unknown coin is refused`() {
        let asked = Asked(adapter)
        #expect(asked.answer("null", to: adapter.recentTrades("NOPE", limit: 5)) == .refused(reason: "no such coin"))
        #expect("\(asked.answer("null", status: 500, to: adapter.recentTrades("NOPE", limit: 5)))".hasPrefix("refused"))
        #expect("\(asked.answer("null", status: 429, to: adapter.recentTrades("NOPE", limit: 5)))".hasPrefix("limited"))
        #expect("\(asked.answer("{}", to: adapter.recentTrades("BTC", limit: 5)))".hasPrefix("failed"))
    }
}

struct EndpointsTests {
    private static let venues: [Venue] = [
        .binanceSpot, .binanceFutures, .binanceCoinFutures, .okxSpot, .okxPerps, .bybitSpot, .bybitLinear, .bybitInverse, .hyperliquidPerps,
    ]

    @Test(arguments: venues)
    func `Each venue has a feed and a REST side, at the exchange or elsewhere`(venue: Venue) throws {
        let own = try #require(FeedCatalogue.feed(of: venue))
        #expect(own.venue == venue)
        #expect(own.urls.allSatisfy { $0.hasPrefix("wss://") } && !own.urls.isEmpty)
        let rest = try #require(FeedCatalogue.rest(of: venue))
        #expect(rest.venue == venue)
        #expect(rest.instruments().url.hasPrefix("https://"))

        let elsewhere = Endpoints(rest: "http://127.0.0.1:1//", sockets: ["ws://127.0.0.1:2/", "ws://127.0.0.1:3"])
        let feed = try #require(FeedCatalogue.feed(of: venue, endpoints: elsewhere))
        let official = try #require(Endpoints.official(venue))
        // The same paths as at the exchange, for each base.
        let paths = Set(own.urls.map { url in String(url.dropFirst(official.sockets.first { url.hasPrefix($0) }?.count ?? 0)) })
        #expect(Set(feed.urls) == Set(paths.flatMap { path in elsewhere.sockets.map { $0 + path } }))
        let moved = try #require(FeedCatalogue.rest(of: venue, endpoints: elsewhere))
        for request in [moved.instruments(), moved.recentTrades("A", limit: 1)] + (moved.trades("A", ids: 1...2).map { [$0] } ?? []) {
            #expect(request.url.hasPrefix("http://127.0.0.1:1/") && !request.url.hasPrefix("http://127.0.0.1:1//"))
            #expect(moved.rates.contains { $0.bucket == request.bucket && $0.weight >= request.weight })
        }
    }

    @Test func `A venue without an adapter has neither`() {
        #expect(FeedCatalogue.feed(of: .deribit) == nil)
        #expect(FeedCatalogue.rest(of: .deribit) == nil)
        #expect(FeedCatalogue.feed(of: .deribit, endpoints: Endpoints(rest: "", sockets: [])) == nil)
    }
}
