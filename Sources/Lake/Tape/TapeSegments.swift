import MarketModel
import TapeSequencer

/// The stretches of a tape that touch a range of times, in tape order: row groups of files, and as many rows of open days.
struct TapeSegments: Sendable {
    struct Segment: Sendable {
        enum Source: Sendable {
            case group(TapeFile, Int)
            case open(OpenRows, Range<Int>)
        }

        var source: Source
        var rows: Int
        /// Whether all its rows lie in the range.
        var isWhole: Bool
    }

    let lake: Lake
    let tape: TapeSummary
    let from: Int64
    let to: Int64
    private var day = 0
    private var group = 0
    private var file: TapeFile?
    private var open: OpenRows?
    /// Of each segment of the day and those behind it, the least time in the range; one more for the end. Filled when first asked for.
    private var leastTimes: [Int64] = []

    init(lake: Lake, tape: TapeSummary, from: Int64, to: Int64) {
        self.lake = lake
        self.tape = tape
        self.from = from
        self.to = to
    }

    mutating func next() throws -> Segment? {
        while day < tape.days.count {
            let facts = tape.days[day]
            if facts.firstTime < to, facts.lastTime >= from, let segment = try facts.isOpen ? nextOpen(facts) : nextGroup(facts) {
                return segment
            }
            file = nil
            open = nil
            leastTimes = []
            group = 0
            day += 1
        }
        return nil
    }

    /// No row of the segments to come is earlier than this, by the exchange's clock.
    ///
    /// - Complexity: O(segments of the day) once a day, and O(rows) of one that is open.
    mutating func leastTimeAhead() throws -> Int64 {
        // A day's rows are all of that day.
        guard let facts = day < tape.days.count ? tape.days[day] : nil else { return .max }
        if leastTimes.isEmpty {
            let bounds = try facts.isOpen ? openBounds() : groupBounds()
            leastTimes = [.max]
            for times in bounds.reversed() {
                let inside = times.lowerBound < to && times.upperBound >= from
                leastTimes.append(min(leastTimes[leastTimes.count - 1], inside ? times.lowerBound : .max))
            }
            leastTimes.reverse()
        }
        return leastTimes[min(group, leastTimes.count - 1)]
    }

    private func groupBounds() throws -> [ClosedRange<Int64>] {
        guard let file else { return [] }
        return try (0..<file.groups).map { try file.statistics(group: $0).times }
    }

    private func openBounds() -> [ClosedRange<Int64>] {
        guard let times = open?.rows.time else { return [] }
        return stride(from: 0, to: times.count, by: TapeRowGroup.capacity).map { start in
            var (first, last) = (Int64.max, Int64.min)
            for time in times[start..<min(times.count, start + TapeRowGroup.capacity)] {
                (first, last) = (min(first, time), max(last, time))
            }
            return first...max(first, last)
        }
    }

    /// Whether all arrivals of a day lie in the range: those of a row group are not known before it is read.
    private func isWhole(_ facts: TapeDay) -> Bool { facts.firstTime >= from && facts.lastTime < to }

    private mutating func nextGroup(_ facts: TapeDay) throws -> Segment? {
        let current = try file ?? lake.open(tape, facts)
        file = current
        while group < current.groups {
            let (rows, times) = try current.statistics(group: group)
            group += 1
            if tape.clock == .arrival { return Segment(source: .group(current, group - 1), rows: rows, isWhole: isWhole(facts)) }
            guard times.lowerBound < to, times.upperBound >= from else { continue }
            let isWhole = times.lowerBound >= from && times.upperBound < to
            return Segment(source: .group(current, group - 1), rows: rows, isWhole: isWhole)
        }
        return nil
    }

    private mutating func nextOpen(_ facts: TapeDay) throws -> Segment? {
        let current = try open ?? lake.journals.rows(lake, tape, facts, from: from, to: to)
        open = current
        while group * TapeRowGroup.capacity < current.rows.count {
            let start = group * TapeRowGroup.capacity
            let range = start..<min(current.rows.count, start + TapeRowGroup.capacity)
            group += 1
            if tape.clock == .arrival { return Segment(source: .open(current, range), rows: range.count, isWhole: isWhole(facts)) }
            var (first, last) = (Int64.max, Int64.min)
            for time in current.rows.time[range] { (first, last) = (min(first, time), max(last, time)) }
            guard first < to, last >= from else { continue }
            return Segment(source: .open(current, range), rows: range.count, isWhole: first >= from && last < to)
        }
        return nil
    }
}

extension TapeSegments.Segment {
    /// How many rows of an open day go into a batch: as many as of a page.
    private static let batchRows = 8192

