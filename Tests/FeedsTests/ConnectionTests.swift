import Feeds
import MarketModel
import Testing

struct ConnectionTests {
    private let second = VenueBench.second

    @Test func `A connection connects, subscribes, is acknowledged and is live`() {
        let bench = VenueBench(BinanceFeed(.spot), ["BTCUSDT", "ETHUSDT"])
        #expect(!bench.connection.isLive)
        bench.run(seconds: 5)
        #expect(bench.connects.map(\.url) == ["wss://stream.binance.com:9443/ws"])
        #expect(bench.sent.map(\.text) == [#"{"method":"SUBSCRIBE","params":["btcusdt@aggTrade","ethusdt@aggTrade"],"id":1}"#])
        #expect(bench.news == [.connected, .subscribed(["BTCUSDT", "ETHUSDT"])])
        #expect(bench.items.count == 2 + 10)
        #expect(bench.connection.isLive)
    }

    @Test func `A venue that is down is tried at growing, scattered intervals, at its other addresses too`() {
        let bench = VenueBench(BinanceFeed(.coinMargined), ["BTCUSD_PERP"])
        bench.opens = false
        bench.run(seconds: 600)
        let waits = zip(bench.connects, bench.connects.dropFirst()).map { Double($1.time - $0.time) / Double(second) - 15 }
        #expect(waits.count > 6)
        for (attempt, wait) in waits.enumerated() {
            let most = min(60, Double(1 << attempt))
            #expect(wait >= most / 2 - 0.01 && wait <= most + 0.21, "wait \(attempt): \(wait) s")
        }
        #expect(Set(bench.connects.map(\.url)) == ["wss://dstream.binance.com/market/ws", "wss://dstream.binance.com/ws"])
        let other = VenueBench(BinanceFeed(.coinMargined), ["BTCUSD_PERP"], seed: 2)
        other.opens = false
        other.run(seconds: 600)
        #expect(other.connects.map(\.time) != bench.connects.map(\.time))
        #expect(bench.disconnects.isEmpty)
    }

    @Test func `The same seed and the same happenings give the same actions`() {
        let runs = (0..<2).map { _ in
            let bench = VenueBench(BinanceFeed(.spot), ["BTCUSDT"], seed: 42)
            for link in 1...20 {
                bench.run(seconds: 3)
                bench.close(link, "reset")
            }
            return bench.connects.map(\.time)
        }
        #expect(runs[0] == runs[1])
        #expect(runs[0].count > 3)
    }

    @Test func `A storm of disconnects slows down and stays within the budget of attempts`() {
        let bench = VenueBench(BinanceFeed(.spot), ["BTCUSDT"])
        bench.budget = AttemptBudget(3, in: 100)
        for _ in 0..<6000 {
            bench.run(seconds: 0.1)
            for link in bench.open.keys { bench.close(link, "reset") }
        }
        for (first, fourth) in zip(bench.connects, bench.connects.dropFirst(3)) { #expect(fourth.time - first.time >= 100 * second) }
        #expect(bench.connects.count >= 12)
        #expect(bench.disconnects.count == bench.connects.count)
    }

    @Test func `Connections of one machine share a budget`() {
        var budget = AttemptBudget(3, in: 1)
        var connections = (0..<9).map { Connection(adapter: OKXFeed(.spot), symbols: ["S\($0)"], seed: UInt64($0)) }
        var times: [Int64] = []
        for tick in 1...40 as ClosedRange<Int64> {
            for index in connections.indices {
                var actions: [Connection.Action] = []
                connections[index].advance(now: tick * second / 10, budget: &budget, into: &actions)
                times += actions.filter { if case .connect = $0 { true } else { false } }.map { _ in tick }
            }
        }
        #expect(times == [1, 1, 1, 11, 11, 11, 21, 21, 21])
    }

    @Test func `A disconnect is an item between the trades before it and the subscription after it`() {
        let bench = VenueBench(BinanceFeed(.spot), ["BTCUSDT"])
        bench.run(seconds: 100)
        bench.close(1, "reset by peer")
        bench.run(seconds: 5)
        #expect(
            bench.news == [
                .connected, .subscribed(["BTCUSDT"]), .disconnected(reason: "reset by peer"), .connected, .subscribed(["BTCUSDT"]),
            ])
        #expect(bench.connects.count == 2)
        #expect(bench.connects[1].time - 100 * second <= second * 12 / 10)
    }

