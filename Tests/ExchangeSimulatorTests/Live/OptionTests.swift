import ExchangeSimulator
import Feeds
import MarketModel
import Testing
import Transport

/// The simulated options are what they say, and Millrace's own readers get the market's truth out of every way the venues tell of it.
@Suite struct SimulatedOptionTests {
    /// 2026-03-04 12:00 UTC
    private static let now: Int64 = 1_772_625_600_000_000
    private static let hour: Int64 = 3_600_000_000

    private static func exchange(seed: UInt64 = 7, perSecond: Double = 2) -> SimulatedExchange {
        var options = ExchangeOptions()
        options.optionTradesPerSecond = perSecond
        options.weightPerMinute = 1_000_000
        return SimulatedExchange(market: SimulatedMarket(seed: seed), options: options)
    }

    /// As one would see it who was not told when anything was received, nor by whom.
    private func plain(_ trades: [OptionTrade]) -> [OptionTrade] {
        trades.map { trade in
            var trade = trade
            trade.received = nil
            trade.source = .rest
            return trade
        }.sorted { ($0.time, $0.key) < ($1.time, $1.key) }
    }

    private func ask(_ exchange: SimulatedExchange, _ host: SimulatedHost, _ request: RESTRequest, now: Int64) throws -> RESTAnswer {
        let target = String(request.url.dropFirst("http://h".count))
        let asked = try Request(target)
        let response = exchange.answer(host, asked, path: asked.path, now: now)
        return RESTAnswer(status: response.status.code, body: Array(response.bodyText.utf8))
    }

    /// Asks on until the walk ends.
    private func walk(_ exchange: SimulatedExchange, _ host: SimulatedHost, _ question: OptionQuestion, now: Int64 = now) throws
        -> OptionPage
    {
        let endpoints = Endpoints(rest: "http://h", sockets: [])
        let venue = try #require(host.optionVenue)
        let adapter = try #require(FeedCatalogue.optionREST(of: venue, endpoints: endpoints))
        let reader = OptionReader(adapter: adapter)
        var page = OptionPage(OptionBatch(received: now, source: .rest))
        var request = adapter.request(question)
        while let next = request {
            switch reader.read(try ask(exchange, host, next, now: now), to: next, into: &page) {
            case .more(let further): request = further
            case .done: request = nil
            case let other: throw Failed("\(other)")
            }
        }
        return page
    }

    private struct Failed: Error {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }

    /// Follows a stream for a while; nothing of it may be unknown.
    private func follow(
        _ exchange: SimulatedExchange, _ host: SimulatedHost, _ adapter: any OptionFeedAdapter, _ symbols: [String], from: Int64, to: Int64,
        step: Int64
    ) throws -> (trades: [OptionTrade], passedOver: Int) {
        let url = try #require(adapter.urls.first)
        let path = String(url.dropFirst("ws://h".count))
        let session = try exchange.connect(host, path: path, query: Query(), now: from)
        var sink = FrameSink()
        var parser = OptionParser(adapter: adapter)
        var trades: [OptionTrade] = []
        var passedOver = 0
        var time = from
        for request in adapter.subscribe(symbols, firstRequest: 1) {
            var text = request.text
            text.withUTF8 { session.received(UnsafeRawBufferPointer($0), now: time, into: &sink) }
        }
        while time < to {
            time = min(to, time + step)
            session.advance(to: time, into: &sink)
            sink.forEachText { bytes in
                switch parser.parse(bytes, received: time) {
                case .trades:
                    #expect(parser.batch.faults.isEmpty, "\(parser.batch.lastFault)")
                    trades += parser.batch.trades
                    passedOver += parser.batch.passedOver
                case .acknowledged, .pong: break
                case let other: Issue.record("\(other)")
                }
            }
            sink.removeAll()
            if let ping = adapter.limits.ping, time < to {
                var text = ping
                text.withUTF8 { session.received(UnsafeRawBufferPointer($0), now: time, into: &sink) }
            }
        }
        return (trades, passedOver)
    }

    private func once(_ trades: [OptionTrade]) -> [OptionTrade] {
        var seen: [OptionTradeKey: OptionTrade] = [:]
        for trade in trades { seen[trade.key] = seen[trade.key].map { $0.merged(trade) } ?? trade }
        return plain(Array(seen.values))
    }

