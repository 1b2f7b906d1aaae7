import Lake
import MarketModel

/// The stretches of time in which a number of bars is looked for, first bar first: no longer than they have to be, none without trades.
struct TapeWalk {
    private let days: [TapeDay]
    private let interval: Interval
    private let end: Int64
    private var position: Int64

    /// Begins a walk through the bars of tapes that start in `from..<to`.
    init(_ tapes: [TapeSummary], interval: Interval, from: Int64, to: Int64) {
        days = tapes.flatMap(\.days)
        self.interval = interval
        let last = days.map(\.lastTime).max() ?? .min
        // The last bar is read to its end.
        end = last == .min || to <= from ? .min : interval.start(of: min(to - 1, last)) + interval.microseconds
        let first = interval.start(of: from)
        position = first < from ? first + interval.microseconds : first
    }

    /// The next stretch, whose ends are ends of bars; nil if there is none.
    ///
    /// - Parameters:
    ///   - bars: how many are still wanted.
    ///   - length: in microseconds; stretches are at most so long, or one bar.
    mutating func next(bars: Int, atMost length: Int64 = .max) -> Range<Int64>? {
        guard bars > 0, position < end, let resumption = days.lazy.filter({ [position] in $0.lastTime >= position }).map(\.firstTime).min()
        else { return nil }
        let start = max(position, interval.start(of: resumption))
        guard start < end else { return nil }
        let most = max(1, min(Int64(bars), length / interval.microseconds, (end - start) / interval.microseconds + 1))
        position = min(end, start + most * interval.microseconds)
        return start..<position
    }
}
