public import Lake
public import MarketModel
import OrderFlow

/// The trades of an instrument in a range of time that ends with a whole millisecond, and where to go on.
///
///     guard var page = try TradePage.open(lake, venue: .binanceSpot, symbol: "BTCUSDT", from: start, to: end, atLeast: 1000) else { … }
///     while let trades = try page.next() { … }
///     // Then again with from: page.goesOnAt
///
/// Pages that follow each other hold each trade once: none ends within a millisecond, since clients that keep milliseconds go on with the
/// next one.
public struct TradePage: Sendable {
    /// The instrument.
    public let instrument: Instrument
    /// The times of its trades, the end excluded, in microseconds since 1970-01-01 UTC.
    public let times: Range<Int64>
    /// Where the next page begins; nil if the range holds no more trades.
    public let goesOnAt: Int64?
    /// Whether trades are known to be missing in its times.
    public let quality: BarQuality
    /// Digits after the point of the prices and quantities that ``next()`` gave last.
    public private(set) var scales: Scales
    /// Differs when anything that the page holds differs, also where its days are still being recorded.
    public let revision: String

    private let lake: Lake
    private let columns: TapeColumnSet
    private let days: [TapeDay]
    private var reader: TapeReader
    private var position: Int64

    /// Finds the trades with from <= time < to, or the first of them, and reads none but their times.
    ///
    /// - Parameters:
    ///   - count: where the page ends: with the millisecond in which the trade of this number lies; nil for no end.
    ///   - columns: what is wanted of each trade, beside its time.
    ///   - isCancelled: asked between reads.
    /// - Returns: nil if there is no tape of the instrument.
    /// - Throws: ``QueryCostError`` before anything is read; what the lake throws; `CancellationError` once it is cancelled.
    /// - Complexity: O(days + count), and O(trades of a row group) for where the range begins.
    public static func open(
        _ lake: Lake, venue: Venue, symbol: String, from: Int64, to: Int64, atLeast count: Int?, columns: TapeColumnSet = .all,
        limits: QueryLimits = QueryLimits(), isCancelled: () -> Bool = { false }
    ) throws -> TradePage? {
        try LakeError.retrying {
            guard let tape = try lake.tape(venue: venue, symbol: symbol) else { return nil }
            return try TradePage(lake, tape, from, to, count, columns, limits, isCancelled)
        }
    }

    init(
        _ lake: Lake, _ tape: TapeSummary, _ from: Int64, _ to: Int64, _ count: Int?, _ columns: TapeColumnSet, _ limits: QueryLimits,
        _ isCancelled: () -> Bool
    ) throws {
        let start = max(from, tape.firstTime ?? from)
        let end = max(start, min(to, (tape.lastTime ?? start - 1) + 1))
        if count == nil { try limits.check(trades: QueryCost.trades(of: tape.days, in: start..<end)) }
        let bound = try count.map { try TradePage.end(lake, tape, start..<end, $0, isCancelled) }
        self.lake = lake
        self.columns = columns
        instrument = tape.instrument
        scales = tape.scales
        // Without an end of its own the page is all that was asked for, also where no trade is yet.
        times = from..<max(from, bound?.end ?? to)
        goesOnAt = bound?.hasMore == true ? bound?.end : nil
        let held = start..<max(start, min(end, times.upperBound))
        let days = tape.days.filter { $0.firstTime < held.upperBound && $0.lastTime >= held.lowerBound }
        self.days = days
        quality = BarQuery.wholeness(tape).quality(start: held.lowerBound, length: held.upperBound - held.lowerBound)
        let facts = days.map(\.contentHash) + ["\(tape.scales) \(quality) \(times) \(goesOnAt ?? 0)"]
        revision = String(SHA256.hexadecimal(of: facts.joined(separator: "\n")).prefix(32))
        reader = try lake.reader(tape, from: times.lowerBound, to: times.upperBound, columns: columns)
        position = times.lowerBound
    }

    /// The next trades, ascending by time and in tape order within one time, about 260,000 at most; nil at the end.
    ///
    /// Where the tape is replaced meanwhile, as when a day is sealed, reading goes on with the new one: the trades of one time are never
    /// divided, so none comes twice.
    ///
    /// - Throws: what the lake throws.
    public mutating func next() throws -> TradeColumns? {
        var isStale = false
        return try LakeError.retrying {
            if isStale, let tape = try lake.tape(venue: instrument.venue, symbol: instrument.symbol) {
                scales = tape.scales
                reader = try lake.reader(tape, from: position, to: times.upperBound, columns: columns)
            }
            // What fails from here on is read from a new summary.
            isStale = true
            guard let trades = try reader.next() else { return nil }
            position = (trades.time.last ?? position) + 1
            return trades
        }
    }

    /// What its trades are worth, at the scales that hold now.
    public var valuations: DayValuations { DayValuations(instrument, days, scales: scales) }

    /// Where a page of so many trades ends, and whether more follow in the range.
    private static func end(
        _ lake: Lake, _ tape: TapeSummary, _ range: Range<Int64>, _ count: Int, _ isCancelled: () -> Bool
    ) throws -> (end: Int64, hasMore: Bool) {
        var reader = try lake.reader(tape, from: range.lowerBound, to: range.upperBound, columns: .time)
        var seen = 0
        var end: Int64?
        while let times = try reader.next()?.time {
            if isCancelled() { throw CancellationError() }
            if end == nil, seen + times.count >= count {
                let last = times[count - seen - 1]
                end = min(range.upperBound, last - last % 1000 + 1000)
            }
            seen += times.count
            if let end, let newest = times.last, newest >= end { return (end, true) }
        }
        return (end ?? range.upperBound, false)
    }

    /// The time at which the newest trades of an instrument begin, at the start of a millisecond; nil if there are none.
    ///
    /// - Complexity: O(count + rows of one row group).
    public static func start(ofNewest count: Int, _ lake: Lake, venue: Venue, symbol: String) throws -> Int64? {
        try LakeError.retrying {
            guard let tape = try lake.tape(venue: venue, symbol: symbol),
                let time = try lake.newest(tape, count: count).time.min()
            else { return nil }
            return time - time % 1000
        }
    }
}
