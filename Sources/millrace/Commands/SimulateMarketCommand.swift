import ExchangeSimulator
import Glibc
import MarketModel

extension Command {
    static let simulateMarket = Command(
        name: "simulate market",
        summary: "Write a made-up day of three instruments, with quiet and busy hours",
        discussion: """
            Writes dumps that can be imported: BTCUSDT and ETHUSDT of binance-spot and BTCUSD_PERP of binance-coin-futures,
            zipped, each with its .CHECKSUM. A line for each says venue, symbol and path, parted by tabs.
            """,
        options: [
            CommandOption("day", "DATE", "The day, UTC", default: "2024-01-01"),
            CommandOption("rows", "N", "Rows of the busiest instrument", default: "600000"),
            CommandOption("seed", "N", "Decides everything that is drawn", default: "1"),
            CommandOption("output", "DIR", .directory, "Where to put it; made if it does not exist", default: "."),
            .threads,
        ],
        examples: [CommandExample("millrace simulate market --day 2025-06-02 --seed 7 --output dumps", "a Monday")]
    ) { arguments, console in
        let day = try SimulationArguments.day(arguments)
        let archives = DemoMarket.archives(
            day: day, seed: try SimulationArguments.seed(arguments),
            rows: try arguments.integer("rows", in: 1...1_000_000_000, default: 600_000))
        let directory = try SimulationArguments.directory(arguments)
        let threads = try arguments.threads()
        let bar = console.progress("writing \(day)", total: archives.reduce(0) { $0 + $1.rows }, unit: .rows)
        defer { bar.finish() }
        let written = try archives.map { try $0.write(to: directory, as: .zip, threads: threads) { bar.advance(by: $0) } }
        bar.finish()
        for (archive, file) in zip(archives, written) { try console.print("\(archive.venue)\t\(archive.symbol)\t\(file.path)") }
        return .success
    }
}

/// What the simulations are told alike.
enum SimulationArguments {
    /// `--day`, or the first day of 2024.
    static func day(_ arguments: Arguments) throws(UsageError) -> CivilDate {
        let text = arguments.value("day") ?? "2024-01-01"
        guard let day = CivilDate(text) else { throw UsageError("--day \(text): write a day as 2024-01-31") }
        return day
    }

    /// `--seed`, or 1.
    static func seed(_ arguments: Arguments) throws(UsageError) -> UInt64 {
        let text = arguments.value("seed") ?? "1"
        guard let seed = UInt64(text) else { throw UsageError("--seed \(text): a whole number from 0 is wanted") }
        return seed
    }

    /// `--output`, made if it does not exist.
    static func directory(_ arguments: Arguments) throws(CommandError) -> String {
        let directory = arguments.value("output") ?? "."
        guard mkdir(directory, 0o755) == 0 || errno == EEXIST else {
            throw CommandError("cannot make \(directory): \(String(cString: strerror(errno)))")
        }
        return directory
    }
}
