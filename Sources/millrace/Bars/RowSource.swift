import Archives
import Lake
import MarketModel
import MarketService
import OrderFlow
import Pipeline
import Recorder
import TapeSequencer

/// Reads the rows that are asked for, once, from a dump or from the lake.
struct RowSource {
    /// What is known of a tape before its rows are read.
    struct Tape {
        /// `tape` or `archive`, as files say it.
        let kind: String
        /// Where it misses trades or once did.
        let holes: [TapeWholeness.Hole]
    }

    let arguments: Arguments
    let request: RowRequest

    /// Hands all rows to what `open` makes once the tape is there, and ends it.
    func read(_ console: Console, into open: (Tape) throws -> some RowSink<BarRow>) throws {
        ProcessMemory.keepFreed()
        if let path = arguments.value("input") {
            try fromArchive(path, console, open)
        } else {
            try fromLake(arguments.required("data"), console, open)
        }
    }

    private func fromLake(_ directory: String, _ console: Console, _ open: (Tape) throws -> some RowSink<BarRow>) throws {
        let lake = try Lake(directory: directory, create: false)
        guard var tape = try lake.tape(venue: request.instrument.venue, symbol: request.instrument.symbol) else {
            throw CommandError(
                "\(directory) holds no tape of \(request.instrument); import one with: millrace import FILE --data \(directory) …")
        }
        if request.clock == .arrival {
            guard let arrived = tape.onArrival(from: request.range.from ?? .min, to: request.range.to ?? .max) else {
                throw CommandError(
                    "--clock true needs arrival times, and trades of \(request.instrument) in that range have none: imported tape has none")
            }
            tape = arrived
        }
        try read(lake, tape, console, open)
    }

    private func read(_ lake: Lake, _ tape: TapeSummary, _ console: Console, _ open: (Tape) throws -> some RowSink<BarRow>) throws {
        let bar = console.progress("reading", total: tape.rows, unit: .rows)
        defer { bar.finish() }
        let holes =
            tape.holes.map { TapeWholeness.Hole(from: $0.timeFrom, to: $0.timeTo, isRepaired: $0.state == .repaired) }
            + tape.losses.map { TapeWholeness.Hole(from: $0.timeFrom, to: $0.timeTo, isRepaired: $0.state == .repaired) }
        let sink = try open(Tape(kind: "tape", holes: holes))
        try BarQuery.rows(
            lake, tape, from: request.range.from, to: request.range.to, options: request.range.options, threads: request.range.threads,
            progress: { bar.advance(by: $0) }
        ) { try sink.append($0) }
        bar.finish()
        try sink.finish()
    }

    private func fromArchive(_ path: String, _ console: Console, _ open: (Tape) throws -> some RowSink<BarRow>) throws {
        let intake = try ArchiveIntake(arguments)
        let file = try ArchiveFile(
            path: path, venue: request.instrument.venue,
            options: ArchiveOptions(columns: intake.columns, symbol: request.instrument.symbol))
        console.note("\(path): \(file.format)")
        let bar = console.progress("reading", total: file.size)
        defer { bar.finish() }
        let result = try ArchiveBars(
            file, instrument: request.instrument, contractSize: intake.contractSize, options: request.range.options,
            threads: request.range.threads
        ) { bar.advance(by: $0) }
        bar.finish()
        try SideCheck.require(result.report, of: path, force: intake.force)
        guard let bars = result.bars else {
            let scratch = try ScratchLake()
            let imported = try scratch.tape(of: path, request.instrument, intake, threads: request.range.threads, console)
            return try read(imported.lake, imported.tape, console, open)
        }
        report(result.report, path, console)
        let holes = result.report.scan.holes.map { TapeWholeness.Hole(from: $0.timeBefore, to: $0.timeAfter) }
        let sink = try open(Tape(kind: "archive", holes: holes))
        try bars.forEachRow(from: request.range.from, to: request.range.to) { try sink.append($0) }
        try sink.finish()
    }

    /// Says what is odd about a dump whose bars are whole all the same.
    private func report(_ archive: ArchiveReport, _ path: String, _ console: Console) {
        if archive.rejected > 0, let first = archive.rejectedRows.first {
            console.note("\(path): \(archive.rejected) rows could not be read, the first in line \(first.line): \(first.reason)")
        }
        if archive.scan.holeCount > 0 {
            console.note(
                "\(path): \(archive.scan.missingIDs) ids are missing in \(archive.scan.holeCount) holes; the bars they touch are marked gap"
            )
        }
    }
}
