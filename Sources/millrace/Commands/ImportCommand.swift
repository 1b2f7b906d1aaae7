import Glibc
import Lake
import MarketModel
import Recorder

extension Command {
    static let importArchives = Command(
        name: "import",
        summary: "Bring exchanges' trade dumps into the lake, with a validation report",
        discussion: """
            Takes Binance aggTrades and trades, Bybit, OKX and tardis dumps as zip, csv or csv.gz, and any other CSV with --columns. Format
            and time unit are recognised from the content.

            Importing again, overlapping, or in another order gives the same tape byte for byte. An import that was killed leaves no half
            file: run it again.

            With --venue okx-options and a family as the symbol (BTC-USD), dumps of OKX's option chains are taken in; --option-size says what a
            contract was on where Millrace does not know.
            """,
        operands: [CommandOperand(name: "FILE", help: "The dumps", takes: .file, repeatable: true)],
        options: [
            .data(),
            .venue(),
            .symbol(),
            CommandOption("report", "F", .choice(["text", "json"]), "How to print the validation report", default: "text"),
            .threads, .optionSize,
        ] + ArchiveIntake.options,
        examples: [
            CommandExample(
                "millrace import BTCUSDT-aggTrades-2024-01-*.zip --data lake --venue binance-spot --symbol BTCUSDT", "a month of day files"),
            CommandExample(
                "millrace import trades.csv --data lake --venue binance-spot --symbol LTCUSDT "
                    + "--columns timestamp=ts,price=px,quantity=qty,side=side,id=id --report json",
                "any CSV, with a report for programs"),
        ]
    ) { arguments, console in
        if let family = try optionFamily(arguments) { return try importOptions(family, arguments, console) }
        let intake = try ArchiveIntake(arguments)
        let options = ImportOptions(
            venue: try arguments.venue(), symbol: try arguments.required("symbol"), contractSize: intake.contractSize,
            columns: intake.columns, force: intake.force, threads: try arguments.threads())
        let sizes = arguments.operands.compactMap { fileSize($0) }
        let bar = console.progress("importing", total: sizes.count == arguments.operands.count ? sizes.reduce(0, +) : nil)
        defer { bar.finish() }
        let lake = try Lake(directory: try arguments.required("data"), create: true)
        let report = try TapeImport(lake: lake, options: options).run(files: arguments.operands) { bar.advance(by: $0) }
        bar.finish()
        try console.print(arguments.value("report") == "json" ? report.json : report.text)
        return .success
    }

    private static func fileSize(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }
}
