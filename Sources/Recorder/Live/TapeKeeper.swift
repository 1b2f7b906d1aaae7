import Feeds
import Lake
import MarketModel
import TapeSequencer

/// One instrument's live tape: takes what the venue prints and answers, and says what is to be written, told, and asked for.
///
/// Pure: no clock, no I/O. Prices and quantities are brought to the instrument's scales here; one that needs more digits is not taken, so that
/// it is missing in the open and can be had again once the scales are wider.
struct TapeKeeper: Sendable {
    /// What to ask the venue for.
    enum Wish: Sendable, Hashable {
        case ids(ClosedRange<Int64>)
        case newest(round: Int)
    }

    /// What happened that is neither a row nor a gap.
    enum Notice: Sendable, Hashable {
        /// A row needs these scales.
        case needsScales(Scales)
        /// The venue counts anew.
        case restarted(last: Int64, first: Int64)
    }

    let instrument: Instrument
    let scales: Scales
    /// What was released since ``forgetRows()``, in tape order but for late rows.
    private(set) var rows: [LiveTrade] = []
    /// Ids that were given out for something that is no trade, since ``forgetRows()``: to be written, not to be told.
    private(set) var presences: [LiveTrade] = []
    /// Times that have become doubtful, to be noted before the rows; and doubts that are over, to be noted after them.
    private(set) var doubts: [TapeLoss] = []
    private(set) var clearings: [TapeLoss] = []
    /// What has become of gaps since they were last taken.
    private(set) var gaps: [LiveGap] = []
    private(set) var wishes: [Wish] = []
    private(set) var notices: [Notice] = []
    // One of the two: the ids of the venue tell the order and what is missing, or they do not.
    private var byID: LiveTape?
    private var byArrival: ArrivalTape?
    private var idActions: [LiveTape.Action] = []
    private var arrivalActions: [ArrivalTape.Action] = []

    /// Begins where a tape ends.
    ///
    /// - Parameters:
    ///   - last: the last row of the tape, where ids are contiguous.
    ///   - newest: the newest rows of the tape, in tape order, where they are not.
    ///   - holes: what is missing of it and may be had from the venue.
    ///   - doubts: times of which it is not known whether rows are missing.
    init(
        instrument: Instrument, scales: Scales, last: (id: Int64, time: Int64)?, newest: [Trade], holes: [IDHole],
        doubts: [TimeHole] = [], order: LiveTape.Options = LiveTape.Options(), arrivals: ArrivalTape.Options = ArrivalTape.Options()
    ) {
        self.instrument = instrument
        self.scales = scales
        guard instrument.tradeIDs == .contiguous else {
            byArrival = ArrivalTape(after: newest, doubts: doubts, options: arrivals)
            return
        }
        byID = LiveTape(after: last, holes: holes, options: order)
    }

    /// When ``tick(at:)`` has to be called next, in nanoseconds, or nil.
    var deadline: Int64? { byID?.deadline ?? byArrival?.deadline }

    /// Takes a row of the stream.
    ///
    /// - Complexity: O(1) for the next row of the tape; allocates nothing.
    mutating func take(_ trade: borrowing FeedTrade, received: Int64, at now: Int64) {
        guard let row = row(trade, received: received, source: .stream) else { return }
        if byID != nil {
            byID?.take(row, at: now, &idActions)
        } else if !row.isPresenceOnly {
            byArrival?.take(row, &arrivalActions)
        }
        perform()
    }

    /// Begins an empty tape with trades that the venue told of when it was asked.
    mutating func begin(with trades: [FeedTrade], received: Int64, at now: Int64) {
        let rows = trades.compactMap { row($0, received: received, source: .rest) }
        if byID != nil {
            for row in rows.sorted(by: { $0.trade.id < $1.trade.id }) { byID?.take(row, at: now, &idActions) }
        } else {
            for row in rows where !row.isPresenceOnly { byArrival?.take(row, &arrivalActions) }
            // What is printed until the venue delivers may be missing.
            byArrival?.interrupted()
        }
        perform()
    }

    /// Time goes on.
    mutating func tick(at now: Int64) {
        byID?.tick(at: now, &idActions)
        byArrival?.tick(at: now, &arrivalActions)
        perform()
    }

    /// The venue is lost.
    mutating func interrupted() { byArrival?.interrupted() }

    /// The venue delivers the instrument from now on.
    mutating func resumed(at now: Int64) {
        byArrival?.resumed(at: now, &arrivalActions)
        // What was missed shows with the next trade, which may be long in coming.
        if byID != nil { wishes.append(.newest(round: 0)) }
        perform()
    }

