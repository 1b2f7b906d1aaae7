/// What a statistic of options counts.
public enum OptionMeasure: String, Sendable, Hashable, CaseIterable {
    /// Contracts traded on a day.
    case volume
    /// Contracts open at a day's end.
    case openInterest = "open-interest"
}

/// How many contracts are calls, and how many are puts.
public struct PutCallCount: Sendable, Hashable {
    /// Contracts that are calls, zero or more.
    public let calls: Int64
    /// Contracts that are puts, zero or more.
    public let puts: Int64

    /// Creates a count; nil where a number is negative or both together do not fit in 64 bits.
    public init?(calls: Int64, puts: Int64) {
        guard calls >= 0, puts >= 0, !calls.addingReportingOverflow(puts).overflow else { return nil }
        self.calls = calls
        self.puts = puts
    }

    /// Nothing.
    public static let zero = PutCallCount()

    private init() { (calls, puts) = (0, 0) }

    /// Calls and puts together.
    public var total: Int64 { calls + puts }

    /// Puts over calls, the nearest double of the exact quotient; nil without calls.
    public var ratio: Double? { calls == 0 ? nil : ExactQuotient.nearest(Int128(puts), over: Int128(calls)) }
}

/// What all options of a market came to on a day.
public struct OptionStatistic: Sendable, Hashable {
    /// The market.
    public var market: OptionStatisticMarket
    /// The trading day, by the market's clock.
    public var day: CivilDate
    /// What is counted.
    public var measure: OptionMeasure
    /// How many there were.
    public var count: PutCallCount
    /// Who says so.
    public var source: String

    /// Creates a statistic.
    public init(market: OptionStatisticMarket, day: CivilDate, measure: OptionMeasure, count: PutCallCount, source: String) {
        self.market = market
        self.day = day
        self.measure = measure
        self.count = count
        self.source = source
    }
}

/// What options are on, as a façade that knows markets by name asks for it.
public struct OptionUnderlying: Sendable, Hashable {
    /// Where the underlying is traded.
    public enum Place: String, Sendable, Hashable, CaseIterable {
        case unitedStates = "us"
        case hongKong = "hk"
        /// Coins, whose days are those of UTC.
        case crypto

        /// The clock of the trading days.
        public var clock: ExchangeClock {
            switch self {
            case .unitedStates: .newYork
            case .hongKong: .hongKong
            case .crypto: .utc
            }
        }
    }

    /// Where it is traded.
    public var place: Place
    /// Its code there: `AAPL`, `00700`, `BTC`.
    public var code: String

    /// Creates an underlying.
    public init(place: Place, code: String) {
        self.place = place
        self.code = code
    }
}

/// What the options on one underlying came to on a day.
public struct UnderlyingOptionStatistic: Sendable, Hashable {
    /// The trading day.
    public var day: CivilDate
    /// Contracts traded.
    public var volume: PutCallCount
    /// Contracts open at the end of the trading day before; nil where nobody says.
    public var openInterest: PutCallCount?
    /// What the underlying cost; nil where nobody says.
    public var price: FixedPoint?

    /// Creates a statistic.
    public init(day: CivilDate, volume: PutCallCount, openInterest: PutCallCount?, price: FixedPoint? = nil) {
        self.day = day
        self.volume = volume
        self.openInterest = openInterest
        self.price = price
    }
}
