import Feeds
import Lake
import MarketModel
import Recorder
import Transport

extension Command {
    static let importOptionStatistics = Command(
        name: "import-options",
        summary: "Bring daily statistics of option markets into the lake",
        discussion: """
            Takes what clearing houses and exchanges publish, plain, gzipped or zipped, recognised by content:
              OCC           daily-volume-totals and open-interest (JSON), daily-open-interest, daily-volume-statistics, volume-query (CSV)
              Cboe          totalpc.csv with indexpc.csv, and YYYY-MM-DD_daily_options
              HKEX          dqeYYMMDD.htm, DTOP_O_YYYYMMDD.zip, DTOP_F_YYYYMMDD.zip
              your own      date,market,call_volume,put_volume,call_oi,put_oi
            Clients of OpenD ask 'millrace serve' for them; a running server shows them within two seconds.

            Importing again changes nothing. A file that says otherwise than the same source did replaces it, and what was said before is kept
            in the history. Rows that do not add up are listed in quarantine/ with their reasons. Trades of options are imported by
            'millrace import --venue okx-options'.
            """,
        operands: [CommandOperand(name: "FILE", help: "The files", takes: .file, repeatable: true)],
        options: [
            .data(), CommandOption("report", "F", .choice(["text", "json"]), "How to print what came of it", default: "text"),
        ],
        examples: [
            CommandExample("millrace import-options totalpc.csv indexpc.csv --data lake", "Cboe's archives, which belong together"),
            CommandExample("millrace import-options DTOP_*_202606*.zip --data lake --report json", "a month of Hong Kong's files"),
        ]
    ) { arguments, console in
        let lake = try Lake(directory: try arguments.required("data"), create: true)
        var job = OptionReportImport(lake: lake)
        let bar = console.progress("importing", total: arguments.operands.count, unit: .rows)
        defer { bar.finish() }
        for path in arguments.operands {
            try job.read(path)
            bar.advance(by: 1)
        }
        try job.finish()
        bar.finish()
        for line in job.problems { Console.complain("millrace import-options: \(line)") }
        try console.print(arguments.value("report") == "json" ? json(of: job) : text(of: job))
        return job.problems.isEmpty ? .success : .failure
    }

    private static func text(of job: OptionReportImport) -> String {
        var total = OptionStatementReport()
        var lines = job.files.map { file in
            total.add(file.kept)
            let kinds = file.kinds.map(\.rawValue).joined(separator: ", ")
            let days = file.days.min().flatMap { first in file.days.max().map { ", \(first) to \($0)" } } ?? ", of no day"
            let rejected = file.rejected == 0 ? "" : ", \(file.rejected) rows rejected, see \(file.quarantine ?? "quarantine/")"
            return "\(file.path): \(kinds), \(file.statements) statements\(days)\(rejected)"
        }
        lines.append("lake: \(total.new) new statements, \(total.known) known, \(total.corrected) corrected")
        return lines.joined(separator: "\n")
    }

    private static func json(of job: OptionReportImport) -> String {
        var total = OptionStatementReport()
        for file in job.files { total.add(file.kept) }
        var json = JSONWriter()
        json.beginObject()
        json.member("statements", job.files.reduce(0) { $0 + $1.statements })
        json.member("new", total.new)
        json.member("known", total.known)
        json.member("corrected", total.corrected)
        json.member("rejected", job.files.reduce(0) { $0 + $1.rejected })
        json.key("by_file")
        json.beginArray()
        for file in job.files {
            json.beginObject()
            json.member("file", file.path)
            json.member("kinds", file.kinds.map(\.rawValue).joined(separator: ","))
            json.member("statements", file.statements)
            json.member("new", file.kept.new)
            json.member("known", file.kept.known)
            json.member("corrected", file.kept.corrected)
            json.member("rejected", file.rejected)
            if let first = file.days.min(), let last = file.days.max() {
                json.member("first", first.description)
                json.member("last", last.description)
            }
            if let quarantine = file.quarantine { json.member("quarantine", quarantine) }
            json.endObject()
        }
        json.endArray()
        json.endObject()
        return json.text
    }
}
