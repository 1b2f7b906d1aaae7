import Lake
import MarketModel
import TapeSequencer

/// The fast way into the lake: a file in tape order, with days that the tape lacks, streams straight into new day files.
///
/// Throws `ImportError` with the code `needsMerge` as soon as the file turns out to be something else; nothing is published then.
struct StraightImport {
    private let plan: DayPlan
    private let order: TapeOrder
    private let rescaling: Rescaling
    private var date: CivilDate?
    private var writer: TapeWriter?
    private var emitter: RowEmitter
    private var lastKey = Int64.min
    private var isFirst = true
    /// Rows of the last time, which more rows may join; on tapes that times order.
    private var group: [Trade] = []

    private(set) var staged: [StagedDay] = []
    /// The trades that were in the file more than once.
    private(set) var duplicates = 0

    init(plan: DayPlan, fileScales: Scales, subject: String) {
        self.plan = plan
        order = TapeOrder(tradeIDs: plan.instrument.tradeIDs)
        rescaling = Rescaling(from: fileScales, to: plan.scales, subject: subject)
        emitter = RowEmitter(layout: plan.layout)
    }

    /// Takes the next rows of the file.
    mutating func append(_ rows: consuming TradeColumns) throws {
        guard rows.count > 0 else { return }
        if !rescaling.isIdentity { try rescaling.apply(&rows) }
        if order.tradeIDs == .contiguous {
            try checkAscending(rows.id)
            try appendByDay(rows)
        } else {
            for row in 0..<rows.count { try append(rows[row]) }
        }
    }

    private mutating func checkAscending(_ ids: [Int64]) throws {
        var isAscending = isFirst || ids[0] > lastKey
        for row in 1..<max(1, ids.count) { isAscending = isAscending && ids[row] > ids[row &- 1] }
        guard isAscending else { throw StraightImport.needsMerge }
        isFirst = false
        lastKey = ids[ids.count - 1]
    }

    private mutating func appendByDay(_ rows: borrowing TradeColumns) throws {
        var start = 0
        while start < rows.count {
            let writer = try writer(for: rows.time[start])
            let (low, high) = StraightImport.bounds(date)
            var end = start + 1
            while end < rows.count, rows.time[end] >= low, rows.time[end] < high { end += 1 }
            try writer.append(rows, start..<end)
            start = end
        }
    }

    private static func bounds(_ date: CivilDate?) -> (Int64, Int64) {
        let low = date?.microseconds ?? 0
        return (low, low + CivilDate.dayLength)
    }

    private mutating func append(_ trade: Trade) throws {
        guard isFirst || trade.time >= lastKey else { throw StraightImport.needsMerge }
        if !isFirst, trade.time != lastKey { try flushGroup() }
        isFirst = false
        lastKey = trade.time
        group.append(trade)
    }

    private mutating func flushGroup() throws {
        guard let first = group.first else { return }
        let writer = try writer(for: first.time)
        let rows = order.group(group)
        duplicates += group.count - rows.count
        for row in rows { try emitter.emit(row, to: writer) }
        group.removeAll(keepingCapacity: true)
    }

    private mutating func writer(for time: Int64) throws -> TapeWriter {
        let day = CivilDate(microseconds: time)
        if let writer, day == date { return writer }
        try finishDay()
        guard plan.existing(day) == nil, !staged.contains(where: { $0.day.date == day }) else { throw StraightImport.needsMerge }
        let opened = try plan.writer(plan.name(day))
        writer = opened
        date = day
        return opened
    }

    private mutating func finishDay() throws {
        guard let writer, let date else { return }
        try emitter.flush(to: writer)
        staged.append(try plan.finish(writer, date))
        self.writer = nil
    }

    /// Ends the last day.
    mutating func finish() throws {
        try flushGroup()
        try finishDay()
    }

    private static let needsMerge = ImportError(.needsMerge, "", "the rows are not in the order of the tape")
}
