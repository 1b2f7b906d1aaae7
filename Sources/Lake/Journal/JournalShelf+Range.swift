import MarketModel
import TapeSequencer

extension JournalShelf {
    /// By how much a venue's clock may be ahead of ours, in microseconds.
    private static let mostAhead: Int64 = 600_000_000
    /// How far apart the times of two versions of a row may be, in microseconds.
    private static let slack: Int64 = 60_000_000

    /// The rows of an open day with times from one to another, and perhaps some around them, in tape order.
    ///
    /// - Complexity: O(rows that arrived since ten minutes before the range), in time; memory for those in the range. All of the day where it
    ///   has a sealed file too, where its clock is that of arrivals, and where the range begins with the day.
    func rows(_ lake: Lake, _ tape: TapeSummary, _ day: TapeDay, from: Int64, to: Int64) throws -> OpenRows {
        let isPart = tape.clock == .exchange && day.sealedFile.isEmpty && from > day.firstTime + Self.slack
        guard isPart, kept(tape, day) == nil else { return try rows(lake, tape, day) }
        let times = from - Self.slack...max(from, to > .max - Self.slack ? .max : to + Self.slack)
        var held = JournalColumns()
        for part in day.parts {
            var columns = try columns(part, times: times)
            if part.held.present.count > 0 { columns = columns.trades }
            try columns.rows.rescale(from: part.held.scales, to: tape.scales, part.path)
            held.append(columns)
        }
        return OpenRows.sorted(held, TapeOrder(tradeIDs: tape.instrument.tradeIDs))
    }

    /// The rows of a part whose times lie in a range, in the order in which they were appended.
    private func columns(_ part: JournalPart, times: ClosedRange<Int64>) throws -> JournalColumns {
        var found: [JournalColumns] = []
        try forEachBatch(part) { columns in
            let rows = columns.rows
            let places = rows.time.indices.filter { times.contains(rows.time[$0]) }
            if places.count == columns.count { found.append(columns) } else if !places.isEmpty { found.append(columns.picked(places)) }
            // What arrived before cannot be as new, unless a venue's clock is that far ahead of ours.
            guard let newest = rows.arrival.max(), rows.arrival.allSatisfy({ $0 != 0 }) else { return true }
            return newest &+ Self.mostAhead >= times.lowerBound
        }
        var result = JournalColumns()
        for columns in found.reversed() { result.append(columns) }
        return result
    }
}
