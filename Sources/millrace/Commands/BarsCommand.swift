import MarketModel
import OrderFlow

extension Command {
    static let bars = Command(
        name: "bars",
        summary: "Compute a dataset's bars from a dump or from the lake",
        discussion: """
            Reads an exchange's dump (--input) or the tape in a data directory (--data) and writes one row a bar. Sums, counts and ratios
            are exact. A bar is complete, repaired or gap. `millrace datasets` lists the datasets, and `millrace datasets flow` explains every
            column of one.

            Several datasets, parted by commas, or all are computed in one pass: each is written to a file of its own in --output DIR.

            A dump whose rows are out of order or repeated is sorted through a temporary lake, in $TMPDIR or /tmp.

            With --venue basket the bars are those of a basket that the file --config declares, of all its members together and in US
            dollars: flow, trade_size and updownticks, and where all members trade one coin vtwap and ohlcv. Rows end with the members that
            traded in the bar, and those that have no tape of it.

            --from is inclusive and --to exclusive, by the start of the bar. Toxicity scores run from the first bar of each month, whatever
            range is asked for.
            """,
        operands: [
            CommandOperand(
                name: "DATASET", help: "One of \(Dataset<BarRow>.all.map(\.name).joined(separator: ", ")); or all",
                takes: .list(Dataset<BarRow>.all.map(\.name) + ["all"]))
        ],
        options: RowRequest.sources + [
            CommandOption(
                "format", "F", .choice(RowFormat.allCases.map(\.rawValue) + PictureFormat.allCases.map(\.rawValue)),
                "How to write rows; svg and png draw flow or ohlcv as 'millrace chart' does", default: "csv"),
            CommandOption("output", "PATH", .file, "Where to write: a file, a directory for several datasets, - for stdout", default: "-"),
            CommandOption("fields", "LIST", .list(Dataset<BarRow>.fieldNames), "Only these columns, parted by commas"),
            CommandOption(
                "without", "FIELD", .suggestion(Dataset<BarRow>.fieldNames),
                "Leave this column out; without flow_toxicity_score the work is a third less", repeatable: true),
            CommandOption("medium-from", "N", "Orders of at least this notional are medium", default: "100"),
            CommandOption("large-from", "N", "Orders of at least this notional are large", default: "1000"),
            .clock,
            .threads,
        ] + ChartRequest.options + ArchiveIntake.options,
        examples: [
            CommandExample(
                "millrace bars flow --input BTCUSDT-aggTrades-2024-01-01.zip --venue binance-futures --symbol BTCUSDT --interval 1m",
                "minute bars of a day's dump, as CSV"),
            CommandExample(
                "millrace bars flow --data lake --venue binance-spot --symbol BTCUSDT --interval 1h --from 2024-01-01 --format json",
                "hours of the recorded tape, one JSON object a line"),
            CommandExample(
                "millrace bars all --data lake --venue binance-spot --symbol BTCUSDT --interval 1m --format parquet --output bars",
                "every dataset in one pass, to bars/flow.parquet and so on"),
            CommandExample(
                "millrace bars ohlcv --data lake --venue basket --symbol btc-perps --config millrace.json5 --interval 1m",
                "candles of a basket"),
        ]
    ) { arguments, console in
        let isPicture = try ChartRequest.isAsked(ofBars: arguments)
        guard BasketRequest.isAsked(arguments) else {
            if isPicture { try ChartJob(arguments).run(console) } else { try BarsJob(arguments).run(console) }
            return .success
        }
        let done: Void? = try BasketRequest.with(arguments) { basket in
            if isPicture { try ChartJob(arguments).run(basket, console) } else { try BarsJob(arguments).run(basket, console) }
        }
        return done == nil ? .failure : .success
    }
}

extension Dataset<BarRow> {
    /// The columns of all datasets, each once, in the order in which help lists them.
    fileprivate static var fieldNames: [String] {
        var seen: Set<String> = []
        return all.flatMap(\.columns).map(\.name).filter { seen.insert($0).inserted }
    }
}
