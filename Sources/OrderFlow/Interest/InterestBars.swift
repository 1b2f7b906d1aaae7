public import MarketModel

/// Open, high, low and close of open interest over time: of a contract, of a venue, or of several together.
///
/// A value holds from the round that brought it until the next one of its source, at most three of the source's periods: after that the source
/// is left out. A reading of a single contract, from a history, counts where no round of its venue holds. A bar takes the total as it is after
/// each round and reading within the bar; intervals without any have no bar.
///
///     var bars = InterestBars(interval: .h1, measure: .usd)
///     bars.add(.binanceFutures, sum, at: time, period: 10_000_000)      // by time
///     let rows = bars.finish()
public struct InterestBars: Sendable {
    /// What is measured.
    public enum Measure: Sendable, Hashable {
        /// USD in all contracts.
        case usd
        /// Base coins in all contracts.
        case quantity
        /// USD in contracts of one margin.
        case usdOf(MarginKind)
        /// Base coins in contracts of one margin.
        case quantityOf(MarginKind)

        /// Whether USD have to be known.
        public var needsUSD: Bool {
            switch self {
            case .usd, .usdOf: true
            case .quantity, .quantityOf: false
            }
        }

        func value(_ sum: InterestSum) -> Int128 {
            switch self {
            case .usd: sum.usd
            case .quantity: sum.quantity
            case .usdOf(.coin): sum.coinUSD
            case .usdOf(.stable): sum.stableUSD
            case .quantityOf(.coin): sum.coinQuantity
            case .quantityOf(.stable): sum.stableQuantity
            }
        }
    }

    /// One bar; values are in units of 10^-8.
    public struct Bar: Sendable, Hashable {
        /// Where it starts, in microseconds since 1970-01-01 UTC.
        public var start: Int64
        /// The total after its first round.
        public var open: Int128
        /// The largest total.
        public var high: Int128
        /// The smallest total.
        public var low: Int128
        /// The total after its last round.
        public var close: Int128

        init(start: Int64, _ value: Int128) {
            self.start = start
            (open, high, low, close) = (value, value, value, value)
        }

        mutating func take(_ value: Int128) {
            high = max(high, value)
            low = min(low, value)
            close = value
        }
    }

    private struct Value {
        var value: Int128
        var until: Int64
    }

    private struct Source {
        /// What its last round said.
        var round: Value?
        /// What readings since then said, by symbol.
        var readings: [String: Value] = [:]
    }

    private let interval: Interval
    private let measure: Measure
    private var sources: [Venue: Source] = [:]
    private var bars: [Bar] = []
    /// The rounds that ended at the same time count together.
    private var time: Int64?

    /// Creates bars without rounds.
    public init(interval: Interval, measure: Measure) {
        self.interval = interval
        self.measure = measure
    }

    /// Takes what a source says.
    ///
    /// - Parameters:
    ///   - time: when its round ended; not before that of the call before.
    ///   - period: how long the source's rounds take, in microseconds.
    /// - Complexity: O(sources) where time goes on.
    public mutating func add(_ source: Venue, _ sum: InterestSum, at time: Int64, period: Int64) {
        advance(to: time)
        sources[source] = Source(round: Value(value: measure.value(sum), until: time + 3 * period))
    }

    /// Takes what a history says of one contract; it counts for nothing where a round of its venue holds.
    ///
    /// - Parameters:
    ///   - time: of the reading; not before that of the call before.
    ///   - period: how far the history's readings are apart, in microseconds.
    /// - Complexity: O(sources) where time goes on.
    public mutating func add(reading sum: InterestSum, of contract: OpenInterestContract, at time: Int64, period: Int64) {
        if let round = sources[contract.venue]?.round, round.until >= time { return }
        advance(to: time)
        sources[contract.venue, default: Source()].readings[contract.symbol] = Value(value: measure.value(sum), until: time + 3 * period)
    }

    private mutating func advance(to time: Int64) {
        if let last = self.time, time > last { settle(last) }
        self.time = time
    }

    /// The bars, by time.
    public mutating func finish() -> [Bar] {
        if let time { settle(time) }
        time = nil
        return bars
    }

    private mutating func settle(_ time: Int64) {
        func held(_ value: Value?) -> Int128 { value.map { $0.until >= time ? $0.value : 0 } ?? 0 }
        let total = sources.values.reduce(Int128(0)) { total, source in
            source.readings.values.reduce(total + held(source.round)) { $0 + held($1) }
        }
        let start = interval.start(of: time)
        if bars.last?.start == start {
            bars[bars.count - 1].take(total)
        } else {
            bars.append(Bar(start: start, total))
        }
    }
}
