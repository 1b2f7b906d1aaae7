import MarketModel
import Pipeline
import Synchronization
import TapeSequencer

/// One pass over a file at fixed scales.
final class ReadPass: Sendable {
    enum Outcome {
        case done(ArchiveReport)
        /// The scales did not do; these hold every row seen so far.
        case widen(Scales)
    }

    private struct Widen: Error { var scales: Scales }

    private let archive: ArchiveFile
    private let scales: Scales
    private let progress: (@Sendable (Int) -> Void)?
    private let report: Mutex<ArchiveReport>
    private let parsers: Pool<SegmentParser>

    init(_ archive: ArchiveFile, scales: Scales, progress: (@Sendable (Int) -> Void)?) {
        self.archive = archive
        self.scales = scales
        self.progress = progress
        report = Mutex(ArchiveReport(format: archive.format, scales: scales, scan: TapeScan(tradeIDs: archive.tradeIDs)))
        let (layout, symbol) = (archive.layout, archive.symbol)
        parsers = Pool { SegmentParser(layout, symbol: symbol, scales: scales) }
    }

    func run<Partial: Sendable>(
        threads: Int, reduction: TapeReduction<Partial>, fold: @escaping @Sendable (Partial, TapeScan) throws -> Void
    ) throws -> Outcome {
        let source = try source()
        do {
            try OrderedPipeline.run(
                threads: max(1, min(64, threads)),
                produce: { try source.next() },
                work: { try self.parse($0, source, reduction) },
                consume: { try self.take($0, fold) })
        } catch let widen as Widen {
            return .widen(widen.scales)
        }
        let report = self.report.withLock { $0 }
        try judge(report)
        return .done(report)
    }

    private func source() throws -> any SegmentSource {
        let file = try ArchiveHandle(path: archive.path)
        file.expectSequentialReads()
        if case .plain = archive.container { return RangeSegments(file) }
        return StreamSegments(archive.container.stream(file, options: archive.options), path: archive.path)
    }

    private func parse<Partial: Sendable>(
        _ job: SegmentJob, _ source: any SegmentSource, _ reduction: TapeReduction<Partial>
    ) throws -> SegmentResult<Partial> {
        let buffer = try source.load(job)
        defer { source.recycle(buffer) }
        let parser = parsers.take()
        defer { parsers.give(parser) }
        var result = try parser.parse(buffer.bytes, reduction)
        result.consumed = job.consumed
        return result
    }

    private func take<Partial>(_ result: SegmentResult<Partial>, _ fold: (Partial, TapeScan) throws -> Void) throws {
        let tally = result.tally
        let soFar = report.withLock { report -> ArchiveReport in
            for row in tally.rejectedRows.prefix(RejectedRow.limit - report.rejectedRows.count) {
                report.rejectedRows.append(RejectedRow(line: report.lines + row.line, reason: row.reason))
            }
            report.rejected += tally.rejected
            report.otherSymbols += tally.otherSymbols
            if tally.needed == nil { report.scan.append(tally.scan) }
            return report
        }
        if let row = tally.overflow { throw ArchiveError(.overflow, archive.path, line: soFar.lines + row.line, row.reason) }
        if let needed = tally.needed { throw Widen(scales: scales.union(needed)) }
        report.withLock { $0.lines += tally.lines }
        // Junk after a good beginning is not worth reading to its end.
        if soFar.rejected > 10_000 { try judge(soFar) }
        try fold(result.partial, tally.scan)
        progress?(result.consumed)
    }

    /// A file whose rows are mostly rejected is not what it seems: better refused than imported in shreds.
    private func judge(_ report: ArchiveReport) throws(ArchiveError) {
        if report.rejected > report.rows, let first = report.rejectedRows.first {
            throw ArchiveError(
                .refused, archive.path, line: first.line,
                "\(first.reason), and \(report.rejected) of \(report.rows + report.rejected) rows cannot be read; "
                    + "fetch the file again or describe it with --columns")
        }
        if report.rows == 0, report.rejected == 0, report.otherSymbols > 0, let symbol = archive.symbol {
            throw ArchiveError(
                .refused, archive.path,
                "holds no row of \(symbol) among \(report.otherSymbols); check --symbol, or use --columns without symbol")
        }
    }
}
