/// A column of the table of feeds, which may be sorted by any.
public enum TopColumn: String, Sendable, Hashable, CaseIterable {
    case venue = "VENUE"
    case symbol = "SYMBOL"
    case state = "STATE"
    case rate = "TRADES/S"
    case lag = "LAG"
    case age = "AGE"
    case durable = "DURABLE"
    case holes = "HOLES"
    case trades = "TRADES"

    /// Words stand at the left and numbers at the right.
    var isNumber: Bool {
        switch self {
        case .venue, .symbol, .state: false
        case .rate, .lag, .age, .durable, .holes, .trades: true
        }
    }

    /// What stands in a feed's line; `-` where nothing is known.
    func text(_ feed: TopFeed) -> String {
        switch self {
        case .venue: feed.venue
        case .symbol: feed.symbol
        case .state: feed.state
        case .rate: feed.rate.map(TopText.rate) ?? "-"
        case .lag: feed.lag.map(TopText.duration) ?? "-"
        case .age: feed.age.map(TopText.duration) ?? "-"
        case .durable: feed.durable.map(TopText.duration) ?? "-"
        case .holes: String(feed.holes)
        case .trades: String(feed.trades)
        }
    }

    private func number(_ feed: TopFeed) -> Double? {
        switch self {
        case .venue, .symbol, .state: nil
        case .rate: feed.rate
        case .lag: feed.lag.map { Double($0) }
        case .age: feed.age.map { Double($0) }
        case .durable: feed.durable.map { Double($0) }
        case .holes: Double(feed.holes)
        case .trades: Double(feed.trades)
        }
    }

    /// Whether one feed stands before another: words by the alphabet, the largest numbers first, or the other way round; the unknown last.
    ///
    /// - Returns: nil where it is all the same.
    func puts(_ a: TopFeed, before b: TopFeed, isReversed: Bool) -> Bool? {
        guard isNumber else {
            let (a, b) = (text(a), text(b))
            return a == b ? nil : (a < b) != isReversed
        }
        return switch (number(a), number(b)) {
        case (let a?, let b?): a == b ? nil : (a > b) != isReversed
        case (nil, nil): nil
        case (let a, _): a != nil
        }
    }
}
