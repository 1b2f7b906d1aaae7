import Lake
import MarketModel
import TapeSequencer

/// Rows of a file in any order, kept on disk as one sorted run per day and about half a million rows.
struct SpilledRuns {
    /// How many rows are held in memory before they are spilled.
    static let capacity = 1 << 19

    private let plan: DayPlan
    private let order: TapeOrder
    private let rescaling: Rescaling
    private var held: [CivilDate: TradeColumns] = [:]
    private var heldRows = 0
    /// The run files of each day, in file order.
    private(set) var runs: [CivilDate: [String]] = [:]
    private var count = 0

    init(plan: DayPlan, fileScales: Scales, subject: String) {
        self.plan = plan
        order = TapeOrder(tradeIDs: plan.instrument.tradeIDs)
        rescaling = Rescaling(from: fileScales, to: plan.scales, subject: subject)
    }

    /// Takes the next rows of the file.
    mutating func append(_ rows: consuming TradeColumns) throws {
        if !rescaling.isIdentity { try rescaling.apply(&rows) }
        var start = 0
        while start < rows.count {
            let day = CivilDate(microseconds: rows.time[start])
            let high = day.microseconds + CivilDate.dayLength
            var end = start + 1
            while end < rows.count, rows.time[end] >= day.microseconds, rows.time[end] < high { end += 1 }
            held[day, default: TradeColumns()].append(rows, start..<end)
            start = end
        }
        heldRows += rows.count
        if heldRows >= SpilledRuns.capacity { try spill() }
    }

    /// Writes what is held to disk.
    mutating func spill() throws {
        for day in held.keys.sorted() {
            guard let rows = held.removeValue(forKey: day), rows.count > 0 else { continue }
            let name = "run-\(count).parquet"
            count += 1
            let writer = try plan.writer(name)
            let noOrdinals = [Int32](repeating: 0, count: plan.layout.hasOrdinals ? rows.count : 0)
            let sorted = order.sorted(rows)
            try writer.append(sorted, 0..<sorted.count, ordinals: noOrdinals)
            _ = try plan.finish(writer, day)
            runs[day, default: []].append(writer.path)
        }
        held.removeAll()
        heldRows = 0
    }
}

extension TapeOrder {
    /// The rows sorted by key; rows of the same key keep their order.
    func sorted(_ rows: TradeColumns) -> TradeColumns {
        let keys = tradeIDs == .contiguous ? rows.id : rows.time
        if zip(keys, keys.dropFirst()).allSatisfy({ $0 <= $1 }) { return rows }
        let places = keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
        var result = TradeColumns(capacity: rows.count)
        for place in places { result.append(rows[place], wideID: !rows.idHigh.isEmpty) }
        return result
    }
}
