import Feeds
import MarketModel

/// A connection, a fake clock, and a venue that answers as the test says.
final class VenueBench {
    static let second: Int64 = 1_000_000_000

    var connection: Connection
    var budget: AttemptBudget
    var now: Int64 = 0

    /// How the venue behaves.
    var opens = true
    var answers = true
    /// Text frames are answered with a pong.
    var pongs = true
    /// Seconds between the prints of a symbol.
    var prints: [String: Int64] = [:]
    /// Links and addresses that grant everything and print nothing.
    var muteLinks: Set<Int> = []
    var muteURLs: Set<String> = []
    var rejects: Set<String> = []

    /// What happened.
    var items: [(time: Int64, item: FeedItem)] = []
    var connects: [(time: Int64, link: Int, url: String)] = []
    var sent: [(time: Int64, link: Int, text: String)] = []
    var pings: [Int64] = []
    var closes: [(time: Int64, link: Int)] = []
    var open: [Int: String] = [:]
    private var lastPrint: [String: Int64] = [:]
    private var nextID: Int64 = 1

    init(_ adapter: any FeedAdapter, _ symbols: [String], seed: UInt64 = 1, prints: Int64? = 1) {
        connection = Connection(adapter: adapter, symbols: symbols, seed: seed)
        budget = AttemptBudget(adapter.limits.attempts, in: adapter.limits.attemptWindow)
        if let prints { for symbol in symbols { self.prints[symbol] = prints } }
    }

    /// The items other than trades.
    var news: [FeedItem] {
        items.map(\.item).filter { if case .trades = $0 { false } else { true } }
    }

    var disconnects: [String] {
        items.compactMap { if case .disconnected(let reason) = $0.item { reason } else { nil } }
    }

    /// Lets time pass in steps of a tenth of a second.
    func run(seconds: Double) {
        let end = now + Int64(seconds * Double(Self.second))
        while now < end {
            now += Self.second / 10
            var actions: [Connection.Action] = []
            connection.advance(now: now, budget: &budget, into: &actions)
            perform(actions)
            for (symbol, every) in prints where now - (lastPrint[symbol] ?? 0) >= every * Self.second {
                lastPrint[symbol] = now
                for (link, url) in open where !muteLinks.contains(link) && !muteURLs.contains(url) { print(symbol, link: link) }
            }
        }
    }

    func print(_ symbol: String, link: Int) {
        let trade = FeedTrade(
            symbol: symbol, id: TradeID(nextID), time: now / 1000, price: FixedPoint(mantissa: 1), quantity: FixedPoint(mantissa: 1),
            side: .buy)
        nextID += 1
        receive(.trades, [trade], link: link)
    }

    func receive(_ frame: Frame, _ trades: [FeedTrade] = [], link: Int) {
        var actions: [Connection.Action] = []
        connection.received(frame, trades: trades, received: now / 1000, link: link, now: now, into: &actions)
        perform(actions)
    }

    func close(_ link: Int, _ reason: String) {
        open[link] = nil
        var actions: [Connection.Action] = []
        connection.closed(link: link, reason: reason, now: now, into: &actions)
        perform(actions)
    }

    func perform(_ actions: [Connection.Action]) {
        for action in actions {
            switch action {
            case .deliver(let item): items.append((now, item))
            case .ping(let link):
                pings.append(now)
                if pongs { receive(.pong, link: link) }
            case .close(let link):
                closes.append((now, link))
                open[link] = nil
            case .send(let link, let text):
                sent.append((now, link, text))
                reply(to: text, link: link)
            case .connect(let link, let url):
                connects.append((now, link, url))
                guard opens else { continue }
                open[link] = url
                var more: [Connection.Action] = []
                connection.opened(link: link, now: now, into: &more)
                perform(more)
            }
        }
    }

    private func reply(to text: String, link: Int) {
        if text == "ping" {
            if pongs { receive(.pong, link: link) }
            return
        }
        guard answers, text.contains("SUBSCRIBE") || text.contains("subscribe"), let id = text.firstMatch(of: /"id":"?(\d+)/) else {
            return
        }
        let number = Int64(id.1) ?? 0
        if rejects.contains(where: { text.contains($0.lowercased()) }) {
            receive(.rejected(.request(number), reason: "no such symbol"), link: link)
        } else {
            receive(.acknowledged(.request(number)), link: link)
        }
    }
}
