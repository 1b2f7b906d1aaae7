public import Lake
public import MarketModel
public import OrderFlow

/// Reads the bars of a basket for a range of time, a stretch of bars at a time; see ``BarReader``.
public struct BasketReader: Sendable {
    /// The basket.
    public var basket: Basket { reading.tapes.basket }
    /// The length of a bar.
    public var interval: Interval { reading.options.interval }
    /// The starts of the bars it gives: those of the trades that the members' tapes have.
    public var times: Range<Int64> { reading.times }
    /// Differs when anything that the bars are made of differs, also where days are still being recorded.
    public var revision: String { reading.revision }
    /// Whether none of its days is being recorded.
    public var isSealed: Bool { reading.isSealed }
    /// The members that have no tape of any of the times, a bit for each.
    public let missing: UInt64
    /// Where members' tapes miss trades or once did.
    public var holes: [TapeWholeness.Hole] { reading.members.flatMap { BarQuery.holes($0.reading.tape) } }

    private let lake: Lake
    private let threads: Int
    private var reading: BasketReading
    private var names: BasketNames

    /// How many bars are held at once.
    private static let stretch = 8192

    /// Begins to read the bars that start in from..<to.
    ///
    /// - Parameters:
    ///   - options: the interval, and what is computed of members' bars beside their flow.
    ///   - threads: 1…64, which work while ``next(isCancelled:)`` does.
    ///   - limits: what an answer may be made of, all members together.
    ///   - progress: called from any thread with the number of trades just read.
    /// - Throws: ``QueryCostError`` before anything is read; ``BarError``; what the lake throws.
    /// - Complexity: O(days + holes of all members)
    public init(
        _ lake: Lake, _ tapes: BasketTapes, from: Int64, to: Int64, options: BarOptions, threads: Int,
        limits: QueryLimits = QueryLimits(), progress: (@Sendable (Int) -> Void)? = nil
    ) throws {
        self.lake = lake
        self.threads = threads
        reading = try BasketReading(lake, tapes, from: from, to: to, options: options, limits: limits, progress: progress)
        missing = tapes.missing(in: reading.times)
        names = BasketNames(tapes.basket)
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
        guard let stretch = reading.walk.next(bars: BasketReader.stretch) else { return nil }
        var sums: [Int64: BasketBar] = [:]
        let (lake, threads) = (lake, threads)
        for index in reading.members.indices {
            if isCancelled() { throw CancellationError() }
            let bars = try reading.members[index].goingOn { reading in
                var bars: [TradeBar] = []
                try BarQuery.bars(
                    lake, reading.tape, from: stretch.lowerBound, to: stretch.upperBound, options: reading.options, threads: threads,
                    progress: reading.progress
                ) { bars.append($0) }
                return bars
            }
            let member = reading.members[index]
            for bar in bars {
                try sums[bar.start, default: BasketBar(start: bar.start)].add(
                    bar, member.valuation, multiple: member.multiple, member: member.place)
            }
        }
        var rows: [BasketRow] = []
        for start in sums.keys.sorted() {
            if let bar = sums[start] { rows.append(try row(of: bar)) }
        }
        return rows
    }

    private mutating func row(of bar: BasketBar) throws(BarError) -> BasketRow {
        let missing = reading.tapes.missing(in: reading.times(ofBarAt: bar.start))
        return try BasketRow(
            bar, hasBase: basket.base != nil, quality: reading.quality(at: bar.start), repairs: reading.repairs(at: bar.start),
            missing: missing, names: names.names(contributors: bar.contributors, missing: missing))
    }
}
