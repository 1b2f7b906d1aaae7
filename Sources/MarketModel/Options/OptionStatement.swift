/// Whose options a statement counts.
public enum OptionSubject: Sendable, Hashable, Comparable {
    /// All of a market.
    case market(OptionStatisticMarket)
    /// Those on one underlying.
    case underlying(OptionUnderlying)

    /// As files have it: `us-index`, `hk:00700`.
    public var name: String {
        switch self {
        case .market(let market): market.rawValue
        case .underlying(let underlying): "\(underlying.place.rawValue):\(underlying.code)"
        }
    }

    /// Reads ``name``; nil for what is none.
    public init?(name: some StringProtocol) {
        if let market = OptionStatisticMarket(rawValue: String(name)) {
            self = .market(market)
        } else if let colon = name.firstIndex(of: ":"), let place = OptionUnderlying.Place(rawValue: String(name[..<colon])),
            case let code = name[name.index(after: colon)...], OptionUnderlying.isCode(code)
        {
            self = .underlying(OptionUnderlying(place: place, code: String(code)))
        } else {
            return nil
        }
    }

    public static func < (a: OptionSubject, b: OptionSubject) -> Bool { a.name < b.name }
}

extension OptionUnderlying {
    /// Whether a text can be a code: 1 to 32 visible characters of ASCII other than comma, colon and quotation mark.
    public static func isCode(_ text: some StringProtocol) -> Bool {
        (1...32).contains(text.utf8.count)
            && text.utf8.allSatisfy { (33...126).contains($0) && !",:\"".utf8.contains($0) }
    }
}

/// Who counts options; where several speak of a day, the first of this order is believed.
public enum OptionStatisticSource: String, Sendable, Hashable, CaseIterable, Comparable {
    /// A file of the operator's own: `date,market,call_volume,put_volume,call_oi,put_oi`.
    case file
    /// The Options Clearing Corporation, which clears all options listed in the United States.
    case occ
    /// Hong Kong Exchanges' files of all series, summed.
    case hkexSeries = "hkex-series"
    /// Hong Kong Exchanges' daily report.
    case hkexReport = "hkex-report"
    /// Cboe, of what is traded on its own exchanges: less than the market.
    case cboe

    public static func < (a: OptionStatisticSource, b: OptionStatisticSource) -> Bool { a.rank < b.rank }

    private var rank: Int { OptionStatisticSource.allCases.firstIndex(of: self) ?? 0 }
}

/// That somebody says how many options there were on a day.
public struct OptionStatement: Sendable, Hashable {
    /// Whose options.
    public var subject: OptionSubject
    /// The trading day, by the clock of the subject's market.
    public var day: CivilDate
    /// What is counted.
    public var measure: OptionMeasure
    /// Who says so.
    public var source: OptionStatisticSource
    /// How many there were.
    public var count: PutCallCount

    /// Creates a statement.
    public init(
        subject: OptionSubject, day: CivilDate, measure: OptionMeasure, source: OptionStatisticSource, count: PutCallCount
    ) {
        self.subject = subject
        self.day = day
        self.measure = measure
        self.source = source
        self.count = count
    }
}
