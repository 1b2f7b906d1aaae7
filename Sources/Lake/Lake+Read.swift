import MarketModel
import Pipeline

extension Lake {
    /// Reduces the trades with from <= time < to, in tape order; a segment is a row group, about 260,000 trades.
    ///
    /// - Parameters:
    ///   - columns: what the reduction needs; the other columns of its batches are empty. Times are always there.
    ///   - threads: 1…64.
    ///   - progress: told how many rows were read since it was last called, from any thread.
    ///   - fold: gets the partial results in tape order, one at a time.
    /// - Throws: ``LakeError``; damage names the file. With `isRetryable` the tape was replaced meanwhile: ask for its summary again.
    /// - Complexity: O(rows of the row groups that touch the range); memory does not grow with the range.
    public func read<Partial: Sendable>(
        _ tape: TapeSummary, from: Int64 = .min, to: Int64 = .max, columns: TapeColumnSet = .all, threads: Int,
        progress: (@Sendable (Int) -> Void)? = nil, reduction: TapeReduction<Partial>, fold: @escaping @Sendable (Partial) throws -> Void
    ) throws {
        let source = Condition(TapeSegments(lake: self, tape: tape, from: from, to: to))
        let scales = tape.scales
        try OrderedPipeline.run(threads: threads) {
            try source.withLock { try $0.next() }
        } work: { segment in
            var partial = try reduction.begin(scales)
            let cursor = try TapeCursor(segment.file, group: segment.group, columns: columns)
            while try cursor.advance() {
                if segment.isWhole {
                    try reduction.add(&partial, cursor.batch)
                } else {
                    let kept = cursor.batch.rows(from: from, to: to)
                    if kept.count > 0 { try reduction.add(&partial, kept) }
                }
            }
            progress?(segment.rows)
            return partial
        } consume: {
            try fold($0)
        }
    }

    /// The newest trades in tape order, oldest first; fewer than `count` if the tape is shorter.
    ///
    /// - Complexity: O(count + rows of one row group).
    public func newest(_ tape: TapeSummary, count: Int) throws -> TradeColumns {
        var parts: [TradeColumns] = []
        var held = 0
        days: for day in tape.days.reversed() {
            let file = try open(tape, day)
            for group in (0..<file.groups).reversed() {
                guard held < count else { break days }
                let cursor = try TapeCursor(file, group: group, columns: .all)
                var part = TradeColumns()
                while try cursor.advance() { part.append(cursor.batch, 0..<cursor.batch.count) }
                held += part.count
                parts.append(part)
            }
        }
        var result = TradeColumns(capacity: min(held, count))
        for (index, part) in parts.reversed().enumerated() {
            let surplus = index == 0 ? max(0, held - count) : 0
            result.append(part, min(surplus, part.count)..<part.count)
        }
        return result
    }

    /// Opens a day's file and checks that it is the one the summary speaks of.
    package func open(_ tape: TapeSummary, _ day: TapeDay) throws -> TapeFile {
        let path = path(of: tape.instrument, day.date)
        let file = try TapeFile(path: path)
        guard file.contentHash == day.contentHash, file.rows == day.rows, file.layout.scales == tape.scales else {
            let unchanged = try catalogue.version() == tape.version && catalogue.staged().isEmpty
            throw unchanged
                ? LakeError(.damaged, path, "is not the file that the catalogue describes: see 'millrace verify'")
                : LakeError(.changed, path, "was replaced while it was being read: try again")
        }
        return file
    }
}

/// The row groups of a tape that touch a range of times, in tape order.
private struct TapeSegments: Sendable {
    struct Segment: Sendable {
        var file: TapeFile
        var group: Int
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

    init(lake: Lake, tape: TapeSummary, from: Int64, to: Int64) {
        self.lake = lake
        self.tape = tape
        self.from = from
        self.to = to
    }

    mutating func next() throws -> Segment? {
        while day < tape.days.count {
            let facts = tape.days[day]
            if facts.firstTime < to, facts.lastTime >= from {
                let current = try file ?? lake.open(tape, facts)
                file = current
                while group < current.groups {
                    let (rows, times) = try current.statistics(group: group)
                    group += 1
                    guard times.lowerBound < to, times.upperBound >= from else { continue }
                    let isWhole = times.lowerBound >= from && times.upperBound < to
                    return Segment(file: current, group: group - 1, rows: rows, isWhole: isWhole)
                }
            }
            file = nil
            group = 0
            day += 1
        }
        return nil
    }
}

extension TradeColumns {
    /// Appends a range of another batch; columns that are empty there stay empty here.
    package mutating func append(_ other: borrowing TradeColumns, _ range: Range<Int>) {
        appendOrigin(other, range)
        time += other.time[range]
        if !other.price.isEmpty { price += other.price[range] }
        if !other.quantity.isEmpty { quantity += other.quantity[range] }
        if !other.side.isEmpty { side += other.side[range] }
        if !other.id.isEmpty { id += other.id[range] }
        if !other.idHigh.isEmpty { idHigh += other.idHigh[range] }
        if !other.fills.isEmpty { fills += other.fills[range] }
    }

    /// The rows with from <= time < to.
    package func rows(from: Int64, to: Int64) -> TradeColumns {
        var kept = TradeColumns()
        var start = 0
        while start < count {
            guard time[start] >= from, time[start] < to else {
                start += 1
                continue
            }
            var end = start + 1
            while end < count, time[end] >= from, time[end] < to { end += 1 }
            kept.append(self, start..<end)
            start = end
        }
        return kept
    }
}
