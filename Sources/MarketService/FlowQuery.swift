public import Lake
import MarketModel
public import OrderFlow
import Synchronization

/// Flow out of the lake, for a range of time.
public enum FlowQuery {
    /// Computes the bars that start in `from..<to`, and those before them that their scores depend on.
    ///
    /// The tape is read from the start of the month that holds `from`, because toxicity scores run with the month.
    ///
    /// - Parameters:
    ///   - from: microseconds since the epoch, or nil for the tape's first trade.
    ///   - to: exclusive; or nil for its last.
    ///   - threads: 1…64.
    ///   - progress: called from any thread with the number of rows just read.
    /// - Throws: ``FlowError``, or the lake's error if a file is missing or damaged.
    /// - Complexity: O(trades in the range); memory does not depend on their number.
    public static func flow(
        _ lake: Lake, _ tape: TapeSummary, from: Int64?, to: Int64?, options: BarOptions, threads: Int,
        progress: (@Sendable (Int) -> Void)? = nil
    ) throws -> FlowTape {
        let sizeScale = tape.days.map { $0.contractSize.normalized.scale }.max() ?? 0
        let first = from ?? tape.firstTime ?? 0
        let readFrom = options.toxicity ? min(monthStart(options.interval.start(of: first)), first) : options.interval.start(of: first)
        let readTo = to.map { options.interval.start(of: $0 - 1) + options.interval.microseconds } ?? .max

        var whole = try FlowSegment(
            options: options, valuation: valuation(tape, tape.days.first?.contractSize ?? tape.instrument.contractSize, sizeScale))
        // Days with the same contract size are read together: the size is part of how a segment is valued.
        for run in runs(of: tape.days) {
            let valuation = try valuation(tape, run.size, sizeScale)
            let start = max(readFrom, run.from)
            let end = min(readTo, run.to)
            guard start < end else { continue }
            let total = Mutex(whole)
            try lake.read(
                tape, from: start, to: end, columns: .bars, threads: threads, progress: progress,
                reduction: TapeReduction(
                    begin: { _ in try FlowSegment(options: options, valuation: valuation) },
                    add: { segment, trades in try segment.add(trades) }),
                fold: { part in try total.withLock { try $0.append(part) } })
            whole = total.withLock { $0 }
        }
        let holes = tape.holes.map { TapeWholeness.Hole(from: $0.timeFrom, to: $0.timeTo, isRepaired: $0.state == .repaired) }
        return FlowTape(segment: whole, wholeness: TapeWholeness(holes: holes))
    }

    private static func valuation(_ tape: TapeSummary, _ size: FixedPoint, _ sizeScale: Int) throws -> Valuation {
        guard
            let valuation = Valuation(kind: tape.instrument.kind, scales: tape.scales, contractSize: size, sizeScale: sizeScale)
        else { throw FlowError.valuation }
        return valuation
    }

    private static func monthStart(_ time: Int64) -> Int64 {
        let date = CivilDate(microseconds: time)
        return CivilDate(year: date.year, month: date.month, day: 1)?.microseconds ?? time
    }

    private struct Run {
        var size: FixedPoint
        var from: Int64
        var to: Int64
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
