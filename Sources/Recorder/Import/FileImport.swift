import Archives
import Glibc
import Lake
import MarketModel
import Pipeline
import TapeSequencer

/// The import of one file.
struct FileImport {
    let lake: Lake
    let options: ImportOptions
    let path: String

    /// What a pass over the file left to publish.
    private struct Outcome {
        var archive: ArchiveReport
        var plan: DayPlan
        var staged: [StagedDay]
        var ids = IDRanges()
        var duplicates = 0
        /// Its rows that the tape had already.
        var known = 0
        /// Those of them on days that this import had touched before.
        var knownHere = 0
    }

    func run(_ session: inout ImportSession, progress: (@Sendable (Int) -> Void)?) throws -> FileReport {
        let archive = try ArchiveFile(
            path: path, venue: options.venue, options: ArchiveOptions(columns: options.columns, symbol: options.symbol))
        let entry = try lake.catalogue.entry(venue: options.venue, symbol: options.symbol)
        let stream = try checkedStream(archive, entry)
        let plan = try plan(archive)
        var outcome: Outcome
        do {
            outcome = try readStraight(archive, plan, progress)
        } catch let error as ImportError where error.code == .needsMerge {
            outcome = try readMerging(archive, plan, session, progress)
        }
        try SideCheck.require(outcome.archive, of: path, force: options.force)
        try publish(&outcome, entry: entry, stream: stream, size: archive.size)

        // Ids tell exactly what files share; without them, what was there already on days of this import is taken for shared.
        let shared = plan.instrument.tradeIDs == .contiguous ? outcome.ids.overlap(session.ids) : outcome.knownHere
        session.ids = session.ids.union(outcome.ids)
        session.days.formUnion(outcome.staged.map(\.day.date))
        return FileReport(
            path: path, archive: outcome.archive, duplicates: outcome.duplicates + shared,
            added: outcome.archive.trades - outcome.duplicates - outcome.known,
            quarantine: try Quarantine.keep(outcome.archive, of: path, in: lake))
    }

    /// What the rows are, where the venue has several tapes of the same trades, which must not mix.
    private func checkedStream(_ archive: ArchiveFile, _ entry: CatalogueEntry?) throws -> String {
        let stream =
            archive.format.hasPrefix("Binance aggTrades") ? "aggTrades" : archive.format.hasPrefix("Binance") ? "trades" : ""
        guard let entry else { return stream }
        guard entry.tradeIDs == archive.tradeIDs else {
            throw ImportError(
                .otherIDs, path,
                "its ids are \(archive.tradeIDs.rawValue), those of the tape \(entry.tradeIDs.rawValue): import it into another data directory"
            )
        }
        guard stream.isEmpty || entry.stream.isEmpty || stream == entry.stream else {
            throw ImportError(
                .otherStream, path, "holds \(stream), the tape holds \(entry.stream): import it into another data directory")
        }
        return stream.isEmpty ? entry.stream : stream
    }

    private func plan(_ archive: ArchiveFile) throws -> DayPlan {
        let tape = try lake.sealedTape(venue: options.venue, symbol: options.symbol)
        let recorded = try lake.tape(venue: options.venue, symbol: options.symbol)
        var instrument = Instrument(venue: options.venue, symbol: options.symbol)
        instrument.tradeIDs = archive.tradeIDs
        let sizes = ContractSizing(instrument: instrument, stated: options.contractSize, tape: recorded)
        try sizes.checkKnown()
        return DayPlan(
            lake: lake, tape: tape, instrument: instrument, scales: tape?.scales ?? Scales(price: 0, quantity: 0),
            contractSizes: { try sizes.size(on: $0) }, threads: options.threads)
    }

    /// Copies the rows of a segment, so that they outlive the batch.
    private static let collect = TapeReduction<TradeColumns>(
        begin: { _ in TradeColumns(capacity: 20_000) },
        add: { rows, batch in rows.append(batch, 0..<batch.count) })

