public import Lake
import MarketModel
public import OrderFlow
import Pipeline
import Synchronization

/// Rows of datasets out of the lake, for a range of time.
public enum BarQuery {
    /// Calls `body` with each row whose bar starts in `from..<to`, in time order: one call at a time, from whichever thread is free.
    ///
    /// With toxicity scores the tape is read from the start of the month that holds `from`, because they run with the month.
    ///
    ///     try BarQuery.rows(lake, tape, from: nil, to: nil, options: BarOptions(interval: .m1, columns: columns), threads: 2) { row in
    ///         try file.append(row)
    ///     }
    ///
    /// - Parameters:
    ///   - from: microseconds since the epoch, or nil for the tape's first trade.
    ///   - to: exclusive; or nil for its last.
    ///   - threads: 1…64.
    ///   - progress: called from any thread with the number of rows just read.
    /// - Throws: ``BarError``, the lake's error if a file is missing or damaged, or what `body` throws.
    /// - Complexity: O(trades in the range); memory for 32,768 bars, and for the trades of open bars where columns need order statistics.
    public static func rows(
        _ lake: Lake, _ tape: TapeSummary, from: Int64?, to: Int64?, options: BarOptions, threads: Int,
        progress: (@Sendable (Int) -> Void)? = nil, _ body: (BarRow) throws -> Void
    ) throws {
        guard let firstTime = tape.firstTime, let lastTime = tape.lastTime else { return }
        let interval = options.interval
        let first = from ?? firstTime
        let monthStart = options.parts.contains(.variance) ? BarQuery.monthStart(interval.start(of: first)) : first
        let start = max(interval.start(of: firstTime), interval.start(of: min(first, monthStart)))
        let end = min(to.map { interval.start(of: $0 - 1) + interval.microseconds } ?? .max, lastTime + 1)
        guard start < end else { return }
        let reading = try BarReading(lake: lake, tape: tape, options: options, progress: progress)
        var rows = try BarRows(options: options, valuation: reading.valuation(on: 0), wholeness: wholeness(tape))
        try read(reading, start..<end, threads: threads) { bar in
            let row = rows.next(bar)
            if from.map({ bar.start >= $0 }) ?? true, to.map({ bar.start < $0 }) ?? true { try body(row) }
        }
    }

    /// Calls `body` with each bar of the trades with from <= time < to, in time order: bars without scores or quality.
    ///
    /// - Parameters:
    ///   - from: microseconds since the epoch; the first bar holds the trades from here on.
    ///   - to: exclusive.
    ///   - threads: 1…64.
    ///   - progress: called from any thread with the number of rows just read.
    /// - Throws: as ``rows(_:_:from:to:options:threads:progress:_:)``.
    /// - Complexity: O(trades in the range); memory for 32,768 bars.
    public static func bars(
        _ lake: Lake, _ tape: TapeSummary, from: Int64, to: Int64, options: BarOptions, threads: Int,
        progress: (@Sendable (Int) -> Void)? = nil, _ body: (TradeBar) throws -> Void
    ) throws {
        guard let firstTime = tape.firstTime, let lastTime = tape.lastTime, max(from, firstTime) < min(to, lastTime + 1) else { return }
        let reading = try BarReading(lake: lake, tape: tape, options: options, progress: progress)
        try read(reading, max(from, firstTime)..<min(to, lastTime + 1), threads: threads, body)
    }

    /// Reads a range stretch by stretch; while the bars of one are consumed, the next ones are read.
    private static func read(
        _ reading: BarReading, _ range: Range<Int64>, threads: Int, _ body: (TradeBar) throws -> Void
    ) throws {
        let stretches = BarStretches(tape: reading.tape, interval: reading.options.interval, range: range, threads: threads)
        try withoutActuallyEscaping(body) { body in
            let sink = BarSink(body: body)
            let rest = Mutex(stretches)
            try OrderedPipeline.run(threads: stretches.sideBySide) {
                rest.withLock { $0.next() }
            } work: { stretch in
                try reading.bars(of: stretch, threads: stretches.threadsEach)
            } consume: { bars in
                for bar in bars { try sink.body(bar) }
            }
        }
    }

    /// All that is or was missing of a tape, by time.
    static func holes(_ tape: TapeSummary) -> [TapeWholeness.Hole] {
        tape.holes.map { TapeWholeness.Hole(from: $0.timeFrom, to: $0.timeTo, isRepaired: $0.state == .repaired) }
            + tape.losses.map { TapeWholeness.Hole(from: $0.timeFrom, to: $0.timeTo, isRepaired: $0.state == .repaired) }
    }

    static func wholeness(_ tape: TapeSummary) -> TapeWholeness {
        TapeWholeness(holes: holes(tape))
    }

    static func monthStart(_ time: Int64) -> Int64 {
        let date = CivilDate(microseconds: time)
        return CivilDate(year: date.year, month: date.month, day: 1)?.microseconds ?? time
    }
}

/// Where the bars of a pipeline go.
///
/// `@unchecked Sendable`: a pipeline hands on its results one at a time, each after the one before.
private struct BarSink: @unchecked Sendable {
    let body: (TradeBar) throws -> Void
}
