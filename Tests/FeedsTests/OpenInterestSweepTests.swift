import Feeds
import MarketModel
import TestSupport
import Testing

/// How sweeps ask, and what they do with answers that are none. All bodies are made up.
struct OpenInterestSweepTests {
    /// Hyperliquid's answer with one coin and these figures, as JSON has them.
    private func context(_ figure: String, mark: String = "\"100\"") -> String {
        #"[{"universe":[{"name":"BTC"},{"name":"ETH"}]},[{"openInterest":\#(figure),"markPx":\#(mark)},{"openInterest":"2","markPx":"10"}]]"#
    }

    @Test(arguments: [
        ("\"-1\"", OpenInterestFault.negative), ("-0.000001", .negative), ("\"NaN\"", .notANumber), ("\"Infinity\"", .notANumber),
        ("\"1e308\"", .notANumber), ("1e308", .notANumber), ("\"\"", .notANumber), ("\"abc\"", .notANumber), ("null", .missing),
        ("true", .notANumber), ("[]", .notANumber), ("{\"a\":1}", .notANumber), ("\"1234567890123456789\"", .notANumber),
        ("\"999999999999999999\"", .tooLarge), ("\"1 000\"", .notANumber), ("\"0x10\"", .notANumber),
        ("\"1234567890123456789012345678901234567890.5\"", .notANumber),
    ])
    func `A figure that makes no sense is a fault with its reason, and the row beside it is a sample`(
        figure: String, fault: OpenInterestFault
    ) {
        var poll = OpenInterestPoll(HyperliquidOpenInterest())
        let sum = poll.poll(["metaAndAssetCtxs": context(figure)])
        #expect(sum.faults == [fault: 1])
        #expect(sum.lastFault == "BTC: \(fault.rawValue)")
        #expect(sum.samples.count == 1)
        #expect(sum.text("ETH") == "ETH/USDC stable 2 = 20 USD")
    }

    @Test func `Without a price there is no sample, but nothing is nothing at any price`() {
        for mark in ["null", "\"\"", "\"0\"", "\"-5\"", "\"NaN\"", "1e308"] {
            var poll = OpenInterestPoll(HyperliquidOpenInterest())
            #expect(poll.poll(["metaAndAssetCtxs": context("\"3\"", mark: mark)]).faults == [.noPrice: 1], "\(mark)")
            #expect(poll.poll(["metaAndAssetCtxs": context("\"0.0\"", mark: mark)]).text("BTC") == "BTC/USDC stable 0 = 0 USD", "\(mark)")
        }
    }

    @Test func `A price of an earlier sweep is no price of this one, where the row has its own`() {
        var poll = OpenInterestPoll(HyperliquidOpenInterest())
        _ = poll.poll(["metaAndAssetCtxs": context("\"3\"")])
        #expect(poll.poll(["metaAndAssetCtxs": context("\"3\"", mark: "null")]).faults == [.noPrice: 1])
    }

