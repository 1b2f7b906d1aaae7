import Feeds
import MarketModel
import TestSupport
import Testing

/// When tapes of options are said to be whole.
@Suite struct OptionProofTests {
    private static let start: Int64 = 1_772_625_600_000_000
    private static let second: Int64 = 1_000_000
    private let adapter = OKXOptionREST(endpoints: Endpoints(rest: "http://h", sockets: []))

    private static func trade(_ symbol: String, _ id: Int64, at time: Int64) throws -> OptionTrade {
        let contract = try #require(OptionContract(venue: .okxOptions, symbol: symbol))
        let one = FixedPoint(mantissa: 1)
        return try #require(
            OptionTrade(contract: contract, id: "\(id)", time: time, side: .buy, price: one, contracts: one, quantity: one, source: .rest))
    }

    /// A venue's answers, from the truth that a test gives, a hundred rows a page at most.
    private struct Answers {
        var trades: [OptionTrade]
        var page = 100
        /// Ids that the venue does not tell of any more.
        var forgotten: Set<String> = []
        /// What is known of blocks: nothing was traded in any.
        func body(_ question: OptionQuestion, at time: Int64) -> String {
            func row(_ trade: OptionTrade) -> String {
                """
                {"instId":"\(trade.contract.symbol)","tradeId":"\(trade.id)","px":"1","sz":"1","side":"buy","ts":"\(trade.time / 1000)"}
                """
            }
            let there = trades.filter { $0.time <= time && !forgotten.contains($0.id) }
            var rows: [String] = []
            switch question {
            case .listing:
                rows = Set(trades.map(\.contract.symbol)).sorted().map { "{\"instId\":\"\($0)\",\"ctVal\":\"1\",\"ctMult\":\"0.01\"}" }
            case .recent: rows = there.sorted { $0.time > $1.time }.prefix(page).map(row)
            case .trades(_, let symbol, let ids):
                rows = there.filter { $0.contract.symbol == symbol && Int64($0.id).map { $0 <= ids.upperBound } ?? false }
                    .sorted { Int64($0.id) ?? 0 > Int64($1.id) ?? 0 }.prefix(page).map(row)
            default: break
            }
            return "{\"code\":\"0\",\"data\":[\(rows.joined(separator: ","))]}"
        }
    }

    /// Asks until nothing is wanted, at one moment.
    @discardableResult
    private func ask(_ repair: inout OptionRepair, _ answers: Answers, at time: Int64, failing: Bool = false) -> (
        questions: [OptionQuestion], trades: [OptionTrade]
    ) {
        var (questions, trades): ([OptionQuestion], [OptionTrade]) = ([], [])
        var budget = RateBudget([])
        let now = (time - Self.start) * 1000
        while let request = repair.next(now: now, time: time, budget: &budget), questions.count < 10_000 {
            guard case .options(let question) = request.question else { continue }
            questions.append(question)
            var page = OptionPage(OptionBatch(received: time, source: .rest))
            let answer = RESTAnswer(status: failing ? 500 : 200, body: Array(answers.body(question, at: time).utf8))
            let outcome = OptionReader(adapter: adapter).read(answer, to: request, into: &page)
            trades += page.batch.trades
            _ = repair.answered(outcome, page, now: now)
        }
        return (questions, trades)
    }

    private static func coverage(_ claims: [OptionClaim], _ part: OptionPart = .book) -> OptionCoverage {
        var coverage = OptionCoverage()
        apply(claims, part, &coverage)
        return coverage
    }

    private static func apply(_ claims: [OptionClaim], _ part: OptionPart, _ coverage: inout OptionCoverage) {
        for claim in claims where claim.part == part {
            switch claim {
            case .whole(_, _, let times, let isRepaired): coverage.add(times, isRepaired: isRepaired)
            case .lacking(_, _, let times): coverage.remove(times)
            }
        }
    }

    private let symbol = "BTC-USD-260327-60000-C"

    @Test func `What is followed without a cut is whole from the first look on, blocks a quarter of an hour later`() throws {
        let family = try #require(OptionFamily("okx:BTC-USD"))
        var repair = OptionRepair(adapter: adapter, families: [family])
        var claims: [OptionClaim] = []
        repair.connected(["BTC-USD"], at: Self.start)
        for minute in Int64(0)...20 {
            ask(&repair, Answers(trades: []), at: Self.start + minute * 60 * Self.second)
            claims += repair.takeClaims()
        }
        #expect(
            Self.coverage(claims).stretches
                == [.init(Self.start..<(Self.start + 1195 * Self.second), isRepaired: false)])
        #expect(
            Self.coverage(claims, .blocks).stretches
                == [.init(Self.start..<(Self.start + 240 * Self.second), isRepaired: false)])
    }

    @Test func `A hole is said at once, and to be repaired when the venue has told of it`() throws {
        let family = try #require(OptionFamily("okx:BTC-USD"))
        var repair = OptionRepair(adapter: adapter, families: [family])
        repair.connected(["BTC-USD"], at: Self.start)
        let trades = try (1...6).map { try Self.trade(symbol, $0, at: Self.start + (70 + $0) * Self.second) }
        var claims: [OptionClaim] = []
        for moment in [0, 5, 65] as [Int64] {
            ask(&repair, Answers(trades: []), at: Self.start + moment * Self.second)
            claims += repair.takeClaims()
        }
        // The fourth and the fifth are not in the stream; the venue fails while they are asked for.
        repair.took([trades[0], trades[1], trades[2], trades[5]])
        ask(&repair, Answers(trades: []), at: Self.start + 78 * Self.second, failing: true)
        claims += repair.takeClaims()
        let hole = (Self.start + 73 * Self.second)..<(Self.start + 76 * Self.second + 1)
        #expect(claims.last == .lacking(family, .book, hole))
        // It is asked for again, and everything else waits for it.
        ask(&repair, Answers(trades: trades), at: Self.start + 125 * Self.second)
        claims += repair.takeClaims()
        let coverage = Self.coverage(claims)
        #expect(coverage.gaps(in: Self.start..<(Self.start + 120 * Self.second)).isEmpty)
        #expect(coverage.quality(of: hole) == .repaired)
        #expect(coverage.quality(of: Self.start..<(Self.start + 60 * Self.second)) == .complete)
    }

    @Test func `What the venue does not tell of any more stays a gap, also when its neighbours are repaired`() throws {
        let family = try #require(OptionFamily("okx:BTC-USD"))
        var repair = OptionRepair(adapter: adapter, families: [family])
        repair.connected(["BTC-USD"], at: Self.start)
        let trades = try (1...9).map { try Self.trade(symbol, $0, at: Self.start + (10 + $0) * Self.second) }
        var claims: [OptionClaim] = []
        ask(&repair, Answers(trades: []), at: Self.start)
        repair.took([trades[0], trades[2], trades[5], trades[8]])
        ask(&repair, Answers(trades: trades, page: 2, forgotten: ["4"]), at: Self.start + 30 * Self.second)
        ask(&repair, Answers(trades: trades, forgotten: ["4"]), at: Self.start + 95 * Self.second)
        claims += repair.takeClaims()
        #expect(
            Self.coverage(claims).gaps(in: Self.start..<(Self.start + 90 * Self.second))
                == [(Self.start + 13 * Self.second)..<(Self.start + 16 * Self.second + 1)])
    }

    @Test(arguments: [true, false])
    func `After a stop every listed option is asked for, where the newest trades do not reach back`(isLong: Bool) throws {
        let family = try #require(OptionFamily("okx:BTC-USD"))
        var begin = OptionRepair.Begin()
        let symbols = [symbol, "BTC-USD-260327-61000-C", "BTC-USD-260327-62000-C"]
        let before = try symbols.prefix(2).map { try Self.trade($0, 3, at: Self.start - 100 * Self.second) }
        for trade in before { begin.take(trade) }
        begin.coverage.add((Self.start - 80 * Self.second)..<(Self.start - 50 * Self.second), isRepaired: false)
        // While nobody followed: many of one option, one of another, and the first of a third, which nobody has heard of.
        var missed = try (4...(isLong ? 300 : 20)).map { try Self.trade(symbol, $0, at: Self.start - (400 - $0) * Self.second / 10) }
        missed.append(try Self.trade(symbols[1], 4, at: Self.start - 45 * Self.second))
        missed += try (1...3).map { try Self.trade(symbols[2], $0, at: Self.start - (45 - $0) * Self.second) }
        var repair = OptionRepair(adapter: adapter, families: [family], begins: [family: begin])
        repair.connected(["BTC-USD"], at: Self.start)
        let (questions, trades) = ask(&repair, Answers(trades: before + missed), at: Self.start)
        let singles = questions.filter { if case .trades = $0 { true } else { false } }
        #expect(singles.isEmpty == !isLong, "\(singles)")
        #expect(Set(trades.map(\.key)).isSuperset(of: missed.map(\.key)))
        var coverage = begin.coverage
        Self.apply(repair.takeClaims(), .book, &coverage)
        // What had been whole is still, where ids reach back behind it said to be repaired; before it nothing is known.
        #expect(
            coverage.gaps(in: (Self.start - 200 * Self.second)..<Self.start).map(\.upperBound) == [
                Self.start - 80 * Self.second, Self.start,
            ])
        #expect(coverage.quality(of: (Self.start - 80 * Self.second)..<(Self.start - 50 * Self.second)) == (isLong ? .repaired : .complete))
        let missing = (Self.start - 50 * Self.second)..<(Self.start - 5 * Self.second)
        #expect(coverage.stretches(in: missing) == [.init(missing, isRepaired: true)])
    }

    @Test func `Of a page full of rows that make no sense nothing is said, and it is looked at again soon`() throws {
        let family = try #require(OptionFamily("okx:BTC-USD"))
        var begin = OptionRepair.Begin()
        begin.coverage.add((Self.start - 80 * Self.second)..<(Self.start - 50 * Self.second), isRepaired: false)
        var repair = OptionRepair(adapter: adapter, families: [family], begins: [family: begin])
        repair.connected(["BTC-USD"], at: Self.start)
        var asked: [Int64] = []
        for now in stride(from: Int64(0), to: 4_000_000_000, by: 100_000_000) {
            var budget = RateBudget([])
            while let request = repair.next(now: now, time: Self.start + now / 1000, budget: &budget) {
                guard case .options(let question) = request.question else { continue }
                var page = OptionPage(OptionBatch(received: Self.start, source: .rest))
                var rows: [String] = []
                if case .recent = question {
                    asked.append(now)
                    rows = [String](repeating: "{}", count: 100)
                }
                // Nor is the list of any use.
                if case .listing = question { rows = ["{}"] }
                let body = Array("{\"code\":\"0\",\"data\":[\(rows.joined(separator: ","))]}".utf8)
                let outcome = OptionReader(adapter: adapter).read(RESTAnswer(status: 200, body: body), to: request, into: &page)
                _ = repair.answered(outcome, page, now: now)
            }
        }
        #expect(asked == [0, 1_000_000_000, 2_000_000_000, 3_000_000_000])
        #expect(!repair.takeClaims().contains { $0.part == .book && $0.times.upperBound > Self.start - 5 * Self.second })
    }

    @Test func `A cut that the newest trades bridge is repaired, and nothing is said while nobody answers`() throws {
        let family = try #require(OptionFamily("okx:BTC-USD"))
        var repair = OptionRepair(adapter: adapter, families: [family])
        repair.connected(["BTC-USD"], at: Self.start)
        ask(&repair, Answers(trades: []), at: Self.start)
        ask(&repair, Answers(trades: []), at: Self.start + 60 * Self.second)
        #expect(repair.takeClaims() == [.whole(family, .book, Self.start..<(Self.start + 55 * Self.second), isRepaired: false)])
        repair.lost(["BTC-USD"])
        ask(&repair, Answers(trades: []), at: Self.start + 120 * Self.second, failing: true)
        #expect(repair.takeClaims().isEmpty)
        repair.connected(["BTC-USD"], at: Self.start + 150 * Self.second)
        ask(&repair, Answers(trades: []), at: Self.start + 150 * Self.second)
        ask(&repair, Answers(trades: []), at: Self.start + 210 * Self.second)
        let repaired = (Self.start + 55 * Self.second)..<(Self.start + 205 * Self.second)
        #expect(Self.coverage(repair.takeClaims()).stretches == [.init(repaired, isRepaired: true)])
    }

    @Test func `Deribit's tape is whole as far as it was asked for by time, blocks too, unless rows made no sense`() throws {
        let family = try #require(OptionFamily("deribit:BTC"))
        let adapter = DeribitOptionREST(endpoints: Endpoints(rest: "http://h", sockets: []))
        var repair = OptionRepair(adapter: adapter, families: [family])
        repair.connected(["BTC"], at: Self.start)
        var claims: [OptionClaim] = []
        for (minute, rows) in [(Int64(0), ""), (1, #"{"instrument_name":"BTC-27MAR26-60000-C"}"#), (2, "")] {
            var budget = RateBudget([])
            let time = Self.start + minute * 60 * Self.second
            while let request = repair.next(now: (time - Self.start) * 1000, time: time, budget: &budget) {
                let body = #"{"result":{"trades":[\#(rows)],"has_more":false}}"#
                var page = OptionPage(OptionBatch(received: time, source: .rest))
                let outcome = OptionReader(adapter: adapter).read(RESTAnswer(status: 200, body: Array(body.utf8)), to: request, into: &page)
                _ = repair.answered(outcome, page, now: (time - Self.start) * 1000)
            }
            claims += repair.takeClaims()
        }
        let minute = 60 * Self.second
        for part in OptionPart.allCases {
            let times = (Self.start - 11 * minute)..<(Self.start + 2 * minute - 5 * Self.second)
            // The minute in which a row made no sense was asked for once more.
            #expect(Self.coverage(claims, part).stretches == [.init(times, isRepaired: true)])
        }
    }
}
