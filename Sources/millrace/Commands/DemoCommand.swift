import ExchangeSimulator
import Glibc
import Lake
import MarketModel
import Recorder

extension Command {
    static let demo = Command(
        name: "demo",
        summary: "Simulate a day of three instruments, import it and serve it",
        discussion: """
            Needs no network and no data: the simulator writes a day of BTCUSDT and ETHUSDT on binance-spot and of BTCUSD_PERP on
            binance-coin-futures as the venues' own zips, which are then imported like real ones. The same seed gives the same tape.

            A second run finds the tape and only serves. SIGTERM and SIGINT end it.
            """,
        options: [
            .data(required: false),
            CommandOption("port", "N", "The port; 0 picks a free one", default: "8080"),
            CommandOption("seed", "N", "Decides everything that is drawn", default: "1"),
            CommandOption("day", "DATE", "The day that is simulated, UTC", default: "2026-01-05"),
            CommandOption("rows", "N", "Trades of the busiest instrument", default: "600000"),
            .threads,
        ],
        examples: [
            CommandExample("millrace demo", "everything, on http://127.0.0.1:8080"),
            CommandExample("millrace demo --port 0 --seed 7 --data /tmp/demo", "another market, on a free port"),
        ]
    ) { arguments, console in
        try DemoJob(arguments).run(console)
        return .success
    }
}

/// One run of `millrace demo`, with its command line checked.
private struct DemoJob {
    private let data: String
    private let port: Int
    private let seed: UInt64
    private let day: CivilDate
    private let rows: Int
    private let threads: Int

    init(_ arguments: Arguments) throws {
        data = arguments.value("data") ?? "millrace-demo"
        port = try arguments.integer("port", in: 0...65535, default: 8080)
        rows = try arguments.integer("rows", in: 10_000...100_000_000, default: 600_000)
        threads = try arguments.threads()
        let seedText = arguments.value("seed") ?? "1"
        guard let seed = UInt64(seedText) else { throw UsageError("--seed \(seedText): a whole number from 0 is wanted") }
        self.seed = seed
        let dayText = arguments.value("day") ?? "2026-01-05"
        guard let day = CivilDate(dayText) else { throw UsageError("--day \(dayText): write a day as 2026-01-05") }
        self.day = day
    }

    func run(_ console: Console) throws {
        let lake = try Lake(directory: data, create: true)
        for archive in DemoMarket.archives(day: day, seed: seed, rows: rows) {
            guard try lake.tape(venue: archive.venue, symbol: archive.symbol) == nil else { continue }
            try bring(archive, into: lake, console)
        }
        let server = try LakeServer(ServeOptions(data: data, port: port, threads: threads))
        try console.print("millrace ready \(server.url)")
        console.note(
            """

            Order flow of the newest trades:
              curl '\(server.url)/orderflow-api/v1/flow?symbol=BTCUSDT&trades=2000'
              curl '\(server.url)/orderflow-api/v1/large?symbol=ETHUSDT&min_notional=50000'
              curl '\(server.url)/orderflow-api/v1/flow?symbol=BTCUSD_PERP&venue=binance-coin-futures'
            Month files for Aperiodic's client, with any key (pip install 'aperiodic[polars]==4.3.1'):
              export APERIODIC_API_URL=\(server.url)/api/v1
              curl '\(server.url)/api/v1/metadata/symbols?exchange=binance-spot'
            Bars from the same tape:
              millrace bars flow --data \(data) --venue binance-spot --symbol BTCUSDT --interval 1h
            Ctrl-C ends it; the tape stays in \(data).
            """)
        _ = EndSignals.wait()
        server.stop(grace: 10)
    }

    /// Writes a simulated dump beside the lake, imports it as a real one would be, and removes it.
    private func bring(_ archive: ArchiveSimulation, into lake: Lake, _ console: Console) throws {
        let dumps = "\(data)/dumps"
        guard mkdir(dumps, 0o755) == 0 || errno == EEXIST else {
            throw CommandError("cannot make \(dumps): \(String(cString: strerror(errno)))")
        }
        let bar = console.progress("simulating \(archive.symbol)", total: archive.rows, unit: .rows)
        let file = try archive.write(to: dumps, as: .zip, threads: threads) { bar.advance(by: $0) }
        bar.finish()
        defer {
            unlink(file.path)
            if let checksum = file.checksumPath { unlink(checksum) }
            rmdir(dumps)
        }
        let options = ImportOptions(venue: archive.venue, symbol: archive.symbol, threads: threads)
        console.note(try TapeImport(lake: lake, options: options).run(files: [file.path]).text)
    }
}
