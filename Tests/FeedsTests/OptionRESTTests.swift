import Feeds
import MarketModel
import Testing

/// Fixtures are written from the venues' documented payloads; there is no recording.
@Suite struct OptionRESTTests {
    private let elsewhere = Endpoints(rest: "http://h", sockets: [])

    private func family(_ text: String) throws -> OptionFamily { try #require(OptionFamily(text)) }

    private func read(
        _ adapter: any OptionRESTAdapter, _ question: OptionQuestion, _ body: String, status: Int = 200
    ) throws -> (RESTOutcome, OptionPage) {
        let request = try #require(adapter.request(question))
        var page = OptionPage(OptionBatch(received: 1_900_000_000_000_000, source: .rest))
        let outcome = OptionReader(adapter: adapter).read(RESTAnswer(status: status, body: Array(body.utf8)), to: request, into: &page)
        return (outcome, page)
    }

    private func row(_ id: Int, _ symbol: String = "BTC-USD-260327-60000-C") -> String {
        "{\"instId\":\"\(symbol)\",\"px\":\"0.01\",\"side\":\"buy\",\"sz\":\"1\",\"source\":\"0\",\"tradeId\":\"\(id)\",\"ts\":\"17722865510\(id % 90 + 10)\"}"
    }

    private func okx(_ rows: [String]) -> String { "{\"code\":\"0\",\"msg\":\"\",\"data\":[\(rows.joined(separator: ","))]}" }

    @Test func `OKX's lists say what contracts are on`() throws {
        let adapter = OKXOptionREST(endpoints: elsewhere)
        let family = try family("okx:BTC-USD")
        #expect(
            adapter.request(.listing(family))?.url == "http://h/api/v5/public/instruments?instType=OPTION&instFamily=BTC-USD")
        func listed(_ symbol: String, _ value: String, _ multiplier: String) -> String {
            "{\"instId\":\"\(symbol)\",\"ctVal\":\"\(value)\",\"ctMult\":\"\(multiplier)\",\"instFamily\":\"BTC-USD\",\"state\":\"live\"}"
        }
        let (outcome, page) = try read(
            adapter, .listing(family),
            okx([
                listed("BTC-USD-260327-60000-C", "1", "0.01"), listed("BTC-USD-260327-70000-P", "0.1", "0.1"),
                listed("BTC-USD-260327-80000-P", "", "0.1"), listed("ETH-USD-260327-80000-P", "1", "1"),
            ]))
        #expect(outcome == .done && page.batch.listed == [family: [FixedPoint(mantissa: 1, scale: 2)]])
        #expect(page.batch.faults == [.noContract: 2])
    }

    @Test func `OKX's holes are read page by page from above, and a page that does not go down ends the walk`() throws {
        let adapter = OKXOptionREST(endpoints: elsewhere)
        let family = try family("okx:BTC-USD")
        let symbol = "BTC-USD-260327-60000-C"
        let question = OptionQuestion.trades(family, symbol: symbol, ids: 101...350)
        #expect(
            adapter.request(question)?.url
                == "http://h/api/v5/market/history-trades?instId=BTC-USD-260327-60000-C&type=1&after=351&limit=100")
        let (first, page) = try read(adapter, question, okx((251...350).reversed().map { row($0) }))
        guard case .more(let next) = first else { return #expect(Bool(false), "\(first)") }
        #expect(next.question == .options(.trades(family, symbol: symbol, ids: 101...250)) && next.page == 1)
        #expect(page.batch.trades.count == 100 && page.batch.trades.allSatisfy { $0.source == .rest })
        #expect(try read(adapter, question, okx((90...120).reversed().map { row($0) })).0 == .done)
        #expect(try read(adapter, question, okx([])).0 == .done)
        // Another cache's older page, or one of another symbol.
        #expect(try read(adapter, question, okx((400...420).map { row($0) })).0 == .done)
        let (_, other) = try read(adapter, question, okx([row(200, "BTC-USD-260327-70000-C")]))
        #expect(other.batch.trades.isEmpty)
    }

    @Test func `OKX's newest trades are read in both shapes`() throws {
        let adapter = OKXOptionREST(endpoints: elsewhere)
        let family = try family("okx:BTC-USD")
        #expect(adapter.request(.recent(family))?.url == "http://h/api/v5/public/option-trades?instFamily=BTC-USD")
        #expect(adapter.request(.byType(family))?.url == "http://h/api/v5/market/option/instrument-family-trades?instFamily=BTC-USD")
        let (_, recent) = try read(adapter, .recent(family), okx([row(3), row(2)]))
        #expect(recent.batch.trades.map(\.id) == ["3", "2"])
        let grouped = okx([
            "{\"vol24h\":\"103381\",\"optType\":\"C\",\"tradeInfo\":[\(row(5)),\(row(4))]}",
            "{\"vol24h\":\"99\",\"optType\":\"P\",\"tradeInfo\":[\(row(9, "BTC-USD-260327-50000-P"))]}",
        ])
        let (outcome, byType) = try read(adapter, .byType(family), grouped)
        #expect(outcome == .done && byType.batch.trades.map(\.id) == ["5", "4", "9"])
    }

