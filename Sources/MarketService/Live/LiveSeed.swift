import Lake
import MarketModel
import OrderFlow
import Recorder
import Synchronization

/// What the lake has of an instrument when its recording begins: scores of the month so far, and the trades of bars that are open.
struct LiveSeed {
    let start: LiveTapeStart
    let lake: Lake
    let options: LiveOptions
    let valuation: Valuation

    /// The bars of an interval as they stand.
    func series(_ interval: Interval, wholeness: TapeWholeness) throws -> LiveSeries {
        let bars = options.bars(interval)
        guard let tape = start.tape, let lastTime = tape.lastTime else {
            return try LiveSeries(options: bars, valuation: valuation, wholeness: wholeness, grace: options.grace)
        }
        let openStart = interval.start(of: lastTime)
        var series = try LiveSeries(
            options: bars, valuation: valuation, wholeness: wholeness, after: openStart - interval.microseconds, grace: options.grace)
        if bars.parts.contains(.variance) {
            // Scores run with the month; they need no more than this of each bar.
            var scores = bars
            scores.parts = .variance
            try BarQuery.bars(lake, tape, from: BarQuery.monthStart(openStart), to: openStart, options: scores, threads: 1) {
                series.recall($0)
            }
        }
        let grown = Mutex(series)
        try lake.read(
            tape, from: openStart, columns: .bars, threads: 1,
            reduction: TapeReduction(begin: { _ in }, add: { _, trades in try grown.withLock { try $0.add(trades, 0..<trades.count) } }),
            fold: { _ in })
        return grown.withLock { $0 }
    }

    /// The newest trades.
    func newest() throws -> NewestRows {
        let rows = try start.tape.map { try lake.newest($0, count: MarketService.recentTrades) } ?? TradeColumns()
        return NewestRows(rows, wanted: MarketService.recentTrades, ids: start.instrument.tradeIDs)
    }
}
