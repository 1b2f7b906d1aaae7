public import Lake
public import MarketModel
public import OrderFlow

/// Reads footprints of a basket whose members trade one coin, a stretch of bars at a time; see ``FootprintReader``.
public struct BasketFootprintReader: Sendable {
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

    private let threads: Int
    private var reading: BasketReading

    /// How many bars are held at once, of at most a day: each price of each bar of each member takes memory.
    private static let stretch = 1024

    /// Begins to read the bars that start in from..<to.
    ///
    /// - Throws: ``QueryCostError`` before anything is read; ``BarError``; what the lake throws.
    /// - Complexity: O(days + holes of all members)
    public init(
        _ lake: Lake, _ tapes: BasketTapes, from: Int64, to: Int64, interval: Interval, threads: Int, limits: QueryLimits = QueryLimits()
    ) throws {
        self.threads = threads
        let options = BarOptions(interval: interval, parts: [])
        reading = try BasketReading(lake, tapes, from: from, to: to, options: options, limits: limits, progress: nil)
        missing = tapes.missing(in: reading.times)
    }

    /// The next bars, in time order, each with its quality; nil at the end. A call may give none and not be the last.
    ///
    /// - Parameter isCancelled: asked between the members' tapes.
    /// - Throws: what the lake throws; ``BarError``; `CancellationError` once it is cancelled.
    /// - Complexity: O(trades of some thousand bars of all members); memory for each price of each bar of each member.
    public mutating func next(isCancelled: () -> Bool = { false }) throws -> [(bar: BasketFootprint, quality: BarQuality)]? {
        guard let stretch = reading.walk.next(bars: BasketFootprintReader.stretch, atMost: CivilDate.dayLength) else { return nil }
        var members: [BasketFootprint.Member] = []
        let threads = threads
        for index in reading.members.indices {
            if isCancelled() { throw CancellationError() }
            let sums = try reading.members[index].goingOn { try $0.footprintSums(of: stretch, threads: threads) }
            members.append((sums, reading.members[index].multiple))
        }
        return try BasketFootprint.together(members).map { ($0, reading.quality(at: $0.start)) }
    }
}
