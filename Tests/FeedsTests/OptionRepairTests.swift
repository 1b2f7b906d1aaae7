import Feeds
import MarketModel
import Testing

/// What is asked of venues beside what they stream.
@Suite struct OptionRepairTests {
    private static let time: Int64 = 1_772_625_600_000_000
    private let adapter = OKXOptionREST(endpoints: Endpoints(rest: "http://h", sockets: []))
    private let deribit = DeribitOptionREST(endpoints: Endpoints(rest: "http://h", sockets: []))

    private func trade(_ symbol: String, _ id: Int64, at time: Int64 = time) throws -> OptionTrade {
        let contract = try #require(OptionContract(venue: .okxOptions, symbol: symbol))
        let one = FixedPoint(mantissa: 1)
        return try #require(
            OptionTrade(contract: contract, id: "\(id)", time: time, side: .buy, price: one, contracts: one, quantity: one, source: .rest))
    }

    /// All that is asked for now, each answered so.
    private func questions(
        _ repair: inout OptionRepair, now: Int64, time: Int64 = time, outcome: RESTOutcome = .done, newestBlock: String? = nil
    ) -> [OptionQuestion] {
        var budget = RateBudget([])
        var asked: [OptionQuestion] = []
        while let request = repair.next(now: now, time: time, budget: &budget), asked.count < 100 {
            guard case .options(let question) = request.question else { continue }
            asked.append(question)
            _ = repair.answered(outcome, OptionPage(OptionBatch(received: time, source: .rest)), now: now)
        }
        return asked
    }

    private let symbol = "BTC-USD-260327-60000-C"

    @Test func `A sweep at first and soon after, every minute, and after each connection; lists once an hour`() throws {
        let family = try #require(OptionFamily("okx:BTC-USD"))
        var repair = OptionRepair(adapter: adapter, families: [family])
        let first: [OptionQuestion] = [.listing(family), .recent(family), .byType(family), .blocks(after: "", before: "")]
        let usual: [OptionQuestion] = [.recent(family), .blocks(after: "", before: "")]
        #expect(questions(&repair, now: 0) == first)
        // What was printed while the venue took the subscription is in neither.
        #expect(questions(&repair, now: 4_999_999_999).isEmpty)
        #expect(questions(&repair, now: 5_000_000_000) == usual)
        #expect(questions(&repair, now: 64_000_000_000).isEmpty)
        #expect(questions(&repair, now: 65_000_000_000) == usual)
        repair.connected()
        #expect(questions(&repair, now: 66_000_000_000) == Array(first.dropFirst()))
        #expect(questions(&repair, now: 71_000_000_000) == usual)
        #expect(questions(&repair, now: 3_600_000_000_000).first == .listing(family))
    }

    @Test func `Ids that are missing are asked for once, whatever order trades come in`() throws {
        let family = try #require(OptionFamily("okx:BTC-USD"))
        var repair = OptionRepair(adapter: adapter, families: [family])
        _ = questions(&repair, now: 0)
        repair.took([try trade(symbol, 10)])
        repair.took([try trade(symbol, 14), try trade(symbol, 13), try trade(symbol, 9), try trade(symbol, 14)])
        #expect(questions(&repair, now: 1) == [.trades(family, symbol: symbol, ids: 11...12)])
        repair.took([try trade(symbol, 11), try trade(symbol, 12), try trade(symbol, 15)])
        #expect(questions(&repair, now: 2).isEmpty)
    }

    @Test func `A tape that was followed before goes on where it ended`() throws {
        let family = try #require(OptionFamily("okx:BTC-USD"))
        var begin = OptionRepair.Begin()
        begin.take(try trade(symbol, 7))
        begin.take(try trade("BTC-USD-260227-60000-P", 3))
        var repair = OptionRepair(adapter: adapter, families: [family], begins: [family: begin], lastBlock: "77")
        let asked = questions(&repair, now: 0)
        // Fewer than a hundred newest trades are all that there are.
        #expect(asked == [.listing(family), .recent(family), .byType(family), .blocks(after: "77", before: "")])
        // An option that was listed meanwhile is read from its first trade.
        repair.took([try trade("BTC-USD-260327-61000-C", 4), try trade("BTC-USD-260327-62000-C", 4000)])
        #expect(questions(&repair, now: 1) == [.trades(family, symbol: "BTC-USD-260327-61000-C", ids: 1...3)])
    }

    @Test func `Deribit is asked for all since it was last asked, with an overlap`() throws {
        let family = try #require(OptionFamily("deribit:BTC"))
        var repair = OptionRepair(adapter: deribit, families: [family])
        #expect(questions(&repair, now: 0) == [.recent(family), .span(family, Self.time - 660_000_000...Self.time)])
        let later = Self.time + 60_000_000
        #expect(
            questions(&repair, now: 60_000_000_000, time: later, outcome: .failed(reason: "no"))
                == [.recent(family), .span(family, Self.time - 60_000_000...later)])
        // What failed is covered by the next one.
        let last = later + 60_000_000
        #expect(
            questions(&repair, now: 120_000_000_000, time: last)
                == [.recent(family), .span(family, Self.time - 60_000_000...last)])
    }

    @Test func `The past of what is listed is asked for once, where it is wanted and not on the tape`() throws {
        let family = try #require(OptionFamily("okx:BTC-USD"))
        var begin = OptionRepair.Begin()
        begin.take(try trade(symbol, 7))
        var repair = OptionRepair(adapter: adapter, families: [family], begins: [family: begin], wantsHistory: true)
        let rows = ["60000-C", "60000-P", "70000-C"].map {
            "{\"instId\":\"BTC-USD-260327-\($0)\",\"ctVal\":\"1\",\"ctMult\":\"0.01\"}"
        }
        let answer = RESTAnswer(status: 200, body: Array("{\"code\":\"0\",\"data\":[\(rows.joined(separator: ","))]}".utf8))
        var budget = RateBudget([])
        var asked: [OptionQuestion] = []
        for turn in 0..<12 {
            guard let request = repair.next(now: Int64(turn), time: Self.time, budget: &budget),
                case .options(let question) = request.question
            else { break }
            asked.append(question)
            var page = OptionPage(OptionBatch(received: Self.time, source: .rest))
            if case .listing = question { _ = OptionReader(adapter: adapter).read(answer, to: request, into: &page) }
            _ = repair.answered(.done, page, now: Int64(turn))
        }
        let all = asked.filter { if case .trades(_, _, let ids) = $0 { ids == 1...Int64.max } else { false } }
        #expect(
            all == ["60000-P", "70000-C"].map { .trades(family, symbol: "BTC-USD-260327-\($0)", ids: 1...Int64.max) }, "\(asked)")
        // Deribit tells of all at once.
        let currency = try #require(OptionFamily("deribit:BTC"))
        var other = OptionRepair(adapter: deribit, families: [currency], wantsHistory: true)
        #expect(questions(&other, now: 0).last == .span(currency, Self.time - 5 * CivilDate.dayLength...Self.time))
    }

    @Test func `A hole that is not answered is asked for again, later each time`() throws {
        let family = try #require(OptionFamily("okx:BTC-USD"))
        var repair = OptionRepair(adapter: adapter, families: [family])
        _ = questions(&repair, now: 0)
        // The second look is over.
        let start: Int64 = 5_000_000_000
        _ = questions(&repair, now: start)
        repair.took([try trade(symbol, 1), try trade(symbol, 5)])
        let hole = OptionQuestion.trades(family, symbol: symbol, ids: 2...4)
        #expect(questions(&repair, now: start + 1, outcome: .failed(reason: "no")) == [hole])
        #expect(questions(&repair, now: start + 9_000_000_000).isEmpty)
        #expect(questions(&repair, now: start + 10_000_000_001, outcome: .failed(reason: "no")) == [hole])
        #expect(questions(&repair, now: start + 29_000_000_000).isEmpty)
        #expect(questions(&repair, now: start + 30_000_000_002) == [hole])
        repair.took([try trade(symbol, 9)])
        #expect(questions(&repair, now: start + 30_000_000_003, outcome: .refused(reason: "too old")).count == 1)
        #expect(questions(&repair, now: start + 59_000_000_000).isEmpty && repair.count == 0)
    }
}
