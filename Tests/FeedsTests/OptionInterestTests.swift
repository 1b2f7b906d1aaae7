import Feeds
import MarketModel
import TestSupport
import Testing

/// Open interest of options. Fixtures are written from the venues' documented payloads; of OKX there is no recording.
@Suite struct OptionInterestTests {
    private static func families(_ names: String...) -> [OptionFamily] { names.compactMap { OptionFamily($0) } }

    private static let okx = """
        {"code":"0","msg":"","data":[
        {"instId":"BTC-USD-260327-60000-C","instType":"OPTION","oi":"2100","oiCcy":"21","oiUsd":"1433250.5400000000000001","ts":"1743041250440"},
        {"instId":"BTC-USD-260327-70000-P","instType":"OPTION","oi":"0","oiCcy":"0","oiUsd":"0","ts":"1743041250441"},
        {"instId":"BTC-USD-SWAP","instType":"SWAP","oi":"5","oiCcy":"1","oiUsd":"60000","ts":"1743041250440"},
        {"instId":"ETH-USD-260327-3000-C","instType":"OPTION","oi":"5","oiCcy":"1","oiUsd":"3000","ts":"1743041250440"}]}
        """
    private static let okxMultiple = """
        {"code":"0","data":[{"instId":"BTC-USD_UM-260327-60000-C","instType":"OPTION","oi":"3","oiCcy":"0.03","oiUsd":"2000.25","ts":"1743041250440"}]}
        """
    private static let deribit = """
        {"jsonrpc":"2.0","result":[
        {"mid_price":0.4075,"volume_usd":2836.83,"quote_currency":"BTC","creation_timestamp":1711101594477,"base_currency":"BTC",
        "underlying_index":"BTC-28JUN24","underlying_price":68827.27,"volume":0.1,"open_interest":364.1,
        "instrument_name":"BTC-28JUN24-42000-C","mark_price":0.40752052},
        {"instrument_name":"BTC-28JUN24-90000-P","open_interest":0.0,"underlying_price":null,"creation_timestamp":1711101594477},
        {"instrument_name":"BTC-28JUN24-91000-P","open_interest":2,"creation_timestamp":1711101594477},
        {"instrument_name":"BTC-28JUN24","open_interest":2,"underlying_price":68827.27,"creation_timestamp":1711101594477}],"testnet":false}
        """
    private static let deribitLinear = """
        {"jsonrpc":"2.0","result":[{"instrument_name":"SOL_USDC-28JUN24-150d5-P","open_interest":12.5,"underlying_price":140.02,"quote_currency":"USDC",
        "creation_timestamp":1711101594477},{"instrument_name":"BTC_USDC-28JUN24-90000-C","open_interest":1,"underlying_price":68000,
        "creation_timestamp":1711101594477}]}
        """

