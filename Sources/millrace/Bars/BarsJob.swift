import Archives
import Glibc
import Lake
import MarketModel
import MarketService
import OrderFlow
import Recorder
import TapeSequencer
import Pipeline

/// One run of `millrace bars`: reads the tape once and writes all datasets that are asked for.
struct BarsJob {
    private let arguments: Arguments
    private let request: BarsRequest

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        request = try BarsRequest(arguments)
    }

    /// Computes and writes.
    func run(_ console: Console) throws {
        ProcessMemory.keepFreed()
        if let path = arguments.value("input") {
            try fromArchive(path, console)
        } else {
            try fromLake(arguments.required("data"), console)
        }
    }

    private func fromLake(_ directory: String, _ console: Console) throws {
        let lake = try Lake(directory: directory, create: false)
        guard var tape = try lake.tape(venue: request.instrument.venue, symbol: request.instrument.symbol) else {
            throw CommandError(
                "\(directory) holds no tape of \(request.instrument); import one with: millrace import FILE --data \(directory) …")
        }
        if request.clock == .arrival {
            guard let arrived = tape.onArrival(from: request.from ?? .min, to: request.to ?? .max) else {
                throw CommandError(
                    "--clock true needs arrival times, and trades of \(request.instrument) in that range have none: imported tape has none")
            }
            tape = arrived
        }
        try write(lake, tape, console)
    }

    private func write(_ lake: Lake, _ tape: TapeSummary, _ console: Console) throws {
        let bar = console.progress("reading", total: tape.rows, unit: .rows)
        defer { bar.finish() }
        let files = try files(source: "tape")
        try BarQuery.rows(
            lake, tape, from: request.from, to: request.to, options: request.options, threads: request.threads,
            progress: { bar.advance(by: $0) }
        ) { try files.append($0) }
        try files.finish()
    }

    private func fromArchive(_ path: String, _ console: Console) throws {
        let intake = try ArchiveIntake(arguments)
        let file = try ArchiveFile(
            path: path, venue: request.instrument.venue,
            options: ArchiveOptions(columns: intake.columns, symbol: request.instrument.symbol))
        console.note("\(path): \(file.format)")
        let bar = console.progress("reading", total: file.size)
        defer { bar.finish() }
        let result = try ArchiveBars(
            file, instrument: request.instrument, contractSize: intake.contractSize, options: request.options, threads: request.threads
        ) { bar.advance(by: $0) }
        bar.finish()
        try SideCheck.require(result.report, of: path, force: intake.force)
        guard let bars = result.bars else {
            let scratch = try ScratchLake()
            let imported = try scratch.tape(of: path, request.instrument, intake, threads: request.threads, console)
            return try write(imported.lake, imported.tape, console)
        }
        report(result.report, path, console)
        let files = try files(source: "archive")
        try bars.forEachRow(from: request.from, to: request.to) { try files.append($0) }
        try files.finish()
    }

    /// The files to write, begun.
    private func files(source: String) throws -> RowFiles {
        if request.outputs.count > 1, let directory = arguments.value("output") {
            guard mkdir(directory, 0o755) == 0 || errno == EEXIST else {
                throw CommandError("cannot make \(directory): \(String(cString: strerror(errno)))")
            }
        }
        let files = RowFiles(threads: request.threads)
        for output in request.outputs {
            let metadata = [
                ("millrace.dataset", output.dataset.name), ("millrace.venue", request.instrument.venue.name),
                ("millrace.symbol", request.instrument.symbol), ("millrace.interval", request.options.interval.name),
                ("millrace.clock", request.clock.rawValue), ("millrace.engine", Program.version), ("millrace.source", source),
            ]
            try files.add {
                try RowFile(format: request.format, columns: output.columns, to: output.path, metadata: metadata)
            }
        }
        return files
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
