public import MarketModel

/// Who publishes what all options of a market came to, day by day.
public enum OptionPublisher: String, Sendable, Hashable, CaseIterable {
    /// The Options Clearing Corporation: all options listed in the United States.
    case occ
    /// Cboe: what is traded on its own exchanges, in place of OCC's.
    case cboe
    /// Hong Kong Exchanges.
    case hkex

    /// Where its days are days.
    public var place: OptionUnderlying.Place { self == .hkex ? .hongKong : .unitedStates }

    /// Its own server.
    public var official: String {
        switch self {
        case .occ: "https://marketdata.theocc.com"
        case .cboe: "https://cdn.cboe.com"
        case .hkex: "https://www.hkex.com.hk"
        }
    }

    /// The page that its files are linked from, which it wants to be told.
    public var referrer: String {
        switch self {
        case .occ: "https://www.theocc.com/"
        case .cboe: "https://www.cboe.com/"
        case .hkex: "https://www.hkex.com.hk/"
        }
    }

    /// The pages it has for a day.
    public var pages: [OptionReportPage] {
        switch self {
        case .occ: [.occVolume, .occInterest]
        case .cboe: [.cboeDaily]
        case .hkex: [.hkexStocks, .hkexIndices, .hkexReport]
        }
    }

    /// Microseconds after midnight, by the publisher's clock, at which a day's pages are there: after what it promises, and some.
    var publishes: Int64 {
        switch self {
        case .occ, .cboe: (20 * 60 + 45) * 60_000_000
        case .hkex: (21 * 60 + 30) * 60_000_000
        }
    }
}

/// A page of a publisher, of which there is one a day.
public enum OptionReportPage: String, Sendable, Hashable, CaseIterable {
    case occVolume, occInterest, cboeDaily, hkexStocks, hkexIndices, hkexReport

    /// What it says of a market tells whether it is held already.
    public var evidence: (market: OptionStatisticMarket, measure: OptionMeasure, source: OptionStatisticSource) {
        switch self {
        case .occVolume: (.usSecurities, .volume, .occ)
        case .occInterest: (.usSecurities, .openInterest, .occ)
        case .cboeDaily: (.usSecurities, .volume, .cboe)
        case .hkexStocks: (.hkSecurities, .volume, .hkexSeries)
        case .hkexIndices: (.hkIndices, .volume, .hkexSeries)
        case .hkexReport: (.hkSecurities, .volume, .hkexReport)
        }
    }

    /// Its path on the publisher's server.
    public func path(_ day: CivilDate) -> String {
        let text = day.description
        let (year, month, dayOfMonth) = (text.prefix(4), text.dropFirst(5).prefix(2), text.suffix(2))
        return switch self {
        case .occVolume: "/mdapi/daily-volume-totals?report_date=\(text)"
        case .occInterest: "/mdapi/open-interest?report_date=\(month)/\(dayOfMonth)/\(year)"
        case .cboeDaily: "/data/us/options/market_statistics/daily/\(text)_daily_options"
        case .hkexStocks: "/eng/stat/dmstat/oi/DTOP_O_\(year)\(month)\(dayOfMonth).zip"
        case .hkexIndices: "/eng/stat/dmstat/oi/DTOP_F_\(year)\(month)\(dayOfMonth).zip"
        case .hkexReport: "/eng/stat/dmstat/dayrpt/dqe\(year.suffix(2))\(month)\(dayOfMonth).htm"
        }
    }
}