    @Test func `The same seed gives the same options, ids rise by one, and trades lie between listing and expiry`() throws {
        let options = SimulatedOptions(seed: 7, tradesPerSecond: 2)
        #expect(options.families.count == 4)
        for family in options.families {
            let times = (Self.now - Self.hour)..<Self.now
            let all = options.trades(of: family, in: times)
            #expect(all == SimulatedOptions(seed: 7, tradesPerSecond: 2).trades(of: family, in: times))
            #expect(all != SimulatedOptions(seed: 8, tradesPerSecond: 2).trades(of: family, in: times))
            #expect(Double(all.count) > 0.8 * 2 * 3600 && Double(all.count) < 1.3 * 2 * 3600, "\(family): \(all.count)")
            // Asked for in pieces it is the same.
            let pieces = stride(from: times.lowerBound, to: times.upperBound, by: 1_234_567_000).flatMap {
                options.trades(of: family, in: $0..<min($0 + 1_234_567_000, times.upperBound))
            }
            #expect(pieces == all)
            #expect(all.allSatisfy { times.contains($0.time) && $0.time < $0.contract.expires && $0.contract.family == family })
            #expect(all.contains { $0.isBlock } && Set(all.map(\.key)).count == all.count)
            guard family.venue == .okxOptions else { continue }
            for (symbol, trades) in Dictionary(grouping: all.filter { !$0.isBlock }, by: \.contract.symbol) {
                let ids = trades.compactMap { Int($0.id) }
                #expect(zip(ids, ids.dropFirst()).allSatisfy { $1 == $0 + 1 }, "\(symbol)")
            }
        }
    }

    @Test func `OKX's stream has every trade of the book, and repeats an earlier one at first`() throws {
        let exchange = Self.exchange()
        let feed = OKXOptionFeed(.trades, endpoints: Endpoints(rest: "http://h", sockets: ["ws://h"]))
        let end = Self.now + 600_000_000
        let (trades, _) = try follow(exchange, .okx, feed, ["BTC-USD", "ETH-USD"], from: Self.now, to: end, step: 777_000)
        for name in ["BTC-USD", "ETH-USD"] {
            let family = try #require(OptionFamily(venue: .okxOptions, name: name))
            let mine = trades.filter { $0.contract.family == family }
            #expect(try #require(mine.first).time < Self.now - 2000)
            let truth = exchange.optionMarket.trades(of: family, in: (Self.now - 2000)..<(end - 2000)).filter { !$0.isBlock }
            #expect(!truth.isEmpty && plain(Array(mine.dropFirst())) == plain(truth))
        }
    }

    @Test func `OKX tells of blocks a quarter of an hour late, on both channels and over REST, and ids of groups are the same`() throws {
        let exchange = Self.exchange(perSecond: 20)
        let elsewhere = Endpoints(rest: "http://h", sockets: ["ws://h"])
        let end = Self.now + 300_000_000
        let delay: Int64 = 900_000_000
        let (blocks, passedOver) = try follow(
            exchange, .okx, OKXOptionFeed(.blocks, endpoints: elsewhere), [OKXOptionFeed.allBlocks], from: Self.now, to: end,
            step: 5_000_000)
        let families = exchange.optionMarket.families.filter { $0.venue == .okxOptions }
        let truth = families.flatMap {
            exchange.optionMarket.trades(of: $0, in: (Self.now - 2000 - delay)..<(end - 2000 - delay)).filter(\.isBlock)
        }
        #expect(plain(blocks) == plain(truth) && passedOver > 0)
        #expect(truth.contains { $0.id.hasPrefix("made-") } && truth.contains { !$0.id.hasPrefix("made-") })
        #expect(blocks.allSatisfy { ($0.received ?? 0) - $0.time >= delay })
        // Over REST: the newest hundred blocks, then those after one.
        let page = try walk(exchange, .okx, .blocks(after: "", before: ""), now: end)
        let told = Set(page.batch.trades.map(\.key))
        let recent = families.flatMap {
            exchange.optionMarket.trades(of: $0, in: (end - delay - 60_000_000)..<(end - delay + 1)).filter(\.isBlock)
        }
        #expect(!recent.isEmpty && recent.allSatisfy { told.contains($0.key) })
        #expect(Set(blocks.map(\.key)).intersection(told).contains { $0.id.hasPrefix("made-") })
        let newest = try #require(page.newestBlock)
        #expect(try walk(exchange, .okx, .blocks(after: newest, before: ""), now: end).newestBlock == nil)
        // A walk over several pages.
        let old = try #require(truth.compactMap { Int64($0.block) }.min())
        let all = try walk(exchange, .okx, .blocks(after: "\(old)", before: ""), now: end)
        #expect(Set(all.batch.trades.map(\.key)).isSuperset(of: truth.filter { Int64($0.block) ?? 0 > old }.map(\.key)))
        // Legs by instrument.
        let symbol = try #require(truth.first { !$0.id.hasPrefix("made-") }).contract.symbol
        let (legs, _) = try follow(
            exchange, .okx, OKXOptionFeed(.legs, endpoints: elsewhere), [symbol], from: Self.now, to: end, step: 5_000_000)
        let named = legs.filter { !$0.id.hasPrefix("made-") }.map(\.key)
        #expect(Set(named) == Set(truth.filter { $0.contract.symbol == symbol && !$0.id.hasPrefix("made-") }.map(\.key)))
    }

