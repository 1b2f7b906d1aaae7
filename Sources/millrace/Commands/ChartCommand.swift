import Charts

extension Command {
    static let chart = Command(
        name: "chart",
        summary: "Draw price, cumulative delta and delta as SVG or PNG",
        discussion: """
            Three panels over one axis of time, in UTC: candles, the sum of taker buys less taker sells from the first bar on, and the same
            of each bar. Where the tape misses trades the time is striped, candles are hollow and the line is dashed: what is there may not
            be all. Where they came later it is tinted.

            With --venue basket it is a basket that the file --config declares, whose members trade one coin, in US dollars.

            More bars than there is room for are drawn as longer candles, and the heading says so. The same tape gives the same file.
            """,
        options: RowRequest.sources + [
            CommandOption("output", "FILE", .file, "Where to write: a name that ends with .svg or .png, - for stdout", default: "-"),
            CommandOption("format", "F", .choice(PictureFormat.allCases.map(\.rawValue)), "How to write it", default: "as the name ends"),
        ] + ChartRequest.options + [.clock, .threads] + ArchiveIntake.options,
        examples: [
            CommandExample(
                "millrace chart --input BTCUSDT-aggTrades-2024-01-01.zip --venue binance-futures --symbol BTCUSDT --interval 15m --output day.png",
                "a day's dump"),
            CommandExample(
                "millrace chart --data lake --venue binance-spot --symbol BTCUSDT --interval 1h --from 2024-01-01 --theme dark --output btc.svg",
                "the recorded tape from then on"),
            CommandExample(
                "millrace chart --data lake --venue basket --symbol btc-perps --config millrace.json5 --interval 5m --output perps.png",
                "the members of a basket together"),
        ]
    ) { arguments, console in
        guard BasketRequest.isAsked(arguments) else {
            try ChartJob(arguments).run(console)
            return .success
        }
        let done: Void? = try BasketRequest.with(arguments) { try ChartJob(arguments).run($0, console) }
        return done == nil ? .failure : .success
    }
}
