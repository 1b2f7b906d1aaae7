import Lake
import MarketModel
import TapeSequencer

/// Merges the runs of one file into a day of the tape.
struct DayMerge {
    /// Rows of the file on this day without its own duplicates.
    private(set) var distinct = 0
    /// Rows of the file that the tape had already, alike or in conflict.
    private(set) var known = 0
    /// Rows that were in the file more than once.
    private(set) var duplicates = 0
    /// The ids of the file on this day, on tapes with contiguous ids.
    private(set) var ids: [ClosedRange<Int64>] = []

    private let plan: DayPlan
    private let order: TapeOrder
    private let subject: String

    init(plan: DayPlan, subject: String) {
        self.plan = plan
        self.subject = subject
        order = TapeOrder(tradeIDs: plan.instrument.tradeIDs)
    }

    /// Writes the new file of a day from the file it has and the runs of an import, in file order.
    mutating func run(_ date: CivilDate, runs: [String]) throws -> StagedDay {
        let incoming = try runs.map { try RunReader(TapeFile(path: $0), order: order, scales: plan.scales, subject: subject) }
        var existing: RunReader?
        if let tape = plan.tape, let day = plan.existing(date) {
            existing = try RunReader(plan.lake.open(tape, day), order: order, scales: plan.scales, subject: subject)
        }
        let writer = try plan.writer(plan.name(date))
        var emitter = RowEmitter(layout: plan.layout)
        while true {
            let next = incoming.lazy.compactMap(\.key).min()
            // Rows of the tape that nothing joins go over as they are.
            while let reader = existing, let key = reader.key, next.map({ key < $0 }) ?? true {
                try emitter.emit(reader.current, to: writer)
                try reader.advance()
            }
            guard let next else { break }
            if order.tradeIDs == .contiguous {
                try emitter.emit(one(next, incoming, existing), to: writer)
                continue
            }
            for row in try group(next, incoming, existing) { try emitter.emit(row, to: writer) }
        }
        try emitter.flush(to: writer)
        return try plan.finish(writer, date)
    }

    /// The row of one id, settled: what ``group(_:_:_:)`` comes to where ids are keys, without arrays.
    private mutating func one(_ id: Int64, _ incoming: [RunReader], _ existing: RunReader?) throws -> TapeRow {
        var best: TapeRow?
        var count = 0
        for reader in incoming {
            while reader.key == id {
                best = best?.joined(reader.current) ?? reader.current
                count += 1
                try reader.advance()
            }
        }
        if let existing, existing.key == id {
            best = best?.joined(existing.current) ?? existing.current
            known += 1
            try existing.advance()
        }
        guard let best else { throw ImportError(.conflict, subject, "trade \(id) was lost in merging: report this") }
        distinct += 1
        duplicates += count - 1
        note(id)
        return best
    }

    /// The rows of one key, settled.
    private mutating func group(_ key: Int64, _ incoming: [RunReader], _ existing: RunReader?) throws -> [TapeRow] {
        var trades: [Trade] = []
        for reader in incoming {
            while reader.key == key {
                trades.append(reader.current.trade)
                try reader.advance()
            }
        }
        var held: [TapeRow] = []
        while let existing, existing.key == key {
            held.append(existing.current)
            try existing.advance()
        }
        let new = order.group(trades)
        let merged = order.merge(held, new)
        distinct += new.count
        duplicates += trades.count - new.count
        known += new.count - (merged.count - held.count)
        return merged
    }

    private mutating func note(_ id: Int64) {
        if let last = ids.last, last.upperBound + 1 == id {
            ids[ids.count - 1] = last.lowerBound...id
        } else {
            ids.append(id...id)
        }
    }
}
