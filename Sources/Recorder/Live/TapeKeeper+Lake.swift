import Lake
import MarketModel
import TapeSequencer

extension TapeKeeper {
    /// Begins where the lake's tape of an instrument ends.
    init(
        instrument: Instrument, scales: Scales, tape: JournalTape, order: LiveTape.Options, arrivals: ArrivalTape.Options
    ) {
        let last = tape.lastID.flatMap { id in tape.lastTime.map { (id: id, time: $0) } }
        let holes = tape.holes.filter { $0.state == .open }.map {
            IDHole(from: $0.from, to: $0.to, timeBefore: $0.timeFrom, timeAfter: $0.timeTo)
        }
        self.init(
            instrument: instrument, scales: scales, last: last, newest: tape.newest.map(\.trade), holes: holes,
            doubts: tape.losses.map { TimeHole(timeBefore: $0.timeFrom, timeAfter: $0.timeTo) }, order: order, arrivals: arrivals)
    }
}

extension TapeHole {
    /// A gap as the lake keeps it; nil where ids do not tell what is missing.
    init?(_ gap: LiveGap) {
        guard let ids = gap.ids else { return nil }
        let state: State =
            switch gap.state {
            case .open: .open
            case .repaired: .repaired
            case .abandoned: .abandoned
            }
        self.init(from: ids.lowerBound, to: ids.upperBound, state: state, timeFrom: gap.timeFrom, timeTo: gap.timeTo)
    }
}

extension TapeLoss {
    /// A gap as the lake keeps it; nil where ids tell what is missing.
    init?(_ gap: LiveGap) {
        guard gap.ids == nil else { return nil }
        let state: State =
            switch gap.state {
            case .open: .open
            case .repaired: .repaired
            case .abandoned: .abandoned
            }
        self.init(timeFrom: gap.timeFrom, timeTo: gap.timeTo, state: state)
    }
}
