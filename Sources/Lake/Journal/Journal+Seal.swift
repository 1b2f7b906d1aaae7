import Glibc
public import MarketModel
import Synchronization
import TapeSequencer

extension Journal {
    /// Makes the days before a day part of the sealed tape, each instrument's rows as one Parquet file, and removes their journals.
    ///
    /// Call it when a UTC day has ended and late trades have had their time. What an import brought for such a day is merged in. A death at
    /// any moment leaves the journal or the sealed day or both, and both together are the same rows: the next call goes on. Rows of a sealed
    /// day that come later open a journal of that day again, to be sealed by a later call. Recording goes on meanwhile.
    ///
    /// - Parameters:
    ///   - threads: that encode, 1…64.
    /// - Returns: the days that were sealed.
    /// - Throws: ``LakeError``: ``LakeError/isBusy`` while an import writes, so that it has to be called again later; damage; a full disk.
    /// - Complexity: O(rows), with the rows of one instrument and day in memory.
    @discardableResult
    public func seal(before day: CivilDate, threads: Int = 2) throws -> [CivilDate] {
        try sealing.withLock { _ in
            let old = { self.store.days.filter { $0 < day } }
            // What waits may open journals of old days too.
            try flush()
            guard !old().isEmpty else { return [] }
            let lock = try lake.lock()
            var sealed: [CivilDate] = []
            for day in old() {
                try seal(day, threads)
                sealed.append(day)
            }
            try lake.settle()
            _ = consume lock
            return sealed
        }
    }

    private func seal(_ day: CivilDate, _ threads: Int) throws {
        let file = store.hold(day)
        do {
            for symbol in Set(file?.instruments.map(\.instrument.symbol) ?? []).sorted() {
                try lake.seal(venue, symbol, day, threads)
            }
        } catch {
            store.release(day, file)
            throw error
        }
        let path = JournalPath.file(lake.directory, day, venue)
        file?.close()
        lake.journals.forget(path)
        JournalFile.remove(path)
        let directory = JournalPath.directory(lake.directory, day)
        if rmdir(directory) != 0 { try? FileSystem.synchronizeDirectory(directory) }
        try? FileSystem.synchronizeDirectory(lake.directory + "/" + JournalPath.root)
        store.release(day, nil)
    }
}

extension Lake {
    /// Publishes what journals hold of an instrument's day, together with its file if it has one; the caller holds the lock.
    func seal(_ venue: Venue, _ symbol: String, _ date: CivilDate, _ threads: Int) throws {
        guard let tape = try tape(venue: venue, symbol: symbol), let entry = try catalogue.entry(venue: venue, symbol: symbol) else {
            return
        }
        try tape.checkReadable(from: date.microseconds, to: date.microseconds + CivilDate.dayLength)
        guard let day = tape.days.first(where: { $0.date == date && $0.isOpen }) else {
            try publishPresent(tape, entry)
            return try noteMissing(tape, date)
        }
        let others = tape.days.compactMap { $0.isOpen ? $0.sealedFile.first : $0 }.filter { $0.date != date }
        var rows = try OpenRows(self, tape, day)
        if tape.instrument.tradeIDs == .contiguous { rows = rows.without(idsOf: others, changed: day) }
        let layout = TapeLayout(tradeIDs: tape.instrument.tradeIDs, scales: tape.scales)
        var staged: [StagedDay] = []
        if rows.rows.count > 0 {
            let writer = try TapeWriter(path: "\(incoming)/sealed-\(date).parquet", layout: layout, threads: threads)
            try writer.append(rows.rows, 0..<rows.rows.count, ordinals: rows.ordinals)
            staged.append(try finish(writer, tape, day))
        }
        if tape.scales != tape.sealedScales {
            // One scale for all files of an instrument: the days that are sealed already follow.
            for other in others { staged.append(try rescaled(tape, other, layout, threads)) }
        }
        var after = entry
        after.scales = tape.scales
        after.present = tape.present
        let change = TapeChange(entry: after, days: staged, source: "", sourceBytes: 0, sourceRows: 0, importedAt: "")
        if staged.isEmpty { try publishPresent(tape, entry) } else { try publish(change) }
        try noteMissing(tape, date)
    }

    /// Publishes which ids are no trades, of a day that brings nothing else.
    private func publishPresent(_ tape: TapeSummary, _ entry: CatalogueEntry) throws {
        guard tape.present != entry.present else { return }
        var after = entry
        after.present = tape.present
        try publish(TapeChange(entry: after, days: [], source: "", sourceBytes: 0, sourceRows: 0, importedAt: ""))
    }

    private func finish(_ writer: TapeWriter, _ tape: TapeSummary, _ day: TapeDay) throws -> StagedDay {
        var instrument = tape.instrument
        instrument.contractSize = day.contractSize
        let finished = try writer.finish(date: day.date, instrument: instrument)
        return StagedDay(day: finished, path: String(writer.path.dropFirst(directory.utf8.count + 1)))
    }

    /// A sealed day at finer scales.
    private func rescaled(_ tape: TapeSummary, _ day: TapeDay, _ layout: TapeLayout, _ threads: Int) throws -> StagedDay {
        let file = try open(tape, day)
        let writer = try TapeWriter(path: "\(incoming)/rescaled-\(day.date).parquet", layout: layout, threads: threads)
        for group in 0..<file.groups {
            let cursor = try TapeCursor(file, group: group, columns: .everything)
            while try cursor.advance() {
                var batch = cursor.batch
                try batch.rescale(from: file.layout.scales, to: layout.scales, file.path)
                try writer.append(batch, 0..<batch.count, ordinals: cursor.ordinals)
            }
        }
        return try finish(writer, tape, day)
    }

    /// What was noted of missing trades goes over to the catalogue.
    private func noteMissing(_ tape: TapeSummary, _ date: CivilDate) throws {
        let noted = tape.noted.filter { $0.day == date }.map(\.note)
        guard !noted.isEmpty else { return }
        try catalogue.note(noted.holes, noted.losses, of: tape.instrument)
    }
}

extension OpenRows {
    /// The rows but those whose ids are sealed on other days, to which they belong then: an id is on one day.
    fileprivate func without(idsOf others: [TapeDay], changed day: TapeDay) -> OpenRows {
        let taken = others.flatMap(\.runs)
        guard !TapeRun.overlaps(of: taken + day.runs).isEmpty else { return self }
        let elsewhere = IDRanges(taken.map { $0.first...$0.last })
        var kept = TradeColumns()
        for index in 0..<rows.count where !elsewhere.complement(in: rows.id[index]...rows.id[index]).isEmpty {
            kept.append(rows, index..<index + 1)
        }
        return OpenRows(rows: kept, ordinals: [])
    }
}