    @Test func `OKX's REST gives sizes, the newest trades and holes`() throws {
        let exchange = Self.exchange()
        let family = try #require(OptionFamily("okx:ETH-USD"))
        #expect(try walk(exchange, .okx, .listing(family)).batch.listed == [family: [FixedPoint(mantissa: 1, scale: 1)]])
        let recent = try walk(exchange, .okx, .recent(family)).batch.trades
        let truth = exchange.optionMarket.trades(of: family, in: (Self.now - Self.hour)..<Self.now).filter { !$0.isBlock }
        #expect(recent.count == 100 && plain(recent) == plain(Array(truth.suffix(100))))
        let byType = try walk(exchange, .okx, .byType(family)).batch.trades
        #expect(byType.count == 200 && Set(byType.map(\.key)) == Set(truth.suffix(200).map(\.key)))
        let last = try #require(recent.first)
        let top = try #require(Int64(last.id))
        let hole = try walk(exchange, .okx, .trades(family, symbol: last.contract.symbol, ids: (top - 250)...(top - 3))).batch.trades
        #expect(Set(hole.compactMap { Int64($0.id) }).isSuperset(of: (top - 250)...(top - 3)))
    }

    @Test func `Deribit's stream and REST have the legs of combos once, and blocks with their ids`() throws {
        let exchange = Self.exchange()
        let family = try #require(OptionFamily("deribit:BTC"))
        let feed = DeribitOptionFeed(endpoints: Endpoints(rest: "http://h", sockets: ["ws://h"]))
        let end = Self.now + 600_000_000
        let (trades, passedOver) = try follow(exchange, .deribitOptions, feed, ["BTC"], from: Self.now, to: end, step: 777_000)
        let truth = exchange.optionMarket.trades(of: family, in: (Self.now - 2000)..<(end - 2000))
        #expect(plain(trades) == plain(truth) && passedOver == 0)
        #expect(truth.contains { $0.isBlock && !$0.block.isEmpty } && truth.contains { !$0.isBlock })
        let span = (Self.now - Self.hour)...(Self.now - 1000)
        let walked = try walk(exchange, .deribitOptions, .span(family, span)).batch
        let hour = exchange.optionMarket.trades(of: family, in: span.lowerBound..<span.upperBound + 1)
        #expect(hour.count > 2000 && once(walked.trades) == plain(hour))
        let recent = try walk(exchange, .deribitOptions, .recent(family)).batch.trades
        #expect(recent.count == 1000)
        // Of all kinds together combos come under their own name, and count for nothing.
        let all = try Request("/api/v2/public/get_last_trades_by_currency?currency=BTC&count=1000")
        let response = exchange.answer(.deribitOptions, all, path: all.path, now: Self.now)
        var page = OptionPage(OptionBatch(received: Self.now, source: .rest))
        let request = try #require(DeribitOptionREST().request(.recent(family)))
        _ = OptionReader(adapter: DeribitOptionREST()).read(
            RESTAnswer(status: 200, body: Array(response.bodyText.utf8)), to: request, into: &page)
        #expect(page.batch.faults.isEmpty && page.batch.trades.allSatisfy { $0.contract.symbol.split(separator: "-").count == 4 })
    }

    @Test func `What is asked wrongly is refused in the venue's words`() throws {
        let exchange = Self.exchange()
        func status(_ host: SimulatedHost, _ target: String) throws -> Int {
            let request = try Request(target)
            return exchange.answer(host, request, path: request.path, now: Self.now).status.code
        }
        #expect(try status(.okx, "/api/v5/public/option-trades") == 400)
        #expect(try status(.okx, "/api/v5/public/option-trades?instFamily=ZZZ-USD") == 400)
        #expect(try status(.okx, "/api/v5/public/instruments?instType=OPTION") == 400)
        #expect(try status(.okx, "/api/v5/public/block-trades?instId=BTC-USD-260327-1-C") == 200)
        #expect(try status(.okx, "/api/v5/public/open-interest?instType=OPTION") == 400)
        #expect(try status(.okx, "/api/v5/public/open-interest?instType=OPTION&instFamily=ZZZ-USD") == 400)
        #expect(try status(.deribitOptions, "/api/v2/public/get_book_summary_by_currency?currency=ZZZ&kind=option") == 400)
        #expect(try status(.deribitOptions, "/api/v2/public/get_last_trades_by_currency") == 400)
        #expect(try status(.deribitOptions, "/api/v2/public/get_last_trades_by_currency?currency=BTC&count=5000") == 400)
        #expect(try status(.deribitOptions, "/api/v2/public/get_last_trades_by_currency_and_time?currency=BTC") == 400)
    }
}
