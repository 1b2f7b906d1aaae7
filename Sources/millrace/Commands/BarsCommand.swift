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

            --from is inclusive and --to exclusive, by the start of the bar. Toxicity scores run from the first bar of each month, whatever
            range is asked for.
            """,
        operands: [
            CommandOperand(name: "DATASET", help: "One of \(Dataset<BarRow>.all.map(\.name).joined(separator: ", ")); or all")
        ],
        options: [
            CommandOption("input", "FILE", "A dump: zip, csv or csv.gz of Binance, Bybit, OKX, tardis, or any CSV with --columns"),
            .data(required: false),
            .venue(),
            .symbol(),
            CommandOption("interval", "I", "Bar length: 1s 5s 15s 30s 1m 3m 5m 15m 30m 1h 2h 4h 6h 8h 12h 1d 1w", required: true),
            .from,
            .to,
            CommandOption("format", "F", "How to write rows", default: "csv", choices: RowFormat.allCases.map(\.rawValue)),
            CommandOption("output", "PATH", "Where to write: a file, a directory for several datasets, - for stdout", default: "-"),
            CommandOption("fields", "LIST", "Only these columns, parted by commas"),
            CommandOption(
                "without", "FIELD", "Leave this column out; without flow_toxicity_score the work is a third less", repeatable: true),
            CommandOption("medium-from", "N", "Orders of at least this notional are medium", default: "100"),
            CommandOption("large-from", "N", "Orders of at least this notional are large", default: "1000"),
            CommandOption("clock", "CLOCK", "Which clock bars follow", default: "exchange", choices: ["exchange", "true"]),
            .threads,
        ] + ArchiveIntake.options,
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
        ]
    ) { arguments, console in
        try BarsJob(arguments).run(console)
        return .success
    }
}
