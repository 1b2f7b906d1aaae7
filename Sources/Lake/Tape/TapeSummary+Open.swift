import MarketModel
import TapeSequencer

extension TapeSummary {
    /// The summary with what journals hold of the instrument.
    func joined(_ open: JournalShelf.OpenDays) -> TapeSummary {
        var tape = self
        for (day, venue, path) in open.unreadable where venue == instrument.venue { tape.unreadable[day] = path }
        let own = open.parts.filter {
            $0.part.held.instrument.symbol == instrument.symbol && $0.part.held.instrument.venue == instrument.venue
        }
        guard !own.isEmpty else { return tape }
        tape.noted = own.flatMap { day, part in part.notes.map { (day, $0) } }
        let notes = own.flatMap(\.part.notes)
        tape.losses = TapeLoss.settled(notedLosses + notes.losses, covered: covered)
        tape.present = IDRanges(tape.present + own.flatMap { $0.part.held.present.runs.map { $0.first...$0.last } }).ranges
        for (_, part) in own { tape.scales = tape.scales.union(part.held.scales) }
        for (date, parts) in Dictionary(grouping: own.filter { $0.part.held.trades > 0 }, by: \.day) {
            let index = tape.days.firstIndex { $0.date >= date } ?? tape.days.count
            let isThere = index < tape.days.count && tape.days[index].date == date
            let day = TapeDay(date, parts.map(\.part).sorted { $0.number < $1.number }, sealed: isThere ? tape.days[index] : nil)
            if isThere { tape.days[index] = day } else { tape.days.insert(day, at: index) }
        }
        if let newest = tape.days.last { tape.instrument.contractSize = newest.contractSize }
        if instrument.tradeIDs == .contiguous { tape.holes = tape.liveHoles(noted: notes.holes) }
        return tape
    }

    /// The holes as the ids that are there show them, with what is known of each.
    private func liveHoles(noted: [TapeHole]) -> [TapeHole] {
        let gaps = TapeRun.gaps(between: days.flatMap(\.runs), present: present)
        let missing = IDRanges(gaps.map { $0.from...$0.to })
        let abandoned = IDRanges((holes + noted).filter { $0.state == .abandoned }.map { $0.from...$0.to })
        var result = gaps.map { gap in
            let isAbandoned = abandoned.complement(in: gap.from...gap.to).isEmpty
            return TapeHole(from: gap.from, to: gap.to, state: isAbandoned ? .abandoned : .open, timeFrom: gap.timeFrom, timeTo: gap.timeTo)
        }
        // What was missing once and is there now.
        var known = Set<ClosedRange<Int64>>()
        for hole in noted + holes {
            for part in missing.complement(in: hole.from...hole.to) where known.insert(part).inserted {
                result.append(
                    TapeHole(from: part.lowerBound, to: part.upperBound, state: .repaired, timeFrom: hole.timeFrom, timeTo: hole.timeTo))
            }
        }
        return result.sorted { ($0.from, $0.to) < ($1.from, $1.to) }
    }
}

extension TapeDay {
    /// A day that is being recorded.
    init(_ date: CivilDate, _ parts: [JournalPart], sealed: TapeDay?) {
        let held = parts.map(\.held)
        let runs = held.reduce(IDRuns(sealed?.runs ?? [])) { $0.union($1.runs) }
        let isContiguous = held.contains { $0.instrument.tradeIDs == .contiguous }
        let count = held.reduce(sealed?.rows ?? 0) { $0 + $1.trades }
        var state = sealed?.contentHash ?? ""
        for part in parts { state += "+\(part.number):\(part.held.lastBatch):\(part.held.rows)" }
        self.init(
            date: date, rows: isContiguous ? runs.count : count,
            firstTime: held.map(\.firstTime).min().map { min($0, sealed?.firstTime ?? .max) } ?? 0,
            lastTime: held.map(\.lastTime).max().map { max($0, sealed?.lastTime ?? .min) } ?? 0,
            contractSize: sealed?.contractSize ?? held.first?.instrument.contractSize ?? FixedPoint(mantissa: 1), contentHash: state,
            fileHash: "", bytes: (sealed?.bytes ?? 0) + 12 * count,
            arrivals: held.reduce(sealed?.arrivals ?? ArrivalSpan()) { $0.union($1.arrivals) }, runs: runs.runs)
        self.parts = parts
        sealedFile = sealed.map { [$0] } ?? []
    }
}
