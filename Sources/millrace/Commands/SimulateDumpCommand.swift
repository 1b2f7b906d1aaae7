import ExchangeSimulator
import MarketModel

extension Command {
    static let simulateDump = Command(
        name: "simulate dump",
        summary: "Write a day of the live market as the venue's own dump",
        discussion: """
            The trades are those that 'millrace simulate live' streams with the same --seed, --rate, --only, --further, --steady and
            --whole-milliseconds: what was recorded live can be held against the dump. The path is printed on stdout.
            """,
        options: [
            .venue(), .symbol(),
            CommandOption("day", "DATE", "The venue's day", required: true),
            CommandOption("from", "T", "Leave out what was traded before: ISO 8601 or epoch milliseconds"),
            CommandOption("to", "T", "Leave out what was traded from then on"),
            CommandOption("output", "DIR", .directory, "Where to put it; made if it does not exist", default: "."),
            .threads,
        ] + SimulatedMarketArguments.options,
        examples: [
            CommandExample(
                "millrace simulate dump --venue binance-spot --symbol BTCUSDT --day 2026-01-05 --seed 7 --output dumps",
                "the day of a market whose seed is 7")
        ]
    ) { arguments, console in
        let venue = try arguments.venue()
        let symbol = try arguments.required("symbol")
        guard let tape = try SimulatedMarketArguments.market(arguments).tape(venue, symbol) else {
            throw CommandError("the market has no \(symbol) on \(venue): see what 'millrace simulate live' lists, or give --further")
        }
        let directory = try SimulationArguments.directory(arguments)
        let dump = LiveDump(
            tape: tape, day: try SimulationArguments.day(arguments), start: try arguments.time("from") ?? .min,
            end: try arguments.time("to") ?? .max)
        let file = try dump.write(to: directory, threads: try arguments.threads())
        try console.print(file.path)
        return .success
    }
}
