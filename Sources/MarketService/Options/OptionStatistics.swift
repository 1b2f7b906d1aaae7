public import MarketModel

/// Where statistics of option markets come from: what façades ask.
///
/// They ask on threads that serve many clients, so answers come out of memory.
public protocol OptionStatistics: Sendable {
    /// The statistics of a market whose days lie in a range, the oldest first; none where nothing is held.
    func rows(of market: OptionStatisticMarket, _ measure: OptionMeasure, in days: ClosedRange<CivilDate>) -> ArraySlice<OptionStatistic>

    /// The statistics of the options on one underlying whose days lie in a range, the oldest first; nil for one that is not held.
    func rows(of underlying: OptionUnderlying, in days: ClosedRange<CivilDate>) -> ArraySlice<UnderlyingOptionStatistic>?
}

/// Statistics that are given once and held in memory.
public struct OptionStatisticTable: OptionStatistics {
    private struct Key: Hashable {
        let market: OptionStatisticMarket
        let measure: OptionMeasure
    }

    /// The oldest first.
    private var markets: [Key: [OptionStatistic]]
    private var underlyings: [OptionUnderlying: [UnderlyingOptionStatistic]]

    /// Creates a table; of two statistics of a day the later one counts.
    public init(_ statistics: some Sequence<OptionStatistic>, underlyings: [OptionUnderlying: [UnderlyingOptionStatistic]] = [:]) {
        var days: [Key: [CivilDate: OptionStatistic]] = [:]
        for row in statistics { days[Key(market: row.market, measure: row.measure), default: [:]][row.day] = row }
        markets = days.mapValues { $0.values.sorted { $0.day < $1.day } }
        self.underlyings = underlyings.mapValues { rows in
            Dictionary(rows.map { ($0.day, $0) }) { $1 }.values.sorted { $0.day < $1.day }
        }
    }

    /// - Complexity: O(log n).
    public func rows(of market: OptionStatisticMarket, _ measure: OptionMeasure, in days: ClosedRange<CivilDate>)
        -> ArraySlice<OptionStatistic>
    {
        Self.cut(markets[Key(market: market, measure: measure)] ?? [], days, by: \.day)
    }

    /// - Complexity: O(log n).
    public func rows(of underlying: OptionUnderlying, in days: ClosedRange<CivilDate>) -> ArraySlice<UnderlyingOptionStatistic>? {
        underlyings[underlying].map { Self.cut($0, days, by: \.day) }
    }

    /// The rows of some days.
    private static func cut<Row>(_ rows: [Row], _ days: ClosedRange<CivilDate>, by day: (Row) -> CivilDate) -> ArraySlice<Row> {
        let start = first(rows) { day($0) >= days.lowerBound }
        let end = first(rows) { day($0) > days.upperBound }
        return rows[start..<end]
    }

    /// Where the rows begin for which something holds; it holds for all after the first of them.
    private static func first<Row>(_ rows: [Row], where holds: (Row) -> Bool) -> Int {
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            if holds(rows[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
