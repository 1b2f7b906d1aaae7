import Foundation
import MarketModel
import MillraceClient
import TestSupport
import Testing

/// Tables of a real server, against the dump that it imported.
struct TapeTests {
    private static let venue = Venue.binanceFutures

    @Test func `Pages through a whole tape give every trade once and exactly, however they are cut`() async throws {
        let folder = try Folder()
        let tape = try Tape(in: folder, rows: 30_000)
        let server = try Served(["serve", "--data", tape.data])
        let millrace = try Millrace(url: server.url + "/")
        for size in [700, 20_000, 1_000_000] {
            let trades = try await millrace.trades(Self.venue, "BTCUSDT", from: 0, pageSize: size).collected()
            try #require(trades.count == tape.lines.count)
            for (trade, line) in zip(trades, tape.lines) {
                let expected = try (FixedPoint(text: line[1]), FixedPoint(text: line[2]))
                try #require(trade.id == String(line[0]) && (trade.price, trade.quantity) == expected, "\(line)")
                try #require(trade.time == Int64(line[5]).map { $0 * 1000 } && trade.side == (line[6] == "true" ? .sell : .buy), "\(line)")
            }
        }
        let middle = try #require(Int64(tape.lines[15_000][5])) * 1000
        let later = try await millrace.trades(Self.venue, "BTCUSDT", from: middle, to: middle + 60_000_000).collected()
        #expect(!later.isEmpty && later.allSatisfy { (middle..<middle + 60_000_000).contains($0.time) })
        let newest = try await millrace.tradePage(Self.venue, "BTCUSDT", limit: 50)
        #expect(newest.quality == .complete && newest.next == nil && newest.trades.last?.id == tape.lines.last.map { String($0[0]) })
        let listed = try await millrace.instruments(venue: Self.venue)
        #expect(listed.map(\.trades) == [30_000] && listed.map(\.state) == [.imported] && listed.map(\.days) == [1])
        #expect(listed[0].contractSize == FixedPoint(mantissa: 1) && listed[0].lag == nil && listed[0].openGaps == 0)
    }

    @Test func `Bars, CVD and large prints are the same in small pages and in large ones, and what the trades come to`() async throws {
        let folder = try Folder()
        let tape = try Tape(in: folder, rows: 30_000)
        let server = try Served(["serve", "--data", tape.data])
        let millrace = try Millrace(url: server.url)
        let bars = try await millrace.bars(Self.venue, "BTCUSDT", .m1, dataset: "flow", from: 0, pageSize: 100).collected()
        #expect(try await bars == millrace.bars(Self.venue, "BTCUSDT", .m1, dataset: "flow", from: 0, pageSize: 50_000).collected())
        #expect(try await Array(bars.suffix(7)) == millrace.newestBars(Self.venue, "BTCUSDT", .m1, dataset: "flow", count: 7))
        #expect(bars.allSatisfy { $0.quality == .complete && !$0.isOpen && $0.revision == 0 && $0["nothing"] == nil })
        let counts = try await millrace.bars(Self.venue, "BTCUSDT", .m1, from: 0).collected().compactMap { $0["trade_count"] }
        #expect(counts.reduce(0, +) == 30_000)
        let delta = try await millrace.cumulativeDelta(Self.venue, "BTCUSDT", .m5, from: 0, pageSize: 20).collected()
        #expect(try await delta == millrace.cumulativeDelta(Self.venue, "BTCUSDT", .m5, from: 0).collected())
        let signed = try tape.lines.reduce(Int64(0)) { sum, line in
            try sum + (line[6] == "true" ? -1 : 1) * #require(FixedPoint(text: line[2]).rescaled(to: 8))
        }
        #expect(delta.last?.cumulative == FixedPoint(mantissa: signed, scale: 8).double)
        let least = FixedPoint(mantissa: 30_000)
        let prints = try await millrace.largePrints(Self.venue, "BTCUSDT", worth: least, from: 0, pageSize: 10).collected()
        let expected = try tape.lines.filter { line in
            try #require(FixedPoint(text: line[1]).times(FixedPoint(text: line[2]), decimals: 8)).double >= least.double
        }
        #expect(!prints.isEmpty && prints.map(\.trade.id) == expected.map { String($0[0]) })
    }

    @Test func `Holes are listed page by page`() async throws {
        let folder = try Folder()
        let tape = try Tape(in: folder, rows: 5000, holes: (1...9).map { $0 * 500..<$0 * 500 + $0 })
        let server = try Served(["serve", "--data", tape.data])
        let millrace = try Millrace(url: server.url)
        let first = try #require(Int64(tape.lines[0][0]))
        for size in [1, 4, 1000] {
            let gaps = try await millrace.gaps(symbol: "BTCUSDT", pageSize: size).collected()
            #expect(gaps.map(\.missing) == Array(1...9))
            #expect(gaps.map(\.ids) == (1...9).map { first + $0 * 500...first + $0 * 500 + $0 - 1 })
            #expect(gaps.allSatisfy { $0.timeFrom <= $0.timeTo && $0.venue == Self.venue })
        }
        #expect(try await millrace.gaps(state: .repaired).collected().isEmpty)
        #expect(try await millrace.tradePage(Self.venue, "BTCUSDT", from: 0, limit: 5000).quality == .gap)
    }

    @Test func `A refusal has the server's status, words and name for the request; keys are wanted where there are some`() async throws {
        let folder = try Folder()
        let tape = try Tape(in: folder, rows: 10)
        let server = try Served(["serve", "--data", tape.data])
        let open = try Millrace(url: server.url)
        let missing = await #expect(throws: MillraceError.self) { try await open.tradePage(Self.venue, "NONE") }
        #expect(missing?.status == 404 && missing?.message.contains("NONE") == true && missing?.requestID?.isEmpty == false)
        #expect(missing?.isRetryable == false)
        await #expect(throws: MillraceError.self) { try await open.stream([.trades(Self.venue, "BTCUSDT")]).collected() }
        #expect(try await open.version().contains("."))
        #expect(try await open.staleFeeds().isEmpty)
        #expect(try await open.figures()["millrace_uptime_seconds"] != nil)

        let key = try Served.run("keys", "create", "--data", tape.data, "--vendor", "millrace", "--plan", "unlimited")
        let keyed = try Millrace(url: server.url, key: key)
        try await Task.sleep(for: .seconds(1.5))
        #expect(try await keyed.instruments().count == 1)
        for other in [open, try Millrace(url: server.url, key: key + "x"), try Millrace(url: server.url, key: "\r\nX: y")] {
            let refused = await #expect(throws: MillraceError.self) { try await other.instruments() }
            #expect(refused?.status == 401 || refused?.status == 403, "\(String(describing: refused))")
            let stream = await #expect(throws: MillraceError.self) { try await other.stream([.trades(Self.venue, "BTCUSDT")]).collected() }
            #expect(stream?.status == refused?.status)
        }
    }

    @Test func `A server that is not there is said to be unreachable, and an address that is none unusable`() async throws {
        let folder = try Folder()
        let tape = try Tape(in: folder, rows: 10)
        let server = try Served(["serve", "--data", tape.data])
        server.stop()
        let error = await #expect(throws: MillraceError.self) { try await Millrace(url: server.url).instruments() }
        #expect(error?.kind == .unreachable && error?.isRetryable == true)
        for url in ["", "nonsense", "ftp://127.0.0.1", "http://"] {
            let error = await #expect(throws: MillraceError.self) { try await Millrace(url: url).instruments() }
            #expect(error?.kind == .unusable && error?.isRetryable == false, "\(url)")
        }
    }
}
