import Lake
import MarketModel
import OrderFlow
import Recorder
import Synchronization
import TapeSequencer

/// One instrument that is being recorded: its newest trades, the bars that grow, and what is known of its holes.
final class LiveBook: Sendable {
    let instrument: Instrument
    let scales: Scales
    let options: LiveOptions
    let valuation: Valuation
    let settle: @Sendable () throws -> Void
    let subscribers: Subscribers
    let rereading: Rereading
    let state: Mutex<State>

    /// What changes; guarded by one lock, which is held for a batch at a time.
    struct State: Sendable {
        var series: [Series]
        var newest: NewestRows
        var gaps: GapBook
        var status = LiveState.waiting
        var last: LiveTrade?
        var durable: (id: TradeID, time: Int64)?
        var firstTime: Int64?
        /// The latest event time so far.
        var newestTime: Int64
        var flow: RecentFlow?
        var tally = HourTally()
        var batch = TradeColumns()
    }

    /// The bars of one interval, and what was told of them.
    struct Series: Sendable {
        var bars: LiveSeries
        /// The newest final row and its revision.
        var last: (row: BarRow, revision: Int)?
        /// How often closed bars have changed.
        var revisions = Revisions()
        /// How many bars were told of as final, and how many again.
        var told = 0, toldAgain = 0
        /// Closed bars that have to be read again, and from when on that may be done.
        var stale: Set<Int64> = []
        var rereadAt = Int64.max
        var isRereading = false
        /// When the open bar was last told of, and whether it has grown since.
        var toldAt = Int64.min
        var hasGrown = false

        init(_ bars: LiveSeries) { self.bars = bars }
    }

    init(_ start: LiveTapeStart, lake: Lake, options: LiveOptions, subscribers: Subscribers, rereading: Rereading) throws {
        instrument = start.instrument
        scales = start.scales
        self.options = options
        settle = start.settle
        self.subscribers = subscribers
        self.rereading = rereading
        guard
            let valuation = Valuation(kind: instrument.kind, scales: scales, contractSize: instrument.contractSize)
        else { throw BarError.valuation }
        self.valuation = valuation
        let seed = LiveSeed(start: start, lake: lake, options: options, valuation: valuation)
        let gaps = GapBook(start.tape)
        state = Mutex(
            State(
                series: try options.intervals.map { Series(try seed.series($0, wholeness: gaps.wholeness)) }, newest: try seed.newest(),
                gaps: gaps, firstTime: start.tape?.firstTime, newestTime: start.tape?.lastTime ?? .min))
    }

    /// The bars of an interval, if it is followed.
    func index(of interval: Interval) -> Int? { options.intervals.firstIndex(of: interval) }

    var summary: LiveInstrument {
        state.withLock { state in
            LiveInstrument(
                instrument: instrument, state: state.status, last: state.last, durableID: state.durable?.id,
                durableTime: state.durable?.time,
                firstTime: state.firstTime, gaps: state.gaps.unfilled, bars: state.series.reduce(0) { $0 + $1.told },
                revisedBars: state.series.reduce(0) { $0 + $1.toldAgain })
        }
    }

    func newestRow(_ interval: Interval) -> (row: BarRow, isOpen: Bool, revision: Int)? {
        guard let index = index(of: interval) else { return nil }
        return state.withLock { state in
            if let open = state.series[index].bars.openRows().last { return (open, true, 0) }
            return state.series[index].last.map { ($0.row, false, $0.revision) }
        }
    }

    func newestFinalRow(_ interval: Interval) -> (row: BarRow, revision: Int)? {
        guard let index = index(of: interval) else { return nil }
        return state.withLock { $0.series[index].last }
    }

    /// How many trades of each hour were told of.
    var tally: HourTally { state.withLock { $0.tally } }

    /// The flow of the newest trades; nil before the first.
    func recentFlow() throws -> RecentFlow? {
        try state.withLock { state in
            if let flow = state.flow { return flow }
            guard state.newest.count > 0 else { return nil }
            let tape = try ValuedTrades(
                state.newest.trades, kind: instrument.kind, scales: scales,
                contractSizes: [(CivilDate(epochDay: 0), instrument.contractSize)])
            let flow = try RecentFlow(instrument: instrument, tape: tape)
            state.flow = flow
            return flow
        }
    }
}
