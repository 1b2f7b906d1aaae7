public import Lake
public import MarketModel
public import OrderFlow
import Pipeline
import Synchronization

/// Reads the rows of a dataset for a range of time, a stretch of bars at a time: what ``BarQuery`` gives, for whoever takes it piece by piece.
///
///     var reader = try BarReader.open(lake, venue: .binanceSpot, symbol: "BTCUSDT", from: start, to: end, options: options, threads: 2)
///     while let rows = try reader?.next() { … }
public struct BarReader: Sendable {
    /// The instrument.
    public let instrument: Instrument
    /// How the rows are valued.
    public let valuation: Valuation
    /// The starts of the bars it gives: those of the trades that the tape has.
    public let times: Range<Int64>
    /// Differs when anything that the rows are made of differs, also where days are still being recorded.
    public let revision: String
    /// Whether no trades are being recorded into days that the rows are made of.
    public let isSealed: Bool

    private let lake: Lake
    private let options: BarOptions
    private let threads: Int
    private var reading: BarReading
    private var rows: BarRows
    private var stretches: BarStretches
    private let holes: RepairedHoles

    /// Begins to read the bars that start in from..<to.
    ///
    /// - Parameters:
    ///   - threads: 1…64, which work while ``next()`` does.
    ///   - limits: what an answer may be made of.
    /// - Returns: nil if there is no tape of the instrument.
    /// - Throws: ``QueryCostError`` before anything is read; ``BarError``; what the lake throws.
    /// - Complexity: O(days + holes)
    public static func open(
        _ lake: Lake, venue: Venue, symbol: String, from: Int64, to: Int64, options: BarOptions, threads: Int,
        limits: QueryLimits = QueryLimits()
    ) throws -> BarReader? {
        guard let tape = try lake.tape(venue: venue, symbol: symbol) else { return nil }
        return try open(lake, tape, from..<max(from, to), options, threads: threads, limits: limits)
    }

    static func open(
        _ lake: Lake, _ tape: TapeSummary, _ range: Range<Int64>, _ options: BarOptions, threads: Int, limits: QueryLimits
    ) throws -> BarReader { try BarReader(lake, tape, range, options, threads, limits) }

    private init(
        _ lake: Lake, _ tape: TapeSummary, _ range: Range<Int64>, _ options: BarOptions, _ threads: Int, _ limits: QueryLimits
    ) throws {
        self.lake = lake
        self.options = options
        self.threads = threads
        instrument = tape.instrument
        let interval = options.interval
        let (firstTime, lastTime) = (tape.firstTime ?? range.lowerBound, tape.lastTime ?? range.lowerBound - 1)
        let first = max(range.lowerBound, interval.start(of: firstTime))
        // The last bar is whole, also where the range ends within it.
        let bound = min(range.upperBound, lastTime + 1)
        let end = bound > first ? min(interval.start(of: bound - 1) + interval.microseconds, lastTime + 1) : first
        times = first..<max(first, end)
        // Scores run with the month.
        let month = options.parts.contains(.variance) ? BarQuery.monthStart(interval.start(of: first)) : first
        let start = max(interval.start(of: firstTime), interval.start(of: min(first, month)))
        try limits.check(trades: QueryCost.trades(of: tape.days, in: start..<max(start, end)))
        reading = try BarReading(lake: lake, tape: tape, options: options, progress: nil)
        valuation = try tape.days.isEmpty ? Valuation(of: tape) : reading.valuation(on: 0)
        rows = BarRows(options: options, valuation: valuation, wholeness: BarQuery.wholeness(tape))
        stretches = BarStretches(tape: tape, interval: interval, range: start..<max(start, end), threads: threads)
        holes = RepairedHoles(BarQuery.holes(tape))
        let days = tape.days.filter { $0.firstTime < max(start, end) && $0.lastTime >= start }
        isSealed = !days.contains(where: \.isOpen)
        let facts =
            days.map { "\($0.contentHash) \($0.contractSize.normalized)" } + BarQuery.holes(tape).map { "\($0)" } + [
                "\(tape.scales) \(times)"
            ]
        revision = String(SHA256.hexadecimal(of: facts.joined(separator: "\n")).prefix(32))
    }

    /// The next rows, in time order; nil at the end. A call may give none and not be the last.
    ///
    /// Where trades are being recorded, reading goes on after their day was sealed.
    ///
    /// - Throws: what the lake throws, also where a tape that is sealed is replaced meanwhile; ``BarError``.
    /// - Complexity: O(trades of some 32,768 bars)
    public mutating func next() throws -> [BarRow]? {
        var batch: [Range<Int64>] = []
        while batch.count < stretches.sideBySide, let stretch = stretches.next() { batch.append(stretch) }
        guard !batch.isEmpty else { return nil }
        let threadsEach = stretches.threadsEach
        let bars = try reading.goingOn(isSealed: isSealed) { reading in
            let bars = Mutex<[TradeBar]>([])
            let waiting = Mutex(batch[...])
            try OrderedPipeline.run(threads: batch.count) {
                waiting.withLock { $0.popFirst() }
            } work: { stretch in
                try reading.bars(of: stretch, threads: threadsEach)
            } consume: { more in
                bars.withLock { $0 += more }
            }
            return bars.withLock { $0 }
        }
        return bars.compactMap { bar in
            let row = rows.next(bar)
            return bar.start >= times.lowerBound && bar.start < times.upperBound ? row : nil
        }
    }

    /// The length of a bar.
    public var interval: Interval { options.interval }

    /// How many repairs a bar has had: the holes it shares an instant with that have been filled.
    public func repairs(of row: BarRow) -> Int { holes.count(touching: row.time..<row.time + options.interval.microseconds) }
}

extension Valuation {
    /// That of a tape without trades.
    init(of tape: TapeSummary) throws {
        guard let valuation = Valuation(kind: tape.instrument.kind, scales: tape.scales, contractSize: tape.instrument.contractSize) else {
            throw BarError.valuation
        }
        self = valuation
    }
}

/// Holes that were filled, for counting those that touch a bar.
struct RepairedHoles: Sendable {
    private let from: [Int64]
    private let to: [Int64]

    init(_ holes: [TapeWholeness.Hole]) {
        let repaired = holes.filter(\.isRepaired)
        from = repaired.map(\.from).sorted()
        to = repaired.map(\.to).sorted()
    }

    /// How many begin before the end of some times, less those that ended before their start.
    ///
    /// - Complexity: O(log holes)
    func count(touching times: Range<Int64>) -> Int {
        RepairedHoles.rank(of: times.upperBound, in: from) - RepairedHoles.rank(of: times.lowerBound, in: to)
    }

    /// How many values are less.
    private static func rank(of limit: Int64, in values: [Int64]) -> Int {
        var (low, high) = (0, values.count)
        while low < high {
            let middle = (low + high) / 2
            if values[middle] < limit { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