    @Test func `OKX gives coins and USD of a family's options, and rows of anything else are none`() {
        var poll = OpenInterestPoll(OKXOptionInterest(Self.families("okx:BTC-USD", "deribit:BTC", "okx:BTC-USD_UM", "okx:BTC-USD")))
        let sum = poll.poll([
            "instType=OPTION&instFamily=BTC-USD": Self.okx, "instType=OPTION&instFamily=BTC-USD_UM": Self.okxMultiple,
        ])
        #expect(
            poll.asked.map(\.url)
                == ["BTC-USD", "BTC-USD_UM"].map {
                    "https://www.okx.com/api/v5/public/open-interest?instType=OPTION&instFamily=\($0)"
                })
        #expect(sum.text("BTC-USD-260327-60000-C") == "BTC/USD coin 21 = 1433250.54 USD")
        #expect(sum.text("BTC-USD-260327-70000-P") == "BTC/USD coin 0 = 0 USD")
        #expect(sum.text("BTC-USD_UM-260327-60000-C") == "BTC/USD stable 0.03 = 2000.25 USD")
        #expect(sum.time("BTC-USD-260327-60000-C") == 1_743_041_250_440_000)
        #expect(sum.samples.count == 3 && sum.faults == [.noContract: 2] && poll.sweep.failed.isEmpty)
        #expect(poll.sweep.period == 300_000_000_000)
    }

    @Test func `Deribit gives coins, which are worth the price of what they are on, and none of which nothing is open needs a price`() {
        var poll = OpenInterestPoll(DeribitOptionInterest(Self.families("deribit:BTC", "deribit:USDC")))
        let sum = poll.poll(["currency=BTC&kind=option": Self.deribit, "currency=USDC&kind=option": Self.deribitLinear])
        // 364.1 x 68827.27 = 25060009.007
        #expect(sum.text("BTC-28JUN24-42000-C") == "BTC/USD coin 364.1 = 25060009.007 USD")
        #expect(sum.text("BTC-28JUN24-90000-P") == "BTC/USD coin 0 = 0 USD")
        #expect(sum.text("SOL_USDC-28JUN24-150d5-P") == "SOL/USDC stable 12.5 = 1750.25 USD")
        #expect(sum.samples.count == 4 && sum.faults == [.noPrice: 1, .noContract: 1])
        #expect(sum.time("BTC-28JUN24-42000-C") == 1_711_101_594_477_000)
        #expect(sum.samples.allSatisfy { $0.contract.venue == .deribitOptions })
        #expect(poll.asked.allSatisfy { $0.url.hasPrefix("https://www.deribit.com/api/v2/public/get_book_summary_by_currency?") })
    }

    @Test func `A question that came to nothing makes its coins no whole, and those of other families stay whole`() {
        func isWhole(_ poll: OpenInterestPoll, _ sum: OpenInterestSum) -> [String: Bool] {
            Dictionary(sum.samples.map { ($0.contract.symbol, poll.sweep.isWhole($0.contract)) }) { $0 && $1 }
        }
        let eth = #"{"code":"0","data":[{"instId":"ETH-USD-260327-3000-C","oi":"5","oiCcy":"1","oiUsd":"3000","ts":"1743041250440"}]}"#
        var okx = OpenInterestPoll(OKXOptionInterest(Self.families("okx:BTC-USD", "okx:BTC-USD_UM", "okx:ETH-USD")))
        let refused = #"{"code":"51000","msg":"Parameter instFamily error","data":[]}"#
        // Nothing that is understood is as bad as no answer; an empty list is an answer.
        for (body, ends) in [
            (refused, true), ("<html>", true), (#"{"code":"0"}"#, true), (#"{"code":"0","data":[{"instId":"BTC-USD_UM-260327"}]}"#, true),
            (#"{"code":"0","data":[]}"#, false),
        ] {
            let sum = okx.poll(["instFamily=BTC-USD": Self.okx, "instFamily=BTC-USD_UM": body, "instFamily=ETH-USD": eth])
            let whole = isWhole(okx, sum)
            #expect(whole["BTC-USD-260327-60000-C"] == !ends && whole["ETH-USD-260327-3000-C"] == true, "\(body)")
            #expect(okx.sweep.failed.map(\.part) == (ends ? ["BTC-USD_UM"] : []), "\(body)")
        }
        // The next sweep begins anew.
        let sum = okx.poll(["instFamily=BTC-USD": Self.okx, "instFamily=BTC-USD_UM": Self.okxMultiple, "instFamily=ETH-USD": eth])
        #expect(isWhole(okx, sum).values.allSatisfy { $0 } && okx.sweep.failed.isEmpty)
        // What options on any coin settle in may have lacked any coin; a coin only itself.
        var deribit = OpenInterestPoll(DeribitOptionInterest(Self.families("deribit:BTC", "deribit:USDC")))
        let inverse = deribit.poll(["currency=BTC&kind=option": Self.deribit])
        #expect(isWhole(deribit, inverse) == ["BTC-28JUN24-42000-C": false, "BTC-28JUN24-90000-P": false])
        let linear = deribit.poll(["currency=USDC&kind=option": Self.deribitLinear])
        #expect(isWhole(deribit, linear) == ["SOL_USDC-28JUN24-150d5-P": true, "BTC_USDC-28JUN24-90000-C": false])
    }

    @Test func `What is too much is asked again, what is wrong is said`() {
        var poll = OpenInterestPoll(DeribitOptionInterest(Self.families("deribit:BTC")))
        let busy = #"{"jsonrpc":"2.0","error":{"code":10028,"message":"too_many_requests"}}"#
        var times = 0
        let sum = poll.poll { _ in
            times += 1
            return RESTAnswer(status: times == 1 ? 400 : 200, body: Array((times == 1 ? busy : Self.deribit).utf8))
        }
        #expect(sum.outcomes == [.limited(reason: "10028: too_many_requests"), .done] && poll.sweep.failed.isEmpty)
        var okx = OpenInterestPoll(OKXOptionInterest(Self.families("okx:BTC-USD")))
        let wrong = okx.poll(["instFamily=BTC-USD": #"{"code":"51000","msg":"Parameter instFamily error","data":[]}"#])
        #expect("\(wrong.outcomes)".contains("Parameter instFamily error"))
    }

    @Test func `Each venue can be asked elsewhere, within its own limits, and without families not at all`() throws {
        let families = Self.families("okx:BTC-USD", "deribit:BTC")
        for venue in FeedCatalogue.optionVenues {
            let adapter = try #require(
                FeedCatalogue.optionInterest(of: venue, families: families, endpoints: Endpoints(rest: "http://h/", sockets: [])))
            #expect(adapter.venue == venue && adapter.venue.isOptions && adapter.questions.count == 1 && adapter.listings.isEmpty)
            for step in adapter.questions {
                let request = adapter.request(step)
                #expect(request.url.hasPrefix("http://h/api/"))
                #expect(adapter.rates.contains { $0.bucket == request.bucket && $0.weight >= request.weight })
            }
            #expect(FeedCatalogue.optionInterest(of: venue, families: families.filter { $0.venue != venue }) == nil)
        }
        #expect(FeedCatalogue.optionInterest(of: .okxPerps, families: families) == nil)
        #expect(FeedCatalogue.openInterestVenues.allSatisfy { !$0.isOptions })
    }

    @Test func `Documented answers with a part replaced never trap, and samples make sense`() throws {
        var random = Seeded.fresh()
        let values = [
            "0", "-1", "1e308", "999999999999999999", "0.000000000000000001", "null", "\"\"", "\"NaN\"", "-999999999999999999", "true",
            "[]",
            "{}", "\"BTC-USD-260327-60000-C\"", "\"BTC-28JUN24-42000-C\"", "\"BTC-99JUN24-42000-C\"", "\"9\"", "9223372036854775807",
        ]
        let adapters: [(any OpenInterestAdapter, String)] = [
            (OKXOptionInterest(Self.families("okx:BTC-USD")), Self.okx),
            (DeribitOptionInterest(Self.families("deribit:BTC")), Self.deribit),
            (DeribitOptionInterest(Self.families("deribit:USDC")), Self.deribitLinear),
        ]
        for (adapter, body) in adapters {
            for _ in 0..<1500 {
                var changed = body
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    let place = changed.indices.filter { changed[$0] == ":" }.randomElement(using: &random) ?? changed.startIndex
                    let start = changed.index(after: place)
                    let end = changed[start...].firstIndex { $0 == "," || $0 == "}" } ?? changed.endIndex
                    changed.replaceSubrange(start..<end, with: values.randomElement(using: &random) ?? "")
                }
                var poll = OpenInterestPoll(adapter)
                let sum = poll.poll { _ in RESTAnswer(status: 200, body: Array(changed.utf8)) }
                for sample in sum.samples {
                    #expect(sample.value.quantity.mantissa >= 0 && sample.value.usd.mantissa >= 0 && sample.time > 0)
                    let option = try #require(OptionContract(venue: adapter.venue, symbol: sample.contract.symbol))
                    #expect(option.coin == sample.contract.coin && option.family.name == adapter.questions[0].part)
                }
            }
        }
    }
}