    /// The venue has answered a wish with rows, or not.
    mutating func answered(_ wish: Wish, _ trades: [FeedTrade], _ outcome: LiveTape.RepairOutcome, received: Int64, at now: Int64) {
        let rows = trades.compactMap { row($0, received: received, source: .rest) }
        switch wish {
        case .ids(let range):
            for row in rows where range.contains(row.trade.id.integer) { byID?.take(row, at: now, &idActions) }
            byID?.repairEnded(range, outcome, at: now, &idActions)
        case .newest where byID != nil:
            for row in rows { byID?.take(row, at: now, &idActions) }
        case .newest(let round):
            if outcome == .answered {
                byArrival?.answered(round, rows.filter { !$0.isPresenceOnly }, at: now, &arrivalActions)
            } else {
                byArrival?.failed(round, at: now, &arrivalActions)
            }
        }
        perform()
    }

    /// Forgets the rows that were released; their storage is used again.
    mutating func forgetRows() {
        rows.removeAll(keepingCapacity: true)
        presences.removeAll(keepingCapacity: true)
    }

    /// Hands over what has become doubtful.
    mutating func takeDoubts() -> [TapeLoss] {
        guard !doubts.isEmpty else { return [] }
        defer { doubts = [] }
        return doubts
    }

    /// Hands over the doubts that are over.
    mutating func takeClearings() -> [TapeLoss] {
        guard !clearings.isEmpty else { return [] }
        defer { clearings = [] }
        return clearings
    }

    /// Hands over what has become of gaps.
    mutating func takeGaps() -> [LiveGap] {
        guard !gaps.isEmpty else { return [] }
        defer { gaps = [] }
        return gaps
    }

    /// Hands over what to ask for.
    mutating func takeWishes() -> [Wish] {
        guard !wishes.isEmpty else { return [] }
        defer { wishes = [] }
        return wishes
    }

    /// Hands over what else happened.
    mutating func takeNotices() -> [Notice] {
        guard !notices.isEmpty else { return [] }
        defer { notices = [] }
        return notices
    }

    /// A row at the tape's scales; nil, and a notice, where it needs wider ones.
    private mutating func row(_ trade: borrowing FeedTrade, received: Int64, source: TradeSource) -> LiveTrade? {
        // A row that stands for several ids would leave holes among them.
        guard trade.idSpace == .tape, trade.ids == 1 else { return nil }
        var row = Trade(id: trade.id, time: trade.time, price: 0, quantity: 0, side: trade.side, fills: trade.fills)
        if trade.isTrade {
            guard let price = trade.price.rescaled(to: scales.price), let quantity = trade.quantity.rescaled(to: scales.quantity) else {
                let needed = Scales(price: trade.price.normalized.scale, quantity: trade.quantity.normalized.scale).union(scales)
                let notice = Notice.needsScales(needed)
                if !notices.contains(notice) { notices.append(notice) }
                return nil
            }
            row.price = price
            row.quantity = quantity
        }
        return LiveTrade(row, received: received, source: source)
    }

    private mutating func perform() {
        for action in idActions { perform(action) }
        idActions.removeAll(keepingCapacity: true)
        for action in arrivalActions { perform(action) }
        arrivalActions.removeAll(keepingCapacity: true)
    }

    private mutating func perform(_ action: LiveTape.Action) {
        switch action {
        case .release(let row), .late(let row), .replace(let row):
            if row.isPresenceOnly { presences.append(row) } else { rows.append(row) }
        case .repair(let range): wishes.append(.ids(range))
        case .opened(let hole): gaps.append(gap(hole, .open, missing: hole.count))
        case .filled(let hole): gaps.append(gap(hole, .repaired, missing: 0))
        case .abandoned(let hole, let missing): gaps.append(gap(hole, .abandoned, missing: missing.reduce(0) { $0 + $1.count }))
        case .restarted(let last, let first): notices.append(.restarted(last: last, first: first))
        }
    }

    private mutating func perform(_ action: ArrivalTape.Action) {
        switch action {
        case .release(let row), .late(let row): rows.append(row)
        case .doubted(let time): doubts.append(TapeLoss(timeFrom: time.timeBefore, timeTo: time.timeAfter, state: .open))
        case .cleared(let time): clearings.append(TapeLoss(timeFrom: time.timeBefore, timeTo: time.timeAfter, state: .cleared))
        case .askRecent(let round): wishes.append(.newest(round: round))
        case .opened(let hole): gaps.append(gap(hole, .open, missing: nil))
        case .filled(let hole): gaps.append(gap(hole, .repaired, missing: 0))
        case .abandoned(let hole): gaps.append(gap(hole, .abandoned, missing: nil))
        }
    }

    private func gap(_ hole: IDHole, _ state: LiveGap.State, missing: Int) -> LiveGap {
        LiveGap(ids: hole.from...hole.to, timeFrom: hole.timeBefore, timeTo: hole.timeAfter, missing: missing, state: state)
    }

    private func gap(_ hole: TimeHole, _ state: LiveGap.State, missing: Int?) -> LiveGap {
        LiveGap(ids: nil, timeFrom: hole.timeBefore, timeTo: hole.timeAfter, missing: missing, state: state)
    }
}
