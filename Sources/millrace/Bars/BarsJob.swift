import Archives
import Lake
import MarketModel
import MarketService
import OrderFlow
import Recorder
import TapeSequencer

/// One run of `millrace bars`, with its command line checked.
struct BarsJob {
    private let arguments: Arguments
    private let instrument: Instrument
    private let options: BarOptions
    private let columns: [Column<BarRow>]
    private let format: RowFormat
    private let threads: Int
    private let from: Int64?
    private let to: Int64?

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        guard let name = arguments.operands.first, name == Dataset.flow.name else {
            throw UsageError("there is no dataset '\(arguments.operands.first ?? "")'; there is: flow")
        }
        guard arguments.has("input") != arguments.has("data") else { throw UsageError("give either --input FILE or --data DIR") }
        guard arguments.value("clock") != "true" else {
            throw CommandError("--clock true needs arrival times, and imported tape has none; use --clock exchange")
        }
        instrument = try Instrument(venue: arguments.venue(), symbol: arguments.required("symbol"))
        columns = try BarsJob.columns(arguments)
        options = try BarOptions(
            interval: arguments.interval(),
            mediumFrom: BarsJob.notional(arguments, "medium-from", default: 100),
            largeFrom: BarsJob.notional(arguments, "large-from", default: 1000),
            toxicity: columns.contains { $0.name == "flow_toxicity_score" })
        format = RowFormat(rawValue: arguments.value("format") ?? "csv") ?? .csv
        threads = try arguments.threads()
        from = try arguments.time("from")
        to = try arguments.time("to")
        if let from, let to, from >= to { throw UsageError("--from must be before --to") }
    }

    private static func columns(_ arguments: Arguments) throws -> [Column<BarRow>] {
        var columns = Dataset.flow.columns
        func known(_ name: String) throws {
            guard Dataset.flow.columns.contains(where: { $0.name == name }) else {
                throw UsageError("flow has no column '\(name)'; `millrace datasets flow` lists them")
            }
        }
        if let list = arguments.value("fields") {
            let names = list.split(separator: ",").map { String($0) }
            for name in names { try known(name) }
            columns = names.compactMap { name in Dataset.flow.columns.first { $0.name == name } }
        }
        for name in arguments.all("without") {
            try known(name)
            columns.removeAll { $0.name == name }
        }
        guard !columns.isEmpty else { throw UsageError("no column is left to write") }
        return columns
    }

    private static func notional(_ arguments: Arguments, _ name: String, default fallback: Int64) throws -> FixedPoint {
        guard let text = arguments.value(name) else { return FixedPoint(mantissa: fallback) }
        guard let value = try? FixedPoint(text: text), value.mantissa > 0 else {
            throw UsageError("--\(name) \(text): a positive number is wanted")
        }
        return value
    }

    /// Computes and writes.
    func run(_ console: Console) throws {
        let (flow, origin) =
            try arguments.value("input").map { try fromArchive($0, console) } ?? fromLake(arguments.required("data"), console)
        let identity = [
            ("millrace.dataset", Dataset.flow.name), ("millrace.venue", instrument.venue.name), ("millrace.symbol", instrument.symbol),
            ("millrace.interval", options.interval.name), ("millrace.clock", "exchange"), ("millrace.engine", Program.version),
        ]
        let file = try RowFile(
            format: format, columns: columns, to: arguments.value("output"), metadata: identity + origin, time: { $0.time })
        try flow.forEachRow(from: from, to: to) { try file.append($0) }
        try file.finish()
    }

    private func fromLake(_ directory: String, _ console: Console) throws -> (FlowTape, [(String, String)]) {
        let lake = try Lake(directory: directory, create: false)
        guard let tape = try lake.tape(venue: instrument.venue, symbol: instrument.symbol) else {
            throw CommandError("\(directory) holds no tape of \(instrument); import one with: millrace import FILE --data \(directory) …")
        }
        let bar = console.progress("reading", total: tape.rows, unit: .rows)
        defer { bar.finish() }
        let flow = try FlowQuery.flow(lake, tape, from: from, to: to, options: options, threads: threads) { bar.advance(by: $0) }
        return (flow, [("millrace.source", "tape")])
    }

    private func fromArchive(_ path: String, _ console: Console) throws -> (FlowTape, [(String, String)]) {
        let intake = try ArchiveIntake(arguments)
        let file = try ArchiveFile(
            path: path, venue: instrument.venue, options: ArchiveOptions(columns: intake.columns, symbol: instrument.symbol))
        console.note("\(path): \(file.format)")
        let bar = console.progress("reading", total: file.size)
        defer { bar.finish() }
        let result = try ArchiveFlow(
            file, instrument: instrument, contractSize: intake.contractSize, options: options, threads: threads
        ) { bar.advance(by: $0) }
        bar.finish()
        try SideCheck.require(result.report, of: path, force: intake.force)
        let origin = [("millrace.source", "archive")]
        if let flow = result.flow {
            report(result.report, path, console)
            return (flow, origin)
        }
        let scratch = try ScratchLake()
        let imported = try scratch.tape(of: path, instrument, intake, threads: threads, console)
        return try (FlowQuery.flow(imported.lake, imported.tape, from: from, to: to, options: options, threads: threads), origin)
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