    @Test func `Floats with more digits than they mean are cut, not refused`() {
        var poll = OpenInterestPoll(HyperliquidOpenInterest())
        // 605822.255799999999 × 100 = 60582225.5799999999, to eight decimals
        #expect(
            poll.poll(["metaAndAssetCtxs": context("\"605822.25579999999999999999\"")]).text("BTC")
                == "BTC/USDC stable 605822.2558 = 60582225.58 USD")
        #expect(poll.poll(["metaAndAssetCtxs": context("605822.2557999999")]).samples.count == 2)
    }

    @Test func `Times that make no sense are faults, future ones among them`() {
        for (time, faults) in [
            ("\"1743041250440\"", [:]), ("1743041250440", [:]), ("null", [:]), ("\"x\"", [OpenInterestFault.wrongTime: 1]),
            ("5", [.wrongTime: 1]),
            ("-1743041250440", [.wrongTime: 1]), ("\"9999999999999\"", [.wrongTime: 1]), ("1e308", [.wrongTime: 1]),
        ] {
            var poll = OpenInterestPoll(OKXOpenInterest())
            let row = #"{"code":"0","data":[{"instId":"BTC-USDT-SWAP","oiCcy":"1","oiUsd":"2","ts":\#(time)}]}"#
            #expect(poll.poll(["instType=SWAP": row]).faults == faults, "\(time)")
        }
    }

    @Test func `Coins without USD, or USD without coins, are no sample`() {
        for (coins, usd, fault) in [
            ("\"0\"", "\"5\"", OpenInterestFault.missing), ("\"5\"", "\"0\"", .missing), ("\"5\"", "null", .missing),
            ("\"5\"", "\"-1\"", .negative), ("\"NaN\"", "\"5\"", .notANumber),
        ] {
            var poll = OpenInterestPoll(OKXOpenInterest())
            let row = #"{"code":"0","data":[{"instId":"BTC-USDT-SWAP","oiCcy":\#(coins),"oiUsd":\#(usd),"ts":"1743041250440"}]}"#
            #expect(poll.poll(["instType=SWAP": row]).faults == [fault: 1], "\(coins) \(usd)")
        }
    }

    @Test func `An answer that is no answer costs its sweep and no more`() {
        for (body, status) in [("", 200), ("<html>", 200), ("[]", 200), ("{}", 200), ("[1,2]", 200), ("NaN", 200), ("", 500), ("{}", 502)] {
            var poll = OpenInterestPoll(HyperliquidOpenInterest())
            let bad = poll.poll(["metaAndAssetCtxs": body], status: status)
            #expect(bad.samples.isEmpty)
            guard case .failed = bad.outcomes.first else {
                Issue.record("\(body) \(status): \(bad.outcomes)")
                continue
            }
            #expect(poll.poll(["metaAndAssetCtxs": context("\"1\"")]).samples.count == 2)
        }
    }

    @Test func `Sweeps begin a period apart, and one request is under way at a time`() throws {
        var sweep = OpenInterestSweep(adapter: HyperliquidOpenInterest())
        var budget = RateBudget(HyperliquidOpenInterest().rates)
        let request = try #require(sweep.next(now: 5_000_000_000, budget: &budget))
        #expect(sweep.next(now: 60_000_000_000, budget: &budget) == nil)
        #expect(sweep.ready(now: 5_000_000_000, budget: budget) == nil)
        _ = sweep.answered(request, RESTAnswer(status: 0, body: []), received: 0)
        #expect(sweep.ready(now: 6_000_000_000, budget: budget) == 15_000_000_000)
        #expect(sweep.next(now: 14_999_999_999, budget: &budget) == nil)
        #expect(sweep.next(now: 15_000_000_000, budget: &budget) != nil)
        #expect(OpenInterestSweep(adapter: BinanceOpenInterest(.usdMargined)).period == 60_000_000_000)
    }

    @Test func `A list that failed is asked for again with the next sweep, one that was read after an hour`() {
        var poll = OpenInterestPoll(BybitOpenInterest(.linear))
        let tickers = #"{"retCode":0,"result":{"list":[{"symbol":"BTCUSDT","markPrice":"1","openInterest":"2"}]},"time":1672053548579}"#
        #expect(poll.poll(["tickers?category=linear": tickers]).faults == [.notListed: 1])
        let bodies = ["limit=1000": OpenInterestVenueTests.bybitListing, "tickers?category=linear": tickers]
        #expect(poll.poll(bodies).samples.count == 1)
        #expect(poll.asked.count == 2)
        var sweepsWithList = 0
        for _ in 0..<361 {
            _ = poll.poll(bodies)
            if poll.asked.count == 2 { sweepsWithList += 1 }
        }
        #expect(sweepsWithList == 1)
    }

    @Test func `What is listed no more is forgotten`() {
        var poll = OpenInterestPoll(BinanceOpenInterest(.usdMargined))
        func listing(_ symbols: [String]) -> String {
            let rows = symbols.map {
                #"{"symbol":"\#($0)USDT","status":"TRADING","contractType":"PERPETUAL","baseAsset":"\#($0)","quoteAsset":"USDT","marginAsset":"USDT"}"#
            }
            return "{\"symbols\":[\(rows.joined(separator: ","))]}"
        }
        func bodies(_ symbols: [String]) -> [String: String] {
            var result = ["/exchangeInfo": listing(symbols), "/premiumIndex": "[]"]
            for symbol in symbols { result["=\(symbol)USDT"] = #"{"symbol":"\#(symbol)USDT","openInterest":"0","time":1672053548579}"# }
            return result
        }
        #expect(poll.poll(bodies(["A", "B"])).samples.count == 2)
        poll.now += 3_600_000_000_000
        #expect(poll.poll(bodies(["B", "C"])).samples.map(\.contract.symbol) == ["BUSDT", "CUSDT"])
        #expect(poll.sweep.knowledge.listed.count == 2)
    }

    @Test func `Six hundred symbols of Binance take a minute of its budget or less, and never more than is allowed`() {
        var poll = OpenInterestPoll(BinanceOpenInterest(.usdMargined))
        let rows = (0..<600).map {
            #"{"symbol":"C\#($0)USDT","status":"TRADING","contractType":"PERPETUAL","baseAsset":"C\#($0)","quoteAsset":"USDT","marginAsset":"USDT"}"#
        }
        let listing = "{\"symbols\":[\(rows.joined(separator: ","))]}"
        let start = poll.now
        for _ in 0..<3 {
            let sum = poll.poll { request in
                if request.url.hasSuffix("/exchangeInfo") { return RESTAnswer(status: 200, body: Array(listing.utf8)) }
                if request.url.hasSuffix("/premiumIndex") { return RESTAnswer(status: 200, body: Array("[]".utf8)) }
                let symbol = request.url.split(separator: "=").last ?? ""
                return RESTAnswer(status: 200, body: Array(#"{"symbol":"\#(symbol)","openInterest":"0","time":1672053548579}"#.utf8))
            }
            #expect(sum.samples.count == 600)
            #expect(poll.asked.reduce(0) { $0 + $1.weight } <= 611)
        }
        #expect(poll.now - start < 180_000_000_000)
    }

    @Test func `A venue that says the same over and over is counted, whatever its time says`() {
        var poll = OpenInterestPoll(OKXOpenInterest())
        for round in 0..<5 {
            let row = #"{"code":"0","data":[{"instId":"BTC-USDT-SWAP","oiCcy":"1","oiUsd":"2","ts":"174304125044\#(round)"}]}"#
            #expect(poll.poll(["instType=SWAP": row]).unchanged == round)
        }
        let other = #"{"code":"0","data":[{"instId":"BTC-USDT-SWAP","oiCcy":"1","oiUsd":"3","ts":"1743041250449"}]}"#
        #expect(poll.poll(["instType=SWAP": other]).unchanged == 0)
    }

    @Test func `Factors are the user's where they set one`() {
        for (factor, coins) in [
            (nil, "BTC/USDC stable 3 = 300 USD"), ("0.5", "BTC/USDC stable 1.5 = 150 USD"), ("0", "BTC/USDC stable 3 = 300 USD"),
        ] {
            var poll = OpenInterestPoll(HyperliquidOpenInterest(), factor: factor)
            #expect(poll.poll(["metaAndAssetCtxs": context("\"3\"")]).text("BTC") == coins)
        }
        #expect(OpenInterestSweep(adapter: HTXOpenInterest()).factor == decimal("0.5"))
        #expect(OpenInterestSweep(adapter: BybitOpenInterest(.inverse)).factor == decimal("0.5"))
    }

    @Test(arguments: FeedCatalogue.openInterestVenues)
    func `Each venue can be asked, at the exchange or elsewhere, within its own limits`(venue: Venue) throws {
        let official = try #require(FeedCatalogue.openInterest(of: venue))
        let elsewhere = try #require(
            FeedCatalogue.openInterest(of: venue, endpoints: Endpoints(rest: "http://127.0.0.1:1/", sockets: [])))
        #expect(official.venue == venue)
        let steps = official.listings + official.questions
        #expect(!steps.isEmpty)
        for step in steps {
            #expect(official.request(step).url.hasPrefix("https://"))
            let request = elsewhere.request(step)
            #expect(request.url.hasPrefix("http://127.0.0.1:1/") && !request.url.hasPrefix("http://127.0.0.1:1//"))
            #expect(elsewhere.rates.contains { $0.bucket == request.bucket && $0.weight >= request.weight })
            #expect(request.question == .openInterest(step))
        }
        #expect(FeedCatalogue.openInterest(of: .binanceSpot) == nil)
    }

    @Test func `Whatever bytes a venue answers, nothing traps and samples make sense`() {
        var random = Seeded.fresh()
        let pieces = [
            "[", "]", "{", "}", ",", ":", "\"", "1", "-1", "0.5", "1e308", "null", "true", "\"NaN\"", "\"BTCUSDT\"", "\"data\"",
            "\"result\"",
            "\"list\"", "\"symbol\"", "\"openInterest\"", "\"markPrice\"", "\"code\":\"0\"", "\"retCode\":0", "\"universe\"", "\"tickers\"",
            "\"999999999999999999\"", "\"0.000000000000000001\"", "\"typ\":\"FFWCSX\",\"state\":\"Open\"", "\"multiplier\":1e-18",
            "\"instId\":\"BTC-USD-260327-60000-C\"", "\"oiCcy\"", "\"instrument_name\":\"BTC-28JUN24-42000-C\"", "\"open_interest\"",
        ]
        let families = ["okx:BTC-USD", "okx:BTC-USD_UM", "deribit:BTC", "deribit:USDC"].compactMap { OptionFamily($0) }
        let adapters =
            FeedCatalogue.openInterestVenues.compactMap { FeedCatalogue.openInterest(of: $0) }
            + FeedCatalogue.optionVenues.compactMap { FeedCatalogue.optionInterest(of: $0, families: families) }
        for adapter in adapters {
            var poll = OpenInterestPoll(adapter)
            poll.sweep.learn(worth: decimal("0.000000000000000001"), of: "BTC")
            for _ in 0..<60 {
                let sum = poll.poll { _ in
                    let body = (0..<Int.random(in: 0...40, using: &random)).map { _ in pieces.randomElement(using: &random) ?? "" }
                    return RESTAnswer(status: Bool.random(using: &random) ? 200 : 404, body: Array(body.joined().utf8))
                }
                #expect(sum.samples.allSatisfy { $0.value.quantity.mantissa >= 0 && $0.value.usd.mantissa >= 0 && $0.time > 0 })
            }
        }
    }

    @Test func `Documented answers with a part replaced never trap`() {
        var random = Seeded.fresh()
        let body = """
            [{"symbol":"XBTUSD","typ":"FFWCSX","state":"Open","underlying":"XBT","quoteCurrency":"USD","settlCurrency":"XBt","multiplier":-100000000,
            "underlyingToPositionMultiplier":1,"isQuanto":false,"isInverse":true,"openInterest":574264600,"openValue":1784268825430,
            "markPrice":32184.89,"timestamp":"2021-07-22T22:36:05.000Z"},{"symbol":"ETHUSD","typ":"FFWCSX","state":"Open","underlying":"ETH",
            "quoteCurrency":"USD","settlCurrency":"XBt","multiplier":100,"isQuanto":true,"isInverse":false,"openInterest":1403475,
            "openValue":281246565675,"markPrice":2003.93,"timestamp":"2021-07-22T22:36:05.000Z"}]
            """
        let values = [
            "0", "-1", "1e308", "999999999999999999", "0.000000000000000001", "null", "\"\"", "\"NaN\"", "-999999999999999999", "true",
        ]
        for _ in 0..<2000 {
            var changed = body
            let numbers = body.indices.filter { body[$0] == ":" }
            let place = numbers.randomElement(using: &random) ?? body.startIndex
            let start = body.index(after: place)
            let end = body[start...].firstIndex { $0 == "," || $0 == "}" } ?? body.endIndex
            changed.replaceSubrange(start..<end, with: values.randomElement(using: &random) ?? "")
            var poll = OpenInterestPoll(BitMEXOpenInterest())
            let sum = poll.poll(["/instrument/active": changed])
            #expect(sum.samples.allSatisfy { $0.value.quantity.mantissa >= 0 && $0.value.usd.mantissa >= 0 })
        }
    }
}
