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
        try tape.checkReadable(from: from, to: to)
        let source = Condition(TapeSegments(lake: self, tape: tape, from: from, to: to))
        let scales = tape.scales
        try OrderedPipeline.run(threads: threads) {
            try source.withLock { try $0.next() }
        } work: { segment in
            var partial = try reduction.begin(scales)
            try segment.batches(columns, of: tape) { batch in
                if segment.isWhole {
                    try reduction.add(&partial, batch)
                } else {
                    let kept = batch.rows(from: from, to: to)
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
        try tape.checkReadable(from: tape.days.last?.date.microseconds ?? .max, to: .max)
        var parts: [TradeColumns] = []
        var held = 0
        for day in tape.days.reversed() {
            guard held < count else { break }
            let found = try day.isOpen ? newestOpen(tape, day, count - held) : newestSealed(tape, day, count - held)
            parts += found
            held += found.reduce(0) { $0 + $1.count }
        }
        var result = TradeColumns(capacity: min(held, count))
        for (index, part) in parts.reversed().enumerated() {
            let surplus = index == 0 ? max(0, held - count) : 0
            result.append(part, min(surplus, part.count)..<part.count)
        }
        return result
    }

    /// The last row groups of a day that hold `count` trades, or all; the last one first.
    private func newestSealed(_ tape: TapeSummary, _ day: TapeDay, _ count: Int) throws -> [TradeColumns] {
        let file = try open(tape, day)
        var parts: [TradeColumns] = []
        var held = 0
        for group in (0..<file.groups).reversed() where held < count {
            let cursor = try TapeCursor(file, group: group, columns: .all)
            var part = TradeColumns()
            while try cursor.advance() { part.append(cursor.batch, 0..<cursor.batch.count) }
            try part.rescale(from: file.layout.scales, to: tape.scales, file.path)
            held += part.count
            parts.append(part)
        }
        return parts
    }

    /// Opens a day's file and checks that it is the one the summary speaks of.
    package func open(_ tape: TapeSummary, _ day: TapeDay) throws -> TapeFile {
        let path = path(of: tape.instrument, day.date)
        let file = try TapeFile(path: path)
        guard file.contentHash == day.contentHash, file.rows == day.rows, file.layout.scales == tape.sealedScales else {
            // In this order: what was staged when the file was opened is no more once it is committed, and then the version is another.
            let unchanged = try catalogue.staged().isEmpty && catalogue.version() == tape.version
            throw unchanged
                ? LakeError(.damaged, path, "is not the file that the catalogue describes: see 'millrace verify'")
                : LakeError(.changed, path, "was replaced while it was being read: try again")
        }
        return file
    }
}