    private func readStraight(_ archive: ArchiveFile, _ plan: DayPlan, _ progress: (@Sendable (Int) -> Void)?) throws -> Outcome {
        let importer = Condition<(plan: DayPlan, straight: StraightImport)?>(nil)
        let path = path
        let report = try archive.read(threads: options.threads, progress: progress, reduction: FileImport.collect) { scales in
            importer.withLock {
                $0 = nil
                var plan = plan
                plan.scales = plan.tape == nil ? scales : plan.scales.union(scales)
                $0 = (plan, StraightImport(plan: plan, fileScales: scales, subject: path))
            }
        } fold: { rows, _ in
            try importer.withLock { try $0?.straight.append(rows) }
        }
        return try importer.withLock { importer in
            try importer?.straight.finish()
            let staged = importer?.straight.staged ?? []
            var outcome = Outcome(archive: report, plan: importer?.plan ?? plan, staged: staged)
            outcome.ids = IDRanges(staged.flatMap(\.day.idRanges))
            outcome.duplicates = importer?.straight.duplicates ?? 0
            importer = nil
            return outcome
        }
    }

    private func readMerging(
        _ archive: ArchiveFile, _ plan: DayPlan, _ session: ImportSession, _ progress: (@Sendable (Int) -> Void)?
    ) throws -> Outcome {
        let spill = Condition<(plan: DayPlan, runs: SpilledRuns)?>(nil)
        let path = path
        let report = try archive.read(threads: options.threads, progress: progress, reduction: FileImport.collect) { scales in
            spill.withLock {
                var plan = plan
                plan.scales = plan.tape == nil ? scales : plan.scales.union(scales)
                $0 = (plan, SpilledRuns(plan: plan, fileScales: scales, subject: path))
            }
        } fold: { rows, _ in
            try spill.withLock { try $0?.runs.append(rows) }
        }
        let (wide, runs) = try spill.withLock { state in
            try state?.runs.spill()
            return (state?.plan ?? plan, state?.runs.runs ?? [:])
        }
        var outcome = Outcome(archive: report, plan: wide, staged: [])
        var ids: [ClosedRange<Int64>] = []
        for day in runs.keys.sorted() {
            var merge = DayMerge(plan: wide, subject: path)
            outcome.staged.append(try merge.run(day, runs: runs[day] ?? []))
            outcome.duplicates += merge.duplicates
            outcome.known += merge.known
            if session.days.contains(day) { outcome.knownHere += merge.known }
            ids += merge.ids
        }
        outcome.ids = IDRanges(ids)
        return outcome
    }

    private func publish(_ outcome: inout Outcome, entry: CatalogueEntry?, stream: String, size: Int) throws {
        let plan = outcome.plan
        if let tape = plan.tape, tape.scales != plan.scales {
            // One scale for all files of an instrument: the days that the file does not touch follow.
            let touched = Set(outcome.staged.map(\.day.date))
            for day in tape.days where !touched.contains(day.date) {
                var merge = DayMerge(plan: plan, subject: path)
                outcome.staged.append(try merge.run(day.date, runs: []))
            }
        }
        try checkUnique(outcome)
        let known = IDRanges(entry?.present ?? [])
        let present = known.union(IDRanges(outcome.archive.scan.zeroIDs))
        guard !outcome.staged.isEmpty || present != known else { return }
        let change = TapeChange(
            entry: CatalogueEntry(
                number: 0, venue: options.venue, symbol: options.symbol, tradeIDs: plan.instrument.tradeIDs, stream: stream,
                scales: plan.scales, present: present.ranges),
            days: outcome.staged, source: path, sourceBytes: size, sourceRows: outcome.archive.trades,
            importedAt: Timestamp.iso8601(WallClock.microseconds()), covers: DumpSpan.times(of: outcome.archive, named: path, options))
        try lake.publish(change)
    }

    /// An id belongs to one day.
    private func checkUnique(_ outcome: Outcome) throws {
        guard outcome.plan.instrument.tradeIDs == .contiguous else { return }
        let touched = Set(outcome.staged.map(\.day.date))
        let others = outcome.plan.tape?.days.filter { !touched.contains($0.date) } ?? []
        let runs = (others + outcome.staged.map(\.day)).flatMap(\.idRuns)
        guard let (a, b) = TapeRun.overlaps(of: runs).first else { return }
        throw ImportError(
            .conflict, path,
            "trade \(b.first) would be on two days (\(CivilDate(microseconds: a.firstTime)), \(CivilDate(microseconds: b.firstTime))): "
                + "one of the files that hold it is wrong")
    }
}
