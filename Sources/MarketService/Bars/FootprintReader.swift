public import Lake
public import MarketModel
public import OrderFlow

/// Reads footprints of an instrument for a range of time, a stretch of bars at a time; see ``BarReader``.
public struct FootprintReader: Sendable {
    /// The instrument.
    public let instrument: Instrument
    /// The length of a bar.
    public let interval: Interval
    /// The starts of the bars it gives: those of the trades that the tape has.
    public let times: Range<Int64>
    /// Differs when anything that the bars are made of differs, also where days are still being recorded.
    public let revision: String
    /// Whether no trades are being recorded into days that the rows are made of.
    public let isSealed: Bool

    private var reading: BarReading
    private let wholeness: TapeWholeness
    private let threads: Int
    private var stretches: BarStretches

    /// Begins to read the bars that start in from..<to.
    ///
    /// - Returns: nil if there is no tape of the instrument.
    /// - Throws: ``QueryCostError`` before anything is read; ``BarError``; what the lake throws.
    public static func open(
        _ lake: Lake, venue: Venue, symbol: String, from: Int64, to: Int64, interval: Interval, threads: Int,
        limits: QueryLimits = QueryLimits()
    ) throws -> FootprintReader? {
        guard let tape = try lake.tape(venue: venue, symbol: symbol) else { return nil }
        let bars = try BarReader.open(
            lake, tape, from..<max(from, to), BarOptions(interval: interval, parts: []), threads: threads, limits: limits)
        return try FootprintReader(lake, tape, bars, threads)
    }

    private init(_ lake: Lake, _ tape: TapeSummary, _ bars: BarReader, _ threads: Int) throws {
        instrument = tape.instrument
        interval = bars.interval
        times = bars.times
        revision = bars.revision
        isSealed = bars.isSealed
        self.threads = threads
        reading = try BarReading(lake: lake, tape: tape, options: BarOptions(interval: interval, parts: []), progress: nil)
        wholeness = BarQuery.wholeness(tape)
        stretches = BarStretches(tape: tape, interval: interval, range: times, threads: threads)
    }

    /// The next bars, in time order, each with its quality; nil at the end.
    ///
    /// - Throws: what the lake throws; ``BarError``.
    /// - Complexity: O(trades of some thousand bars); memory for each price of each bar.
    public mutating func next() throws -> [(bar: Footprint, quality: BarQuality)]? {
        guard let stretch = stretches.next() else { return nil }
        let threads = threads
        return try reading.goingOn(isSealed: isSealed) { try $0.footprints(of: stretch, threads: threads) }.map { bar in
            (bar, wholeness.quality(start: bar.start, length: interval.microseconds))
        }
    }
}
