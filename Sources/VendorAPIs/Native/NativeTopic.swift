import MarketModel
import MarketService
import OrderFlow
import Transport

/// What one can follow of the native stream: `trades:binance-spot:BTCUSDT`, `bars:basket:btc-perps:1m`.
struct NativeTopic: Sendable, Hashable, CustomStringConvertible {
    enum Kind: Sendable, Hashable {
        case trades
        case large
        case gaps
        /// The rows of a dataset.
        case bars(Interval, dataset: String)
    }

    var kind: Kind
    var venue: Venue
    var symbol: String
    /// Of a basket, the basket as it was when it was asked for.
    var basket: Basket?

    init(_ kind: Kind, _ venue: Venue, _ symbol: String, basket: Basket? = nil) {
        self.kind = kind
        self.venue = venue
        self.symbol = symbol
        self.basket = basket
    }

    /// Reads `trades:VENUE:SYMBOL`, `large:…`, `gaps:…`, or `bars:VENUE:SYMBOL:INTERVAL[:DATASET]`; a symbol may have colons of its own.
    ///
    /// - Parameter named: the basket of a name.
    init(_ text: Substring, basket named: (String) throws(Failure) -> Basket) throws(Failure) {
        var parts = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        func fail(_ reason: String) -> Failure {
            Failure(
                .badRequest,
                "topic '\(text)' \(reason): write trades:VENUE:SYMBOL, large:VENUE:SYMBOL, gaps:VENUE:SYMBOL or"
                    + " bars:VENUE:SYMBOL:INTERVAL[:DATASET]")
        }
        guard ["trades", "large", "gaps", "bars"].contains(parts[0]) else { throw fail("is not of a kind that is known") }
        guard parts.count >= 3, let venue = Venue(parts[1]) else { throw fail("names no venue") }
        var (interval, dataset): (Interval?, String?)
        if parts[0] == "bars" {
            if parts.count > 4, let last = parts.last, Dataset<BarRow>.named(last) != nil { dataset = parts.removeLast() }
            interval = parts.count > 3 ? parts.last.flatMap { Interval(name: $0) } : nil
            guard interval != nil else { throw fail("has no interval") }
            parts.removeLast()
        }
        self.venue = venue
        symbol = parts[2...].joined(separator: ":")
        guard !symbol.isEmpty else { throw fail("names no symbol") }
        basket = venue.name == Basket.venue ? try named(symbol) : nil
        switch (parts[0], interval) {
        case ("trades", _): kind = .trades
        case ("large", _): kind = .large
        case ("gaps", _): kind = .gaps
        case ("bars", let interval?):
            // Where members trade several coins there is no price.
            let hasPrice = basket.map { $0.base != nil } ?? true
            kind = .bars(interval, dataset: dataset ?? (hasPrice ? Dataset<BarRow>.ohlcv : .flow).name)
        default: throw fail("is not of a kind that is known")
        }
    }

    var description: String {
        switch kind {
        case .trades: "trades:\(venue.name):\(symbol)"
        case .large: "large:\(venue.name):\(symbol)"
        case .gaps: "gaps:\(venue.name):\(symbol)"
        case .bars(let interval, let dataset): "bars:\(venue.name):\(symbol):\(interval.name):\(dataset)"
        }
    }

    /// What its events are called, in their `type` and as events of a stream.
    var eventName: String {
        switch kind {
        case .trades: "trades"
        case .large: "large"
        case .gaps: "gap"
        case .bars: "bar"
        }
    }

    /// What the market calls the sources of the topic.
    var sources: [LiveTopic] {
        switch kind {
        case .trades, .large: [.trades(venue, symbol)]
        case .gaps: [.gaps(venue, symbol)]
        case .bars(let interval, _):
            if let basket {
                basket.members.map { .bars($0.instrument.venue, $0.instrument.symbol, interval) }
            } else {
                [.bars(venue, symbol, interval)]
            }
        }
    }
}
