import Lake
import MarketModel
import OrderFlow
import Synchronization

/// Reads stretches of a tape into bars.
struct BarReading: Sendable {
    let lake: Lake
    let tape: TapeSummary
    let options: BarOptions
    let progress: (@Sendable (Int) -> Void)?
    private let runs: [Run]
    private let valuations: [Valuation]

    /// Days with the same contract size are read together: the size is part of how a segment is valued.
    private struct Run {
        var size: FixedPoint
        var from: Int64
        var to: Int64
    }

    init(lake: Lake, tape: TapeSummary, options: BarOptions, progress: (@Sendable (Int) -> Void)?) throws {
        self.lake = lake
        self.tape = tape
        self.options = options
        self.progress = progress
        let runs = BarReading.runs(of: tape.days)
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

    /// The same of the tape as it is now, as after its newest day was sealed; nil where bars are valued by other scales than before.
    func renewed() throws -> BarReading? {
        guard let now = try lake.tape(venue: tape.instrument.venue, symbol: tape.instrument.symbol), now.scales == tape.scales else {
            return nil
        }
        let reading = try BarReading(lake: lake, tape: now, options: options, progress: progress)
        return reading.valuations.first == valuations.first ? reading : nil
    }

    /// Reads something, and where its newest day was sealed meanwhile, once more from there.
    ///
    /// - Parameter isSealed: whether nothing was being recorded into it: what takes its place then is another tape, and an error.
    mutating func goingOn<Result>(isSealed: Bool, _ body: (BarReading) throws -> Result) throws -> Result {
        guard !isSealed else { return try body(self) }
        var isStale = false
        return try LakeError.retrying {
            if isStale, let renewed = try renewed() { self = renewed }
            // What fails from here on is read from a new summary.
            isStale = true
            return try body(self)
        }
    }

    func valuation(on run: Int) throws -> Valuation {
        guard valuations.indices.contains(run) else { throw BarError.valuation }
        return valuations[run]
    }

    /// The bars of the trades with a time in `stretch`.
    func bars(of stretch: Range<Int64>, threads: Int) throws -> [TradeBar] {
        let told = ToldOnce(progress)
        do {
            return try bars(of: stretch, options, threads: threads) { told.advance(by: $0) }
        } catch let error as BarError where error == .reordered {
            var patient = options
            patient.lateness = BarOptions.unbounded
            told.restart()
            return try bars(of: stretch, patient, threads: threads) { told.advance(by: $0) }
        }
    }

    private func bars(
        of stretch: Range<Int64>, _ options: BarOptions, threads: Int, progress: @escaping @Sendable (Int) -> Void
    ) throws -> [TradeBar] {
        let whole = Mutex(try BarSegment(options: options, valuation: valuation(on: 0)))
        for part in parts(of: stretch) {
            let valuation = part.valuation
            if threads == 1 {
                // One segment takes all trades as they come, and none is kept to be added later.
                try whole.withLock { try $0.value(by: valuation) }
                try lake.read(
                    part.tape, from: part.from, to: part.to, columns: .bars, threads: 1, progress: progress,
                    reduction: TapeReduction(begin: { _ in }, add: { _, trades in try whole.withLock { try $0.add(trades) } }),
                    fold: { _ in })
            } else {
                try lake.read(
                    part.tape, from: part.from, to: part.to, columns: .bars, threads: threads, progress: progress,
                    reduction: TapeReduction(
                        begin: { _ in try BarSegment(options: options, valuation: valuation, follows: true) },
                        add: { segment, trades in try segment.add(trades) }),
                    fold: { part in try whole.withLock { try $0.append(part) } })
            }
        }
        return whole.withLock { $0.takeAll() }
    }

    /// The trades of a stretch that are valued in one way.
    struct Part: Sendable {
        var tape: TapeSummary
        var from: Int64
        var to: Int64
        var valuation: Valuation
    }

    /// What is read of a stretch, run by run.
    func parts(of stretch: Range<Int64>) -> [Part] {
        zip(runs, valuations).compactMap { run, valuation in
            part(of: run, in: stretch).map { Part(tape: $0.tape, from: $0.from, to: $0.to, valuation: valuation) }
        }
    }

    /// What is read of the days of a run for a stretch; nil if nothing.
    private func part(of run: Run, in stretch: Range<Int64>) -> (tape: TapeSummary, from: Int64, to: Int64)? {
        guard tape.clock == .arrival else {
            guard run.from < stretch.upperBound, run.to > stretch.lowerBound else { return nil }
            return (tape, max(stretch.lowerBound, run.from), min(stretch.upperBound, run.to))
        }
        // The trades of these days, whenever they arrived.
        var part = tape
        part.days.removeAll { $0.date.microseconds < run.from || $0.date.microseconds >= run.to }
        return (part, stretch.lowerBound, stretch.upperBound)
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

/// The progress through a stretch that may be read twice: what was told the first time is not told again.
private final class ToldOnce: Sendable {
    private let progress: (@Sendable (Int) -> Void)?
    private let rows = Mutex((told: 0, read: 0))

    init(_ progress: (@Sendable (Int) -> Void)?) { self.progress = progress }

    /// The stretch is read from its start again.
    func restart() { rows.withLock { $0.read = 0 } }

    func advance(by count: Int) {
        let new = rows.withLock { rows in
            rows.read += count
            let new = max(0, rows.read - rows.told)
            rows.told += new
            return new
        }
        if new > 0 { progress?(new) }
    }
}
