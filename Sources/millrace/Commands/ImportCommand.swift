import Archives
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
            """,
        operands: [CommandOperand(name: "FILE", help: "The dumps", repeatable: true)],
        options: [
            .data(),
            .venue(),
            .symbol(),
            CommandOption("columns", "MAP", "Which column is which, as timestamp=1,price=2,quantity=3,side=4,id=5 or by name"),
            CommandOption("contract-size", "N", "What one contract is worth, where the built-in table does not know"),
            CommandOption("report", "F", "How to print the validation report", default: "text", choices: ["text", "json"]),
            .flag("force", "Accept a file with nearly all trades on one side"),
            .threads,
        ],
        examples: [
            CommandExample(
                "millrace import BTCUSDT-aggTrades-2024-01-*.zip --data lake --venue binance-spot --symbol BTCUSDT", "a month of day files"),
            CommandExample(
                "millrace import trades.csv --data lake --venue binance-spot --symbol LTCUSDT "
                    + "--columns timestamp=ts,price=px,quantity=qty,side=side,id=id --report json",
                "any CSV, with a report for programs"),
        ]
    ) { arguments, console in
        let columns = try arguments.value("columns").map { text in
            do { return try ColumnMapping(text) } catch { throw UsageError("\(error)") }
        }
        let options = ImportOptions(
            venue: try arguments.venue(), symbol: try arguments.required("symbol"), contractSize: try contractSize(arguments),
            columns: columns, force: arguments.has("force"), threads: try arguments.threads())
        let sizes = arguments.operands.compactMap { fileSize($0) }
        let bar = console.progress("importing", total: sizes.count == arguments.operands.count ? sizes.reduce(0, +) : nil)
        defer { bar.finish() }
        let lake = try Lake(directory: try arguments.required("data"), create: true)
        let report = try TapeImport(lake: lake, options: options).run(files: arguments.operands) { bar.advance(by: $0) }
        bar.finish()
        try console.print(arguments.value("report") == "json" ? report.json : report.text)
        return .success
    }

    private static func contractSize(_ arguments: Arguments) throws -> FixedPoint? {
        guard let text = arguments.value("contract-size") else { return nil }
        guard let size = try? FixedPoint(text: text), size.mantissa > 0 else {
            throw UsageError("--contract-size \(text): a decimal number above zero is wanted, such as 100 or 0.01")
        }
        return size
    }

    private static func fileSize(_ path: String) -> Int? {
        var status = stat()
        return stat(path, &status) == 0 ? Int(status.st_size) : nil
    }
}
