import Foundation
import MarketModel
import MillraceClient
import TestSupport
import Testing

/// The stream of a real server that records the simulated market.
struct StreamTests {
    private static let venue = Venue.binanceSpot

    private func demo(_ folder: Folder, port: UInt16 = 0) throws -> Served {
        try Served(["demo", "--data", folder.data("demo"), "--rate", "200", "--hours", "0", "--opend-port", "none"], port: port)
    }

    private func ids(_ batch: StreamedTrades) -> [Int64] { batch.trades.compactMap { $0.trade.id.flatMap { Int64($0) } } }

    @Test(.timeLimit(.minutes(3))) func `A stream that is cut again and again goes on without a gap and without a double`() async throws {
        let folder = try Folder()
        let server = try demo(folder)
        let relay = try Listener.relay(to: server.port)
        let millrace = try Millrace(url: "http://127.0.0.1:\(relay.port)")
        var (seen, cuts, readies): ([Int64], Int, Int) = ([], 0, 0)
        for try await event in millrace.stream([.trades(Self.venue, "BTCUSDT")]) {
            switch event.content {
            case .trades(let batch):
                let before = seen.count / 20
                seen += ids(batch)
                if seen.count / 20 > before, cuts < 5 { relay.cut() }
            case .interrupted(let error, let milliseconds):
                cuts += 1
                #expect(error.isRetryable && milliseconds >= 250)
            case .ready: readies += 1
            case .reset(let topic): Issue.record("\(topic) is lost")
            default: Issue.record("\(event)")
            }
            if cuts >= 5, seen.count > 200 { break }
        }
        #expect(readies >= 5)
        let first = try #require(seen.first)
        #expect(seen == Array(first..<first + Int64(seen.count)))
        try await until("leaving the loop lets go of the connection") { relay.connections == 0 }
    }

    @Test(.timeLimit(.minutes(3))) func `A server that is started anew says what is lost, and asking for it leaves no hole`() async throws {
        let folder = try Folder()
        var server: Served? = try demo(folder)
        let port = try #require(server).port
        let millrace = try Millrace(url: "http://127.0.0.1:\(port)")
        var (before, after, lastTime): ([Int64], [Int64], Int64) = ([], [], 0)
        var (resets, interruptions) = (0, 0)
        for try await event in millrace.stream([.trades(Self.venue, "BTCUSDT")]) {
            switch event.content {
            case .trades(let batch) where resets == 0:
                before += ids(batch)
                lastTime = batch.trades.last?.trade.time ?? lastTime
                if before.count > 50, server != nil, interruptions == 0 {
                    server?.stop()
                    server = nil
                    server = try demo(folder, port: port)
                }
            case .trades(let batch): after += ids(batch)
            case .interrupted: interruptions += 1
            case .reset(let topic):
                #expect(topic == "trades:binance-spot:BTCUSDT")
                resets += 1
            default: break
            }
            if after.count > 50 { break }
        }
        // Again where the connection was lost before the server had said from when it may be resumed.
        #expect(resets >= 1 && interruptions >= resets)
        // What the stream could not tell of is on the tape, once it is durable.
        let (first, last) = try (#require(before.first), #require(after.max()))
        var known = Set(before).union(after)
        for _ in 0..<100 where known.count < last - first + 1 {
            for try await trade in millrace.trades(Self.venue, "BTCUSDT", from: lastTime) {
                if let id = trade.id.flatMap({ Int64($0) }), id <= last { known.insert(id) }
            }
            try await Task.sleep(for: .milliseconds(100))
        }
        #expect(known == Set(first...last))
        withExtendedLifetime(server) {}
    }

    @Test(.timeLimit(.minutes(3))) func `Bars, large prints and open interest come typed, and a cancelled task ends its stream`()
        async throws
    {
        let folder = try Folder()
        let server = try demo(folder)
        let relay = try Listener.relay(to: server.port)
        let millrace = try Millrace(url: "http://127.0.0.1:\(relay.port)")
        let topics: [StreamTopic] = [
            .bars(Self.venue, "BTCUSDT", .s1, dataset: "flow"), .large(Self.venue, "BTCUSDT"), .gaps(Self.venue, "BTCUSDT"),
        ]
        let task = Task {
            var (finals, prints): ([StreamedBar], [StreamedPrint]) = ([], [])
            for try await event in millrace.stream(topics, worth: FixedPoint(mantissa: 10_000)) {
                if case .bar(let bar) = event.content, !bar.bar.isOpen { finals.append(bar) }
                if case .large(let print) = event.content { prints.append(print) }
                if finals.count >= 3, !prints.isEmpty { withUnsafeCurrentTask { $0?.cancel() } }
            }
            return (finals, prints)
        }
        let (bars, prints) = try await task.value
        #expect(bars.allSatisfy { $0.interval == .s1 && $0.dataset == "flow" && $0.bar["volume_delta"] != nil })
        #expect(zip(bars, bars.dropFirst()).allSatisfy { $0.bar.time <= $1.bar.time })
        for each in prints {
            let exact = try #require(each.print.trade.price.times(each.print.trade.quantity, decimals: 8)).double
            #expect(each.notional >= 10_000 && abs(each.notional - exact) < 0.01)
        }
        let interest = try await millrace.openInterest("BTC")
        #expect(interest.coin == "BTC" && interest.rows.first?.exchange == "All" && interest.rows.count > 5)
        #expect(try await millrace.instruments().contains { $0.state == .live && $0.lag != nil && $0.durableID != nil })
        // What a request keeps for the next one goes with the client; a stream's connection went with its task.
        try await until("a cancelled task lets go of its stream") { relay.connections <= 2 }
    }
}
