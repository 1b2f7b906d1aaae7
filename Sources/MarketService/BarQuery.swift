public import Lake
import MarketModel
public import OrderFlow
import Pipeline
import Synchronization

/// Rows of datasets out of the lake, for a range of time.
public enum BarQuery {
    /// Calls `body` with each row whose bar starts in `from..<to`, in time order, on the caller's thread.
    ///
    /// With toxicity scores the tape is read from the start of the month that holds `from`, because they run with the month.
    ///
    ///     try BarQuery.rows(lake, tape, from: nil, to: nil, options: BarOptions(interval: .m1, columns: columns), threads: 2) { row in
    ///         try file.append(row, time: row.time)
    ///     }
    ///
    /// - Parameters:
    ///   - from: microseconds since the epoch, or nil for the tape's first trade.
    ///   - to: exclusive; or nil for its last.
    ///   - threads: 1…64.
    ///   - progress: called from any thread with the number of rows just read.
    /// - Throws: ``BarError``, the lake's error if a file is missing or damaged, or what `body` throws.
    /// - Complexity: O(trades in the range); memory for 16,384 bars, and for the trades of open bars where columns need order statistics.
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

        let reading = try Reading(lake: lake, tape: tape, options: options, threads: threads, progress: progress)
        var rows = try BarRows(options: options, valuation: reading.valuation(on: 0), wholeness: wholeness(tape))
        var chunks = Chunks(tape: tape, interval: interval, threads: threads, next: start, end: end)
        var ahead = ReadAhead(reading, chunks.next())
        while let current = ahead {
            let bars = try current.bars()
            // While these rows are written, the next ones are read.
            ahead = ReadAhead(reading, chunks.next())
            do {
                for bar in bars {
                    let row = rows.next(bar)
                    if from.map({ bar.start >= $0 }) ?? true, to.map({ bar.start < $0 }) ?? true { try body(row) }
                }
            } catch {
                _ = try? ahead?.bars()
                throw error
            }
        }
    }

    /// Calls `body` with each bar of the trades with from <= time < to, in time order: bars without scores or quality.
    ///
    /// - Parameters:
    ///   - from: microseconds since the epoch; the first bar holds the trades from here on.
    ///   - to: exclusive.
    ///   - threads: 1…64.
    /// - Throws: as ``rows(_:_:from:to:options:threads:progress:_:)``.
    /// - Complexity: O(trades in the range); memory for 8,192 bars.
    public static func bars(
        _ lake: Lake, _ tape: TapeSummary, from: Int64, to: Int64, options: BarOptions, threads: Int, _ body: (TradeBar) throws -> Void
    ) throws {
        guard let firstTime = tape.firstTime, let lastTime = tape.lastTime, max(from, firstTime) < min(to, lastTime + 1) else { return }
        let reading = try Reading(lake: lake, tape: tape, options: options, threads: threads, progress: nil)
        var chunks = Chunks(
            tape: tape, interval: options.interval, threads: threads, next: max(from, firstTime), end: min(to, lastTime + 1))
        while let chunk = chunks.next() {
            for bar in try reading.bars(from: max(from, chunk.lowerBound), to: chunk.upperBound) { try body(bar) }
        }
    }

    static func wholeness(_ tape: TapeSummary) -> TapeWholeness {
        TapeWholeness(holes: tape.holes.map { TapeWholeness.Hole(from: $0.timeFrom, to: $0.timeTo, isRepaired: $0.state == .repaired) })
    }

    static func monthStart(_ time: Int64) -> Int64 {
        let date = CivilDate(microseconds: time)
        return CivilDate(year: date.year, month: date.month, day: 1)?.microseconds ?? time
    }
}

/// The stretches in which a tape is read: they begin and end with bars, so no bar is in two of them.
private struct Chunks {
    private let tape: TapeSummary
    private let interval: Interval
    private let length: Int64
    private var position: Int64
    private let end: Int64

    init(tape: TapeSummary, interval: Interval, threads: Int, next: Int64, end: Int64) {
        self.tape = tape
        self.interval = interval
        self.end = end
        position = interval.start(of: next)
        // Whole days where that is not too much, so that no file is read for two stretches, and as many for each thread.
        let longest = Chunks.bars * interval.microseconds
        let days = longest / CivilDate.dayLength
        let even = Int64(threads) <= days ? days - days % Int64(threads) : days
        length = days == 0 || interval > .d1 ? longest : even * CivilDate.dayLength
    }

    /// How many bars a stretch holds at most; one is read while the one before is written.
    private static var bars: Int64 { 8192 }

    mutating func next() -> Range<Int64>? {
        guard position < end else { return nil }
        // Tapes may pause for years.
        guard let resumption = tape.days.first(where: { $0.lastTime >= position })?.firstTime else { return nil }
        let start = max(position, interval.start(of: resumption))
        guard start < end else { return nil }
        position = start + length
        return start..<min(position, end)
    }
}

/// A stretch of tape that is being read.
private struct ReadAhead {
    private let thread: JoinableThread?
    private let outcome: Outcome

