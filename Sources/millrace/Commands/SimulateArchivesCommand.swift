import ExchangeSimulator
import MarketModel

extension Command {
    static let simulateArchives = Command(
        name: "simulate archives",
        summary: "Write a made-up day of trades as an exchange's own dump",
        discussion: """
            The dump has the venue's official format and name; a zip has its .CHECKSUM beside it. The same seed gives the same text on every
            machine. The path of the dump is printed on stdout.
            """,
        options: [
            CommandOption(
                "venue", "V", .choice(["binance-spot", "binance-futures", "binance-coin-futures"]), "Whose format",
                default: "binance-futures"),
            CommandOption("symbol", "NATIVE", "The symbol in the file's name", default: "BTCUSDT"),
            CommandOption("day", "DATE", "The day that the trades fill, UTC", default: "2024-01-01"),
            CommandOption("rows", "N", "Rows, 1 to 10000000000", default: "1000000"),
            CommandOption("seed", "N", "Decides everything that is drawn", default: "1"),
            CommandOption("output", "DIR", .directory, "Where to put it; made if it does not exist", default: "."),
            CommandOption("format", "F", .choice(ArchiveContainer.allCases.map(\.rawValue)), "How it is wrapped", default: "zip"),
            .threads,
        ],
        examples: [
            CommandExample("millrace simulate archives --rows 1000000 --output dumps", "a day of a BTC perpetual, zipped"),
            CommandExample(
                "millrace simulate archives --venue binance-spot --symbol ETHUSDT --day 2025-06-01 --seed 7 --format csv --output dumps",
                "another day, as text"),
        ]
    ) { arguments, console in
        guard let venue = Venue(arguments.value("venue") ?? "binance-futures"),
            let container = ArchiveContainer(rawValue: arguments.value("format") ?? "zip")
        else { throw UsageError("--venue or --format is not known") }
        let simulation = ArchiveSimulation(
            venue: venue, symbol: try symbol(arguments), day: try SimulationArguments.day(arguments),
            rows: try arguments.integer("rows", in: 1...10_000_000_000, default: 1_000_000), seed: try SimulationArguments.seed(arguments))
        let directory = try SimulationArguments.directory(arguments)
        let bar = console.progress("writing \(simulation.symbol)", total: simulation.rows, unit: .rows)
        defer { bar.finish() }
        let file = try simulation.write(to: directory, as: container, threads: try arguments.threads()) { bar.advance(by: $0) }
        bar.finish()
        try console.print(file.path)
        return .success
    }

    /// A symbol becomes part of a file's name: letters, digits, `-` and `_` only.
    private static func symbol(_ arguments: Arguments) throws(UsageError) -> String {
        let symbol = arguments.value("symbol") ?? "BTCUSDT"
        let allowed = { (byte: UInt8) in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == 45 || byte == 95
        }
        guard (1...60).contains(symbol.utf8.count), symbol.utf8.allSatisfy(allowed) else {
            throw UsageError("--symbol \(symbol): 1 to 60 letters, digits, '-' and '_' are wanted")
        }
        return symbol
    }
}
