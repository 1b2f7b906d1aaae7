import Lake
import MarketModel
import OrderFlow
import Synchronization

extension LiveBook {
    /// What has to be read from the tape.
    enum Wish: Sendable {
        /// A bar that has just closed.
        case due(Int64)
        /// Bars that were told of as final and have changed.
        case revise
    }

    /// Asks for it to be read on the thread for that.
    func reread(_ interval: Interval, _ wish: Wish) {
        rereading.submit { [self] lake in
            guard let index = index(of: interval) else { return }
            switch wish {
            case .due(let start): try readDue(start, of: index, from: lake)
            case .revise: try revise(index, from: lake)
            }
        }
    }

    private func tape(in lake: Lake) throws -> TapeSummary? {
        try settle()
        return try lake.tape(venue: instrument.venue, symbol: instrument.symbol)
    }

    /// Reads a bar that has just closed. One that cannot be read is left out, so that those after it are told of; the error says so.
    private func readDue(_ start: Int64, of index: Int, from lake: Lake) throws {
        let interval = options.intervals[index]
        var bar: TradeBar?
        defer {
            let messages = state.withLock { state in
                state.series[index].bars.provide(start, bar)
                let rows = state.series[index].bars.takeRows()
                return rows.map { final($0, &state.series[index]) }
            }
            for message in messages { subscribers.deliver(message, to: .bars(instrument.venue, instrument.symbol, interval)) }
        }
        guard let tape = try tape(in: lake) else { return }
        try BarQuery.bars(
            lake, tape, from: start, to: start + interval.microseconds, options: options.bars(interval), threads: 1
        ) { bar = $0 }
    }

    /// Reads bars that have changed, tells of them again, and works out the scores of the month anew. What fails is tried again later.
    private func revise(_ index: Int, from lake: Lake) throws {
        let (starts, through, wholeness) = state.withLock { state in
            defer { state.series[index].stale = [] }
            return (state.series[index].stale.sorted(), state.series[index].bars.beginRescore(), state.gaps.wholeness)
        }
        // Bars that have closed and wait for one before them are read when they have been told of.
        var unread = starts.filter { $0 > through }
        defer {
            state.withLock { state in
                state.series[index].stale.formUnion(unread)
                state.series[index].isRereading = false
            }
        }
        do {
            guard let tape = try tape(in: lake) else { return }
            let told = starts.filter { $0 <= through }
            let (scores, rows) = try read(told, through: through, index, lake, tape, wholeness)
            let messages = state.withLock { state in
                state.series[index].bars.finishRescore(scores)
                return rows.map { revised($0, &state.series[index]) }
            }
            for message in messages {
                subscribers.deliver(message, to: .bars(instrument.venue, instrument.symbol, options.intervals[index]))
            }
        } catch {
            unread = starts
            throw error
        }
    }

    /// The rows of some bars, and the scores after the bar that starts at `through`.
    private func read(
        _ starts: [Int64], through: Int64, _ index: Int, _ lake: Lake, _ tape: TapeSummary, _ wholeness: TapeWholeness
    ) throws -> (BarRows, [BarRow]) {
        let interval = options.intervals[index]
        let length = interval.microseconds
        let bars = options.bars(interval)
        var scores = BarRows(options: bars, valuation: valuation, wholeness: wholeness)
        var toxicity: [Int64: Double] = [:]
        if bars.parts.contains(.variance), let first = starts.first {
            // Scores need no more than this of each bar, which is quickly read.
            var light = bars
            light.parts = .variance
            try BarQuery.bars(lake, tape, from: BarQuery.monthStart(first), to: through + length, options: light, threads: 1) { bar in
                let row = scores.next(bar)
                if starts.contains(bar.start) { toxicity[bar.start] = row.toxicity }
            }
        }
        var rows: [BarRow] = []
        for start in starts {
            try BarQuery.bars(lake, tape, from: start, to: start + length, options: bars, threads: 1) { bar in
                let quality = wholeness.quality(start: start, length: length)
                rows.append(BarRow(bar: bar, valuation: valuation, toxicity: toxicity[start], quality: quality))
            }
        }
        return (scores, rows)
    }
}
