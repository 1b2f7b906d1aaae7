public import Lake
public import MarketModel
public import OrderFlow

/// A bar of a basket, and what is known of it.
public struct BasketRow: Sendable {
    /// The sums.
    public let bar: BasketBar
    /// The worst quality of the members' tapes inside the bar.
    public let quality: BarQuality
    /// How many holes that the bar shares an instant with have been filled, of all members.
    public let repairs: Int
    /// The members that have no tape of any instant of the bar, a bit for each.
    public let missing: UInt64
}

/// Reads the bars of a basket for a range of time, a stretch of bars at a time; see ``BarReader``.
public struct BasketReader: Sendable {
    /// The basket.
    public var basket: Basket { tapes.basket }
    /// The length of a bar.
    public let interval: Interval
    /// The starts of the bars it gives: those of the trades that the members' tapes have.
    public let times: Range<Int64>
    /// Differs when anything that the bars are made of differs, also where days are still being recorded.
    public let revision: String
    /// Whether none of its days is being recorded.
    public let isSealed: Bool
    /// The members that have no tape of any of the times, a bit for each.
    public let missing: UInt64

    private let lake: Lake
    private let tapes: BasketTapes
    private var members: [Member]
    private let threads: Int
    private var walk: TapeWalk

    /// How many bars are held at once.
    private static let stretch = 8192

    private struct Member: Sendable {
        var place: Int
        var reading: BarReading
        var isSealed: Bool
        var valuation: Valuation
        var multiple: Int64
        var wholeness: TapeWholeness
        var holes: RepairedHoles
    }

    /// Begins to read the bars that start in from..<to.
    ///
    /// - Parameters:
    ///   - threads: 1…64, which work while ``next(isCancelled:)`` does.
    ///   - limits: what an answer may be made of, all members together.
    /// - Throws: ``QueryCostError`` before anything is read; ``BarError``; what the lake throws.
    /// - Complexity: O(days + holes of all members)
    public init(
        _ lake: Lake, _ tapes: BasketTapes, from: Int64, to: Int64, interval: Interval, threads: Int, limits: QueryLimits = QueryLimits()
    ) throws {
        self.lake = lake
        self.tapes = tapes
        self.interval = interval
        self.threads = threads
        let to = max(from, to)
        let (firstTime, lastTime) = (tapes.firstTime ?? from, tapes.lastTime ?? from - 1)
        let first = max(from, interval.start(of: firstTime))
        // The last bar is whole, also where the range ends within it.
        let bound = min(to, lastTime + 1)
        let end = bound > first ? min(interval.start(of: bound - 1) + interval.microseconds, lastTime + 1) : first
        times = first..<max(first, end)
        try tapes.check(limits, in: times)
        let range = times
        members = try tapes.held.map { place, tape in
            let reading = try BarReading(
                lake: lake, tape: tape, options: BarOptions(interval: interval, parts: []), progress: nil)
            return Member(
                place: place, reading: reading, isSealed: !tape.hasOpenDay(in: range),
                // Its scales, but not its factor, are those of all days.
                valuation: try reading.valuation(on: 0), multiple: tapes.basket.members[place].multiple,
                wholeness: BarQuery.wholeness(tape), holes: RepairedHoles(BarQuery.holes(tape)))
        }
        walk = TapeWalk(members.map(\.reading.tape), interval: interval, from: first, to: to)
        missing = tapes.missing(in: times)
        isSealed = members.allSatisfy(\.isSealed)
        revision = tapes.revision(in: times)
    }

    /// The next bars, in time order; nil at the end. A call may give none and not be the last.
    ///
    /// Where trades are being recorded, reading goes on after their day was sealed.
    ///
    /// - Parameter isCancelled: asked between the members' tapes.
    /// - Throws: what the lake throws, also where a tape that is sealed is replaced meanwhile; ``BarError``; `CancellationError` once it is
    ///   cancelled.
    /// - Complexity: O(trades of some 8,192 bars of all members); memory for the bars of all members together and of one.
    public mutating func next(isCancelled: () -> Bool = { false }) throws -> [BasketRow]? {
        guard let stretch = walk.next(bars: BasketReader.stretch) else { return nil }
        var sums: [Int64: BasketBar] = [:]
        let (lake, threads) = (lake, threads)
        for index in members.indices {
            if isCancelled() { throw CancellationError() }
            let bars = try members[index].reading.goingOn(isSealed: members[index].isSealed) { reading in
                var bars: [TradeBar] = []
                try BarQuery.bars(
                    lake, reading.tape, from: stretch.lowerBound, to: stretch.upperBound, options: reading.options, threads: threads
                ) { bars.append($0) }
                return bars
            }
            let member = members[index]
            for bar in bars {
                try sums[bar.start, default: BasketBar(start: bar.start)].add(
                    bar, member.valuation, multiple: member.multiple, member: member.place)
            }
        }
        return sums.values.sorted { $0.start < $1.start }.map { row(of: $0) }
    }

    private func row(of bar: BasketBar) -> BasketRow {
        let times = bar.start..<bar.start + interval.microseconds
        var (quality, repairs) = (BarQuality.complete, 0)
        for member in members {
            quality = max(quality, member.wholeness.quality(start: bar.start, length: interval.microseconds))
            repairs += member.holes.count(touching: times)
        }
        return BasketRow(bar: bar, quality: quality, repairs: repairs, missing: tapes.missing(in: times))
    }
}