    @Test func `The venue's own ping is sent, and silence ends the link`() {
        let bench = VenueBench(OKXFeed(.spot), ["BTC-USDT"], prints: nil)
        bench.run(seconds: 65)
        #expect(bench.sent.filter { $0.text == "ping" }.map { ($0.time + second / 2) / second } == [20, 40, 60])
        #expect(bench.disconnects.isEmpty)
        bench.pongs = false
        bench.answers = false
        bench.run(seconds: 35)
        #expect(bench.disconnects == ["nothing received for 30 s"])
        #expect(bench.closes.map(\.link).contains(1))
    }

    @Test func `A venue without a ping text gets ping frames`() {
        let bench = VenueBench(BinanceFeed(.usdMargined), ["BTCUSDT"])
        bench.run(seconds: 61)
        #expect(bench.pings.count == 3)
        #expect(bench.sent.count == 1)
    }

    @Test func `It moves before the venue's 24 hours are over, with two links that overlap and no disconnect`() {
        let bench = VenueBench(BinanceFeed(.spot), ["BTCUSDT"], prints: 10)
        bench.run(seconds: 24 * 3600)
        #expect(bench.connects.count == 2)
        let moved = Double(bench.connects[1].time) / Double(second)
        #expect(moved > 22.4 * 3600 && moved < 23.1 * 3600)
        #expect(bench.closes.map(\.link) == [1])
        #expect(bench.closes[0].time - bench.connects[1].time >= 30 * second)
        #expect(bench.news == [.connected, .subscribed(["BTCUSDT"])])
        // Each print of the overlap came twice, no print was missed.
        #expect(bench.items.count - 2 >= 8640 + 3 && bench.items.count - 2 <= 8640 + 5)
    }

    @Test func `A new link that is granted everything and prints nothing is dropped, and the old one kept`() {
        let bench = VenueBench(BinanceFeed(.spot), ["BTCUSDT"])
        bench.muteLinks = [2]
        bench.run(seconds: 10)
        bench.receive(.notice("leaving", leaving: true), link: 1)
        bench.run(seconds: 32)
        #expect(bench.closes.map(\.link) == [2])
        #expect(bench.disconnects.isEmpty)
        bench.run(seconds: 40)
        #expect(bench.closes.map(\.link) == [2, 1])
        #expect(bench.connects.count == 3)
        #expect(bench.disconnects.isEmpty)
    }

    @Test func `An address that grants everything and prints nothing is left for another`() {
        let bench = VenueBench(BinanceFeed(.coinMargined), ["BTCUSD_PERP"])
        bench.muteURLs = ["wss://dstream.binance.com/market/ws"]
        bench.run(seconds: 100)
        #expect(bench.connects.map(\.url) == ["wss://dstream.binance.com/market/ws", "wss://dstream.binance.com/ws"])
        #expect(bench.closes.map(\.link) == [1])
        bench.run(seconds: 4000)
        #expect(bench.connects.count == 2)
    }