    private final class Outcome: Sendable {
        let result = Mutex<Result<[TradeBar], any Error>?>(nil)
    }

    /// Begins to read, on a thread of its own if more than one may work and the system gives one; nil if there is nothing to read.
    init?(_ reading: Reading, _ chunk: Range<Int64>?) {
        guard let chunk else { return nil }
        let outcome = Outcome()
        let read: @Sendable () -> Void = {
            let result = Result { try reading.bars(from: chunk.lowerBound, to: chunk.upperBound) }
            outcome.result.withLock { $0 = result }
        }
        self.outcome = outcome
        thread = reading.threads > 1 ? JoinableThread(read) : nil
        if thread == nil { read() }
    }

    /// Waits for the bars; to be called once.
    func bars() throws -> [TradeBar] {
        thread?.join()
        return try outcome.result.withLock { $0.take() }?.get() ?? []
    }
}

/// Reads stretches of a tape into bars.
private struct Reading: Sendable {
    let lake: Lake
    let tape: TapeSummary
    let options: BarOptions
    let threads: Int
    let progress: (@Sendable (Int) -> Void)?
    private let runs: [Run]
    private let valuations: [Valuation]

    /// Days with the same contract size are read together: the size is part of how a segment is valued.
    private struct Run {
        var size: FixedPoint
        var from: Int64
        var to: Int64
    }

    init(lake: Lake, tape: TapeSummary, options: BarOptions, threads: Int, progress: (@Sendable (Int) -> Void)?) throws {
        self.lake = lake
        self.tape = tape
        self.options = options
        self.threads = threads
        self.progress = progress
        let runs = Reading.runs(of: tape.days)
        let sizeScale = runs.map(\.size.scale).max() ?? 0
        self.runs = runs
        valuations = try runs.map { run in
            guard
                let valuation = Valuation(
                    kind: tape.instrument.kind, scales: tape.scales, contractSize: run.size, sizeScale: sizeScale)
            else { throw BarError.valuation }
            return valuation
        }
    }

    func valuation(on run: Int) throws -> Valuation {
        guard valuations.indices.contains(run) else { throw BarError.valuation }
        return valuations[run]
    }

    /// The bars of the trades with from <= time < to.
    func bars(from: Int64, to: Int64) throws -> [TradeBar] {
        do {
            return try bars(from: from, to: to, options)
        } catch let error as BarError where error == .reordered {
            var patient = options
            patient.lateness = BarOptions.unbounded
            return try bars(from: from, to: to, patient)
        }
    }

    private func bars(from: Int64, to: Int64, _ options: BarOptions) throws -> [TradeBar] {
        let days = tape.days.filter { $0.firstTime < to && $0.lastTime >= from }
        // Where a bar is much of a segment, segments that follow one another leave little to do side by side; days do not.
        if options.interval <= .d1, !options.isMergeable, days.count >= 2 * threads {
            return try bars(of: days, from: from, to: to, options)
        }
        let whole = Mutex(try BarSegment(options: options, valuation: valuation(on: 0)))
        for (run, valuation) in zip(runs, valuations) where run.from < to && run.to > from {
            try lake.read(
                tape, from: max(from, run.from), to: min(to, run.to), columns: .bars, threads: threads, progress: progress,
                reduction: TapeReduction(
                    begin: { _ in try BarSegment(options: options, valuation: valuation, follows: true) },
                    add: { segment, trades in try segment.add(trades) }),
                fold: { part in try whole.withLock { try $0.append(part) } })
        }
        return whole.withLock { $0.takeAll() }
    }

    /// The bars of some days, none longer than a day: each day is read by one thread, from its first trade to its last.
    private func bars(of days: [TapeDay], from: Int64, to: Int64, _ options: BarOptions) throws -> [TradeBar] {
        let rest = Mutex(days[...])
        let bars = Mutex<[TradeBar]>([])
        try OrderedPipeline.run(threads: threads) {
            rest.withLock { $0.popFirst() }
        } work: { day in
            let start = max(from, day.date.microseconds)
            let end = min(to, day.date.microseconds + CivilDate.dayLength)
            guard let run = runs.firstIndex(where: { $0.from <= start && start < $0.to }) else { throw BarError.valuation }
            let whole = Mutex(try BarSegment(options: options, valuation: valuation(on: run)))
            try lake.read(
                tape, from: start, to: end, columns: .bars, threads: 1, progress: progress,
                reduction: TapeReduction(begin: { _ in }, add: { _, trades in try whole.withLock { try $0.add(trades) } }), fold: { _ in })
            return whole.withLock { $0.takeAll() }
        } consume: { part in
            bars.withLock { $0 += part }
        }
        return bars.withLock { $0 }
    }

    private static func runs(of days: [TapeDay]) -> [Run] {
        var runs: [Run] = []
        for day in days {
            let end = day.date.microseconds + CivilDate.dayLength
            if let last = runs.last, last.size == day.contractSize.normalized {
                runs[runs.count - 1].to = end
            } else {
                runs.append(Run(size: day.contractSize.normalized, from: day.date.microseconds, to: end))
            }
        }
        return runs
    }
}
