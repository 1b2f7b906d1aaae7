import Archives
import Lake
import MarketModel
import Transport

extension Command {
    static let importInterest = Command(
        name: "import-interest",
        summary: "Bring the past of open interest into the lake",
        discussion: """
            Takes Binance's metrics dumps, recordings of OKX's open interest (symbol,oi_value,timestamp_ms), and CME's days as
            date,product,open_interest,settle; plain, gzipped or zipped, recognised by their headers. A running server shows them within ten
            seconds.

            What was recorded stays as it is: imported readings count where nothing was recorded. Importing again changes nothing. Rows that
            are none are listed in quarantine/ with their reasons.
            """,
        operands: [CommandOperand(name: "FILE", help: "The files", takes: .file, repeatable: true)],
        options: [
            .data(), CommandOption("report", "F", .choice(["text", "json"]), "How to print what came of it", default: "text"),
        ],
        examples: [
            CommandExample("millrace import-interest BTCUSDT-metrics-2025-09-*.zip --data lake", "a month of Binance's dumps"),
            CommandExample("millrace import-interest okx_open_interest_20250901.csv.gz --data lake --report json", "a recording of OKX"),
        ]
    ) { arguments, console in
        let lake = try Lake(directory: try arguments.required("data"), create: true)
        var job = InterestImportJob(lake: lake)
        let bar = console.progress("importing", total: arguments.operands.count, unit: .rows)
        defer { bar.finish() }
        for path in arguments.operands {
            try job.read(path)
            bar.advance(by: 1)
        }
        try job.write()
        bar.finish()
        for line in job.problems { Console.complain("millrace import-interest: \(line)") }
        try console.print(arguments.value("report") == "json" ? job.json : job.text)
        return job.problems.isEmpty ? .success : .failure
    }
}

/// One run of `millrace import-interest`.
private struct InterestImportJob {
    private struct FileReport {
        var path: String
        var format: String
        var report: OpenInterestFileReport
        var quarantine: String?
    }

    /// How many readings are held until they are written.
    private static let heldReadings = 2_000_000

    private let lake: Lake
    private var readings: [OpenInterestReading] = []
    private var files: [FileReport] = []
    private var written = InterestImportReport()
    private var withoutUSD = 0
    /// What could not be read, a line each.
    private(set) var problems: [String] = []

    init(lake: Lake) { self.lake = lake }

    /// Reads a file; one that is none is a problem, and the others go on.
    mutating func read(_ path: String) throws {
        let before = readings.count
        do {
            let file = try OpenInterestFile(path: path)
            let report = try file.read { readings.append($0) }
            withoutUSD += readings[before...].count { $0.usd == nil }
            files.append(FileReport(path: path, format: file.format.rawValue, report: report, quarantine: try keep(report, of: path)))
        } catch let error as ArchiveError {
            // Nothing of a file that ends in damage counts.
            readings.removeSubrange(before...)
            problems.append("\(error)")
        }
        if readings.count >= InterestImportJob.heldReadings { try write() }
    }

    /// Writes what was read.
    mutating func write() throws {
        guard !readings.isEmpty else { return }
        let report = try lake.importInterest(readings)
        readings.removeAll(keepingCapacity: true)
        written.add(report)
    }

    private func keep(_ report: OpenInterestFileReport, of path: String) throws -> String? {
        guard !report.rejected.isEmpty else { return nil }
        let name = path.split(separator: "/").last.map(String.init) ?? "file"
        let count = report.rejected.values.reduce(0, +)
        var text = "# \(path): \(count) rejected rows, the first in line \(report.firstRejected ?? 0)\n"
        for (reason, rows) in report.rejected.sorted(by: { $0.key < $1.key }) { text += "\(rows)\t\(reason)\n" }
        return try lake.writeQuarantine("\(name).rejected.txt", text)
    }

    var text: String {
        var lines: [String] = []
        for file in files {
            let rejected = file.report.rejected.values.reduce(0, +)
            lines.append(
                "\(file.path): \(file.format), \(file.report.readings) readings"
                    + (rejected == 0 ? "" : ", \(rejected) rows rejected, see \(file.quarantine ?? "quarantine/")"))
        }
        let span = written.days.min().flatMap { first in written.days.max().map { ", \(first) to \($0)" } } ?? ""
        lines.append("lake: \(written.new) new readings, \(written.known) known on \(written.days.count) days\(span)")
        if withoutUSD > 0 { lines.append("\(withoutUSD) readings say no USD: they count in coins only") }
        return lines.joined(separator: "\n")
    }

    var json: String {
        var json = JSONWriter()
        json.beginObject()
        json.member("readings", files.reduce(0) { $0 + $1.report.readings })
        json.member("rejected", files.reduce(0) { $0 + $1.report.rejected.values.reduce(0, +) })
        json.member("new", written.new)
        json.member("known", written.known)
        json.member("without_usd", withoutUSD)
        json.member("days", written.days.count)
        json.key("by_file")
        json.beginArray()
        for file in files {
            json.beginObject()
            json.member("file", file.path)
            json.member("format", file.format)
            json.member("readings", file.report.readings)
            json.key("rejected")
            json.beginObject()
            for (reason, rows) in file.report.rejected.sorted(by: { $0.key < $1.key }) {
                json.key(escaping: reason)
                json.value(rows)
            }
            json.endObject()
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.buffer.withBytes { String(decoding: $0, as: UTF8.self) }
    }
}