    @Test func `OKX's blocks are asked for after the last one, and a full page has older ones below it`() throws {
        let adapter = OKXOptionREST(endpoints: elsewhere)
        #expect(adapter.request(.blocks(after: "", before: ""))?.url == "http://h/api/v5/rfq/public-trades?limit=100")
        #expect(
            adapter.request(.blocks(after: "7", before: "90"))?.url == "http://h/api/v5/rfq/public-trades?limit=100&beginId=7&endId=90")
        func block(_ id: Int) -> String {
            let leg = "{\"px\":\"0.01\",\"sz\":\"5\",\"instId\":\"BTC-USD-260327-60000-C\",\"side\":\"sell\",\"tradeId\":\"\(id * 10)\"}"
            return "{\"strategy\":\"CALL\",\"cTime\":\"1772286551080\",\"blockTdId\":\"\(id)\",\"groupId\":\"\",\"legs\":[\(leg)]}"
        }
        let (outcome, page) = try read(adapter, .blocks(after: "7", before: ""), okx((501...600).reversed().map { block($0) }))
        guard case .more(let next) = outcome else { return #expect(Bool(false), "\(outcome)") }
        #expect(next.question == .options(.blocks(after: "7", before: "501")) && page.newestBlock == "600")
        #expect(page.batch.trades.count == 100 && page.batch.trades.allSatisfy { $0.isBlock && $0.space == .block })
        #expect(try read(adapter, .blocks(after: "", before: ""), okx((501...600).map { block($0) })).0 == .done)
        #expect(try read(adapter, .blocks(after: "7", before: ""), okx([block(8)])).0 == .done)
        #expect(try read(adapter, .blocks(after: "600", before: ""), okx([])).1.newestBlock == nil)
    }

    @Test func `Deribit is asked by time, and the next page begins where this one may have been cut`() throws {
        let adapter = DeribitOptionREST(endpoints: elsewhere)
        let family = try family("deribit:BTC")
        let question = OptionQuestion.span(family, 1_774_250_000_000_000...1_774_250_060_000_000)
        #expect(
            adapter.request(question)?.url
                == "http://h/api/v2/public/get_last_trades_by_currency_and_time?currency=BTC&kind=option&start_timestamp=1774250000000"
                + "&end_timestamp=1774250060000&count=1000&sorting=asc")
        func answer(_ times: [Int], more: Bool) -> String {
            let rows = times.enumerated().map {
                "{\"trade_seq\":\($0.offset),\"trade_id\":\"\($0.element)\",\"timestamp\":\($0.element),\"price\":0.01,\"amount\":1.0,"
                    + "\"direction\":\"buy\",\"instrument_name\":\"BTC-27MAR26-100000-C\",\"index_price\":68950.69,\"iv\":50.0}"
            }
            return
                "{\"jsonrpc\":\"2.0\",\"result\":{\"trades\":[\(rows.joined(separator: ","))],\"has_more\":\(more)},\"usIn\":1,\"testnet\":false}"
        }
        let (outcome, page) = try read(adapter, question, answer([1_774_250_000_100, 1_774_250_000_200], more: true))
        guard case .more(let next) = outcome else { return #expect(Bool(false), "\(outcome)") }
        #expect(next.question == .options(.span(family, 1_774_250_000_200_000...1_774_250_060_000_000)) && page.batch.trades.count == 2)
        // A page of one millisecond goes on all the same.
        guard case .more(let further) = try read(adapter, question, answer([1_774_250_000_000], more: true)).0 else {
            return #expect(Bool(false))
        }
        #expect(further.question == .options(.span(family, 1_774_250_000_001_000...1_774_250_060_000_000)))
        #expect(try read(adapter, question, answer([1_774_250_000_100], more: false)).0 == .done)
        #expect(try read(adapter, question, answer([], more: true)).0 == .done)
        #expect(try read(adapter, .recent(family), answer([1_774_250_000_100], more: true)).0 == .done)
        #expect(adapter.request(.blocks(after: "", before: "")) == nil && adapter.request(.listing(family)) == nil)
    }

    @Test func `Refusals, limits and nonsense are told apart`() throws {
        let okx = OKXOptionREST(endpoints: elsewhere)
        let deribit = DeribitOptionREST(endpoints: elsewhere)
        let (one, two) = (OptionQuestion.recent(try family("okx:BTC-USD")), OptionQuestion.recent(try family("deribit:BTC")))
        func isLimited(_ outcome: RESTOutcome) -> Bool { if case .limited = outcome { true } else { false } }
        func isRefused(_ outcome: RESTOutcome) -> Bool { if case .refused = outcome { true } else { false } }
        func isFailed(_ outcome: RESTOutcome) -> Bool { if case .failed = outcome { true } else { false } }
        #expect(isLimited(try read(okx, one, "{\"code\":\"50011\",\"msg\":\"Too Many Requests\"}", status: 429).0))
        #expect(isRefused(try read(okx, one, "{\"code\":\"51000\",\"msg\":\"Parameter instFamily error\",\"data\":[]}", status: 400).0))
        #expect(isLimited(try read(deribit, two, "{\"error\":{\"code\":10028,\"message\":\"too_many_requests\"}}", status: 429).0))
        #expect(isRefused(try read(deribit, two, "{\"error\":{\"code\":-32602,\"message\":\"Invalid params\"}}", status: 400).0))
        for body in ["", "[]", "{}", "{\"code\":\"0\"}", "{\"result\":{}}", "{\"result\":{\"trades\":{}}}"] {
            #expect(try isFailed(read(okx, one, body).0) && isFailed(read(deribit, two, body).0), "\(body)")
        }
        #expect(isFailed(try read(deribit, two, "", status: 502).0))
    }
}