    /// Calls `body` with the rows of the segment, batch by batch, at the scales of the tape and with the times of its clock.
    func batches(_ columns: TapeColumnSet, of tape: TapeSummary, _ body: (borrowing TradeColumns) throws -> Void) throws {
        guard tape.clock == .arrival else { return try batchesByEventTime(columns, of: tape, body) }
        try batchesByEventTime(columns.union(.arrival), of: tape) { batch in
            guard batch.arrival.allSatisfy({ $0 != 0 }) else {
                throw LakeError(.refused, "\(tape.instrument)", "a trade has no arrival time: use the exchange's clock")
            }
            var batch = copy batch
            batch.time = batch.arrival
            if !columns.contains(.arrival) { batch.arrival = [] }
            try body(batch)
        }
    }

    private func batchesByEventTime(_ columns: TapeColumnSet, of tape: TapeSummary, _ body: (borrowing TradeColumns) throws -> Void) throws
    {
        switch source {
        case .group(let file, let group):
            let cursor = try TapeCursor(file, group: group, columns: columns)
            let isFine = file.layout.scales == tape.scales
            while try cursor.advance() {
                if isFine {
                    try body(cursor.batch)
                } else {
                    var batch = cursor.batch
                    try batch.rescale(from: file.layout.scales, to: tape.scales, file.path)
                    try body(batch)
                }
            }
        case .open(let open, let range):
            for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.batchRows) {
                let rows = start..<min(range.upperBound, start + Self.batchRows)
                try body(open.rows.picked(columns, rows, hasIDs: tape.instrument.tradeIDs != .none))
            }
        }
    }
}

extension TradeColumns {
    /// Some columns of some rows; arrival times are there if they are asked for, as they are of files.
    fileprivate func picked(_ columns: TapeColumnSet, _ range: Range<Int>, hasIDs: Bool) -> TradeColumns {
        var result = TradeColumns()
        result.time = Array(time[range])
        if columns.contains(.price) { result.price = Array(price[range]) }
        if columns.contains(.quantity) { result.quantity = Array(quantity[range]) }
        if columns.contains(.side) { result.side = Array(side[range]) }
        if columns.contains(.fills) { result.fills = Array(fills[range]) }
        if columns.contains(.id), hasIDs {
            result.id = Array(id[range])
            if !idHigh.isEmpty { result.idHigh = Array(idHigh[range]) }
        }
        if columns.contains(.arrival) {
            result.arrival = arrival.isEmpty ? [Int64](repeating: 0, count: range.count) : Array(arrival[range])
        }
        if columns.contains(.source), !source.isEmpty { result.source = Array(source[range]) }
        return result
    }
}

extension TapeSummary {
    /// - Throws: ``LakeError`` if a journal that touches the range cannot be read.
    func checkReadable(from: Int64, to: Int64) throws(LakeError) {
        for (day, path) in unreadable where day.microseconds < to && day.microseconds + CivilDate.dayLength > from {
            throw LakeError(.damaged, path, "is damaged: record \(instrument.venue) again to keep what can be read, see 'millrace verify'")
        }
    }
}

extension Lake {
    /// The newest trades of an open day, at least `count` or all.
    func newestOpen(_ tape: TapeSummary, _ day: TapeDay, _ count: Int) throws -> [TradeColumns] {
        guard tape.instrument.tradeIDs == .contiguous, day.parts.count == 1, let part = day.parts.first, day.sealedFile.isEmpty,
            // Repetitions may stand anywhere, and the best of them is wanted.
            part.held.trades > count, part.held.rows == part.held.trades
        else {
            let rows = try journals.rows(self, tape, day).rows
            var all = TradeColumns()
            all.append(rows, 0..<rows.count)
            all.arrival = []
            all.source = []
            return [all]
        }
        // From the newest batch back until no older one can hold a row as new as the oldest of those wanted.
        var wanted = 2 * count
        let runs = part.held.runs.runs
        let newest = try journals.newest(part) { columns in
            guard columns.count >= wanted else { return false }
            wanted *= 2
            let ids = Set(columns.rows.id).sorted()
            guard ids.count >= count else { return false }
            let oldest = ids[ids.count - count]
            return runs.reduce(Int64(0)) { $0 + max(0, $1.last - max($1.first, oldest) + 1) } == Int64(count)
        }
        var columns = try newest ?? journals.columns(part)
        try columns.rows.rescale(from: part.held.scales, to: tape.scales, part.path)
        var rows = OpenRows.sorted(columns, TapeOrder(tradeIDs: .contiguous)).rows
        rows.arrival = []
        rows.source = []
        return [rows]
    }
}
