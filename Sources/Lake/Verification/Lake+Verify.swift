import Glibc
import MarketModel
import Pipeline
import SQLite
import TapeSequencer

extension Lake {
    /// Checks everything against everything: the catalogue's own pages, each file's bytes against its hash, each row's order, day and
    /// identity, and the ids that are there against the holes that are known. Changes nothing.
    ///
    /// - Parameters:
    ///   - progress: told how many bytes were checked since it was last called, from any thread.
    ///   - found: takes each finding, one at a time.
    /// - Throws: ``LakeError`` when a check cannot be made at all.
    public func verify(threads: Int, progress: (@Sendable (Int) -> Void)? = nil, found: @escaping @Sendable (LakeFinding) -> Void) throws {
        let lock = try lockUnlessReadOnly()
        try check(threads: threads, progress: progress, found: found)
        _ = consume lock
    }

    /// Keeps writers away, who would make sound files look wrong; where no lock can be made nobody can write either.
    private func lockUnlessReadOnly() throws -> LakeLock? {
        do throws(LakeError) {
            if let lock = try LakeLock(directory: directory) { return lock }
        } catch {
            return nil
        }
        throw LakeError(.busy, directory, "an import is writing there: verify when it has ended")
    }

    private func check(
        threads: Int, progress: (@Sendable (Int) -> Void)?, found: @escaping @Sendable (LakeFinding) -> Void
    ) throws {
        for line in try catalogue.integrity() { found(LakeFinding(kind: .catalogue, subject: "catalogue.sqlite", detail: line)) }
        var expected: Set<String> = []
        for tape in try sealedTapes() {
            let days = Condition(tape.days[...])
            let runs = Condition<[TapeRun]>([])
            for day in tape.days { expected.insert(TapePath.file(tape.instrument, day.date)) }
            try OrderedPipeline.run(threads: threads) {
                days.withLock { $0.popFirst() }
            } work: { day in
                var check = DayCheck(lake: self, tape: tape, day: day)
                check.run()
                progress?(day.bytes)
                return check
            } consume: { check in
                check.findings.forEach(found)
                runs.withLock { $0 += check.runs ?? check.day.runs }
            }
            for loss in tape.openLosses {
                let text = "trades between \(Timestamp.iso8601(loss.timeFrom)) and \(Timestamp.iso8601(loss.timeTo)) may be missing"
                found(LakeFinding(kind: .knownHole, subject: tape.instrument.description, detail: text))
            }
            guard tape.instrument.tradeIDs == .contiguous else { continue }
            try checkHoles(of: tape, runs.withLock { $0 }, found)
        }
        for (day, venue) in JournalPath.all(directory) {
            let path = JournalPath.file(directory, day, venue)
            let replay = try JournalReplay(path: path) { _, _ in }
            for detail in replay.damage {
                found(LakeFinding(kind: .damaged, subject: String(path.dropFirst(directory.utf8.count + 1)), detail: detail))
            }
        }
        try InterestCheck(lake: self).run(files: files(under: InterestPath.root), found)
        try OptionCheck(lake: self).run(files: files(under: OptionPath.root), found)
        for path in files(under: TapePath.root) where !expected.contains(path) {
            found(
                LakeFinding(
                    kind: .unknown, subject: path, detail: "the catalogue does not know it" + ForeignFile(directory + "/" + path).summary))
        }
    }

    /// Compares the ids that are on the tape with the holes that the catalogue knows, and looks for ids on two days.
    private func checkHoles(of tape: TapeSummary, _ runs: [TapeRun], _ found: (LakeFinding) -> Void) throws {
        let name = tape.instrument.description
        for (a, b) in TapeRun.overlaps(of: runs) {
            let last = min(a.last, b.last)
            found(
                LakeFinding(
                    kind: .duplicate, subject: name,
                    detail: b.first == last ? "id \(last) is there twice" : "ids \(b.first)…\(last) are there twice"))
        }
        let present = try catalogue.entry(venue: tape.instrument.venue, symbol: tape.instrument.symbol)?.present ?? []
        let gaps = TapeRun.gaps(between: runs, present: present)
        let known = Set(tape.openHoles.map { $0.from...$0.to })
        for gap in gaps {
            let count = gap.to - gap.from + 1
            let text =
                "ids \(gap.from)…\(gap.to) (\(count)) between \(Timestamp.iso8601(gap.timeFrom)) and \(Timestamp.iso8601(gap.timeTo))"
            let isKnown = known.contains(gap.from...gap.to)
            found(LakeFinding(kind: isKnown ? .knownHole : .hole, subject: name, detail: text))
        }
        let actual = Set(gaps.map { $0.from...$0.to })
        for hole in tape.openHoles where !actual.contains(hole.from...hole.to) {
            found(
                LakeFinding(
                    kind: .mismatch, subject: name, detail: "the catalogue speaks of a hole \(hole.from)…\(hole.to) that is not on the tape"
                ))
        }
    }

    /// All files below a directory of the data directory, by path within it.
    private func files(under path: String) -> [String] {
        FileSystem.names(in: directory + "/" + path).flatMap { name -> [String] in
            let inner = path + "/" + name
            return FileSystem.isDirectory(directory + "/" + inner) ? files(under: inner) : [inner]
        }
    }
}

extension TapePath {
    static func file(_ instrument: Instrument, _ day: CivilDate) -> String {
        file(venue: instrument.venue, symbol: instrument.symbol, day: day)
    }
}

extension Catalogue {
    /// What SQLite finds wrong with its own file; empty if nothing.
    func integrity() throws -> [String] {
        try database.query("PRAGMA integrity_check(20)") { $0.text(0) }.filter { $0 != "ok" }
    }
}
