public import MarketModel
public import OrderFlow
import Recorder

/// The newest bars of a basket, made of its members' bars as these grow, close and are repaired.
///
/// Members close their bars one after the other, so a bar is final a while after its end, once all members that traded in it have told
/// theirs as final; whatever comes of it later makes the next revision.
public struct BasketSeries: Sendable {
    /// How many bars are kept for repairs; of older ones nothing is told.
    public static let kept = 256

    /// The basket.
    public let basket: Basket
    /// The length of a bar.
    public let interval: Interval
    /// The members that are not being recorded, a bit for each.
    public var missing: UInt64 = 0
    private let patience: Int64
    private var names: BasketNames
    private var bars: [Int64: Whole] = [:]
    private var oldest: Int64

    private struct Whole {
        /// By the place of the member.
        var parts: [Int: Part] = [:]
        /// How often it was told as final.
        var tellings = 0

        var isGrowing: Bool { parts.values.contains(where: \.isOpen) }
    }

    private struct Part {
        var bar: BasketBar
        var isOpen: Bool
        var quality: BarQuality
    }

    /// Creates a series without bars.
    ///
    /// - Parameters:
    ///   - patience: how long after its end a bar is final, in microseconds.
    ///   - first: the first bar that is told of: members do not tell again of what was final before they were followed.
    public init(basket: Basket, interval: Interval, patience: Int64, first: Int64) {
        self.basket = basket
        self.interval = interval
        self.patience = patience
        names = BasketNames(basket)
        oldest = first
    }

    /// The place of an instrument among the members; nil if it is none.
    public func place(of instrument: Instrument) -> Int? {
        basket.members.firstIndex { $0.instrument.venue == instrument.venue && $0.instrument.symbol == instrument.symbol }
    }

    /// Takes the bar of a member, in the place of what it told of it before.
    ///
    /// - Returns: the basket's bar as it is now; nil where it is too old to be known whole.
    /// - Throws: ``BarError`` if 128 bits do not hold a sum.
    /// - Complexity: O(members)
    public mutating func take(
        _ row: BarRow, isOpen: Bool, from place: Int
    ) throws(BarError) -> (row: BasketRow, isOpen: Bool, revision: Int)? {
        guard row.time >= oldest else { return nil }
        var part = BasketBar(start: row.time)
        try part.add(row.bar, row.valuation, multiple: basket.members[place].multiple, member: place)
        var whole = bars[row.time] ?? Whole()
        whole.parts[place] = Part(bar: part, isOpen: isOpen, quality: row.quality)
        let isOpen = whole.tellings == 0 || whole.isGrowing
        let revision = isOpen ? 0 : whole.tellings
        if !isOpen { whole.tellings += 1 }
        bars[row.time] = whole
        forgetOldest()
        return (try self.row(of: whole, at: row.time, revision), isOpen, revision)
    }

    /// The bars that are final now, in time order; each is told once.
    ///
    /// - Parameter now: in microseconds since 1970-01-01 UTC.
    /// - Throws: ``BarError`` if 128 bits do not hold a sum.
    /// - Complexity: O(bars kept)
    public mutating func settle(at now: Int64) throws(BarError) -> [BasketRow] {
        var settled: [BasketRow] = []
        for (start, whole) in bars.sorted(by: { $0.key < $1.key }) where whole.tellings == 0 && !whole.isGrowing {
            guard start + interval.microseconds + patience <= now else { break }
            bars[start]?.tellings = 1
            settled.append(try row(of: whole, at: start, 0))
        }
        return settled
    }

    private mutating func row(of whole: Whole, at start: Int64, _ revision: Int) throws(BarError) -> BasketRow {
        var sum = BasketBar(start: start)
        for part in whole.parts.values { try sum.add(part.bar) }
        let quality = whole.parts.values.map(\.quality).max() ?? .complete
        return try BasketRow(
            sum, hasBase: basket.base != nil, quality: quality, repairs: revision, missing: missing,
            names: names.names(contributors: sum.contributors, missing: missing))
    }

    private mutating func forgetOldest() {
        guard bars.count > BasketSeries.kept, let first = bars.keys.min() else { return }
        bars[first] = nil
        oldest = first + 1
    }
}

extension LiveMarket {
    /// Whether an instrument is being followed, so that a time without trades is one in which nobody traded.
    public func isRecorded(_ venue: Venue, _ symbol: String) -> Bool {
        switch instrument(venue, symbol)?.state {
        case .live, .disconnected: true
        case .waiting, .ended, nil: false
        }
    }

    /// A series that begins with the bar of a time, as the members have it.
    ///
    /// - Parameter now: in microseconds since 1970-01-01 UTC.
    /// - Throws: ``BarError`` if 128 bits do not hold a sum.
    public func series(of basket: Basket, _ interval: Interval, at now: Int64) throws(BarError) -> BasketSeries {
        // Members close their bars within the grace and a tick of their recorders.
        var series = BasketSeries(basket: basket, interval: interval, patience: options.grace + 2_000_000, first: interval.start(of: now))
        for (place, member) in basket.members.enumerated() {
            guard let newest = newestRow(member.instrument.venue, member.instrument.symbol, interval) else { continue }
            _ = try series.take(newest.row, isOpen: newest.isOpen, from: place)
        }
        series.missing = missing(of: basket)
        return series
    }

    /// The members of a basket that are not being recorded, a bit for each.
    public func missing(of basket: Basket) -> UInt64 {
        basket.members.indices.reduce(0) { missing, place in
            let instrument = basket.members[place].instrument
            return isRecorded(instrument.venue, instrument.symbol) ? missing : missing | 1 << UInt64(place)
        }
    }
}