    @Test func `A symbol that falls silent beside one that prints gets another connection, and a slow one is left alone`() {
        let bench = VenueBench(BinanceFeed(.spot), ["BTCUSDT", "ETHUSDT", "SLOWUSDT"])
        bench.prints["SLOWUSDT"] = 500
        bench.run(seconds: 3000)
        #expect(bench.connects.count == 1)
        bench.prints["ETHUSDT"] = nil
        bench.run(seconds: 62)
        #expect(bench.connects.count == 2)
        #expect(
            bench.news.last
                == .notice("ETHUSDT has printed nothing for 60 s, longer than it used to: trying another connection"))
        bench.run(seconds: 6 * 3600)
        #expect(bench.connects.count < 15, "It stays silent: the alarms become rarer.")
        #expect(bench.disconnects.isEmpty)
    }

    @Test func `A refusal of many is taken apart until the bad one is found`() {
        let bench = VenueBench(BinanceFeed(.spot), ["BTCUSDT", "NOSUCH", "ETHUSDT"])
        bench.rejects = ["NOSUCH"]
        bench.run(seconds: 5)
        #expect(
            bench.news == [
                .connected, .subscribed(["BTCUSDT"]), .rejected(symbol: "NOSUCH", reason: "no such symbol"), .subscribed(["ETHUSDT"]),
            ])
        #expect(bench.connection.symbols == ["BTCUSDT", "ETHUSDT"])
        #expect(bench.connection.isLive)
    }

    @Test func `What is not answered is asked three times and then given up`() {
        let bench = VenueBench(BinanceFeed(.spot), ["BTCUSDT"], prints: nil)
        bench.answers = false
        bench.run(seconds: 29)
        #expect(bench.sent.count == 3)
        #expect(bench.news == [.connected])
        bench.run(seconds: 3)
        #expect(
            bench.news == [
                .connected, .rejected(symbol: "BTCUSDT", reason: "no answer to three requests"),
                .disconnected(reason: "nothing is left to subscribe to"),
            ])
    }

    @Test func `Answers that name symbols are counted symbol by symbol`() {
        let bench = VenueBench(OKXFeed(.spot), ["BTC-USDT", "ETH-USDT"], prints: nil)
        bench.answers = false
        bench.run(seconds: 1)
        bench.receive(.acknowledged(.symbol("ETH-USDT")), link: 1)
        #expect(bench.news.last == .subscribed(["ETH-USDT"]))
        #expect(!bench.connection.isLive)
        bench.run(seconds: 10)
        #expect(bench.sent.count == 2)
        #expect(bench.sent[1].text.contains("BTC-USDT") && !bench.sent[1].text.contains("ETH-USDT"))
        bench.receive(.acknowledged(.symbol("BTC-USDT")), link: 1)
        #expect(bench.connection.isLive)
    }

    @Test func `Requests are sent no faster than the venue takes them`() {
        let symbols = (0..<1000).map { "S\($0)USDT" }
        let bench = VenueBench(BinanceFeed(.spot), symbols)
        bench.run(seconds: 10)
        #expect(bench.sent.count == 10)
        for (first, fifth) in zip(bench.sent, bench.sent.dropFirst(4)) { #expect(fifth.time - first.time >= second) }
        #expect(bench.connection.isLive)
    }

    @Test func `Symbols come and go, and the last one takes the connection with it`() {
        let bench = VenueBench(BinanceFeed(.spot), ["BTCUSDT"])
        bench.run(seconds: 2)
        bench.connection.add(["ETHUSDT", "BTCUSDT"], now: bench.now)
        bench.run(seconds: 2)
        #expect(bench.news.last == .subscribed(["ETHUSDT"]))
        bench.connection.remove(["BTCUSDT"])
        bench.run(seconds: 2)
        #expect(bench.sent.last?.text == #"{"method":"UNSUBSCRIBE","params":["btcusdt@aggTrade"],"id":3}"#)
        bench.connection.remove(["ETHUSDT"])
        bench.run(seconds: 2)
        #expect(bench.closes.map(\.link) == [1])
        #expect(bench.disconnects == ["nothing is left to subscribe to"])
        bench.run(seconds: 100)
        #expect(bench.connects.count == 1)
        bench.connection.add(["ETHUSDT"], now: bench.now)
        bench.run(seconds: 2)
        #expect(bench.connects.count == 2)
    }

    @Test func `A venue that says it is leaving is left first`() {
        let bench = VenueBench(BinanceFeed(.spot), ["BTCUSDT"])
        bench.run(seconds: 10)
        bench.receive(.notice("serverShutdown", leaving: true), link: 1)
        bench.run(seconds: 0.2)
        #expect(bench.connects.count == 2)
        bench.run(seconds: 40)
        #expect(bench.closes.map(\.link) == [1])
        #expect(bench.disconnects.isEmpty)
        #expect(bench.connection.isLive)
    }

    @Test func `A link that ends during a move is no disconnect when the new one is subscribed, and is one when it is not`() {
        let whole = VenueBench(BinanceFeed(.spot), ["BTCUSDT"])
        whole.run(seconds: 10)
        whole.receive(.notice("leaving", leaving: true), link: 1)
        whole.run(seconds: 5)
        whole.close(1, "gone")
        #expect(whole.disconnects.isEmpty)
        #expect(whole.connection.isLive)

        let half = VenueBench(BinanceFeed(.spot), ["BTCUSDT"])
        half.run(seconds: 10)
        half.receive(.notice("leaving", leaving: true), link: 1)
        half.answers = false
        half.run(seconds: 5)
        half.close(1, "gone")
        #expect(half.disconnects == ["gone"])
        half.answers = true
        half.run(seconds: 10)
        #expect(half.news.suffix(3) == [.disconnected(reason: "gone"), .connected, .subscribed(["BTCUSDT"])])
        #expect(half.connects.count == 2)
    }

    @Test func `What comes from a link that was closed is ignored, and strangers are shown at most every ten seconds`() {
        let bench = VenueBench(BinanceFeed(.spot), ["BTCUSDT"], prints: nil)
        bench.run(seconds: 1)
        for _ in 0..<100 {
            bench.receive(.unknown("?"), link: 1)
            bench.run(seconds: 0.1)
        }
        #expect(bench.news.filter { $0 == .notice("not understood: ?") }.count == 1)
        bench.close(1, "gone")
        let count = bench.items.count
        bench.print("BTCUSDT", link: 1)
        bench.close(1, "gone again")
        #expect(bench.items.count == count)
    }
}
