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

    /// What is read again of an interval at a time.
    private struct Revision {
        /// The bars that have changed and were told of.
        var starts: [Int64]
        /// The last bar that was told of.
        var through: Int64
        var scores: LiveScores
        /// Where scores are worked out anew from; nil for the month's first bar.
        var from: Int64?
        var wholeness: TapeWholeness
    }

    /// Reads bars that have changed, tells of them again, and works out the scores from there on anew. What fails is tried again later.
    private func revise(_ index: Int, from lake: Lake) throws {
        var unread: [Int64] = []
        defer {
            state.withLock { state in
                state.series[index].stale.formUnion(unread)
                state.series[index].isRereading = false
            }
        }
        let (starts, begun) = state.withLock { state -> ([Int64], Revision?) in
            let starts = state.series[index].stale.sorted()
            state.series[index].stale = []
            let through = state.series[index].bars.takenThrough
            let told = starts.filter { $0 <= through }
            guard let first = told.first else { return (starts, nil) }
            let (scores, from) = state.series[index].bars.beginRescore(from: first)
            return (starts, Revision(starts: told, through: through, scores: scores, from: from, wholeness: state.gaps.wholeness))
        }
        guard var revision = begun else {
            unread = starts
            return
        }
        // Bars that have closed and wait for one before them are read when they have been told of.
        unread = starts.filter { $0 > revision.through }
        do {
            guard let tape = try tape(in: lake) else { return }
            let rows = try read(&revision, index, lake, tape)
            let messages = state.withLock { state in
                state.series[index].bars.finishRescore(revision.scores)
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

    /// The rows of the bars that have changed; the scores are passed on to the last bar that was told of.
    private func read(_ revision: inout Revision, _ index: Int, _ lake: Lake, _ tape: TapeSummary) throws -> [BarRow] {
        let interval = options.intervals[index]
        let length = interval.microseconds
        let bars = options.bars(interval)
        var toxicity: [Int64: Double] = [:]
        if bars.parts.contains(.variance), let first = revision.starts.first {
            // Scores need no more than this of each bar, which is quickly read.
            var light = bars
            light.parts = .variance
            let starts = Set(revision.starts)
            let from = revision.from ?? BarQuery.monthStart(first)
            var scores = revision.scores
            try BarQuery.bars(lake, tape, from: from, to: revision.through + length, options: light, threads: 1) { bar in
                if rereading.isStopped { throw CancellationError() }
                let row = scores.next(bar)
                if starts.contains(bar.start) { toxicity[bar.start] = row.toxicity }
            }
            revision.scores = scores
        }
        var rows: [BarRow] = []
        for start in revision.starts {
            if rereading.isStopped { throw CancellationError() }
            try BarQuery.bars(lake, tape, from: start, to: start + length, options: bars, threads: 1) { bar in
                let quality = revision.wholeness.quality(start: start, length: length)
                rows.append(BarRow(bar: bar, valuation: valuation, toxicity: toxicity[start], quality: quality))
            }
        }
        return rows
    }
}
