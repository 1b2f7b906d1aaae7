import ExchangeSimulator
import Feeds
import Lake
import MarketModel
import Notices
import Recorder

extension Command {
    static let demo = Command(
        name: "demo",
        summary: "Run simulated exchanges, record them live, and serve it all",
        discussion: """
            Needs no network and no data. The simulator speaks the protocols of Binance, OKX and Bybit on loopback; what it printed in the
            last hours is imported from dumps as the venues write them, and from then on seven instruments are recorded over their REST and
            WebSocket like real ones. Any other pair that /orderflow-api/v1/symbols lists is recorded once somebody asks for it.

            A second run finds the tape and goes on where it ended. SIGTERM and SIGINT end it.
            """,
        options: [
            .data(required: false),
            CommandOption("port", "N", "The port; 0 picks a free one", default: "8080"),
            CommandOption("seed", "N", "Decides everything that is drawn", default: "1"),
            CommandOption("rate", "N", "Orders a second of all instruments together, 1 to 100000", default: "40"),
            CommandOption("hours", "N", "How much of the past is imported, 0 to 720", default: "48"),
            CommandOption("intervals", "LIST", .intervals, "The bars that are followed live, as 1s,1m,1h", default: "1s,1m,5m,1h"),
            .threads,
        ] + LogOptions.options + OpenDOptions.options,
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
    private let rate: Int
    private let hours: Int
    private let threads: Int
    private let intervals: [Interval]
    private let openD: OpenDOptions
    private let log: Log

    init(_ arguments: Arguments) throws {
        data = arguments.value("data") ?? "millrace-demo"
        port = try arguments.integer("port", in: 0...65535, default: 8080)
        rate = try arguments.integer("rate", in: 1...100_000, default: 40)
        hours = try arguments.integer("hours", in: 0...720, default: 48)
        threads = try arguments.threads()
        openD = try OpenDOptions(arguments, httpPort: port)
        log = LogOptions.log(arguments)
        intervals = try RecordingOptions.intervals(arguments.value("intervals") ?? "1s,1m,5m,1h")
        let seedText = arguments.value("seed") ?? "1"
        guard let seed = UInt64(seedText) else { throw UsageError("--seed \(seedText): a whole number from 0 is wanted") }
        self.seed = seed
    }

    func run(_ console: Console) throws {
        EndSignals.block()
        let market = DemoMarket.market(seed: seed, ordersPerSecond: Double(rate))
        let lake = try Lake(directory: data, create: true)
        let simulator = try LiveSimulator(SimulatedExchange(market: market))
        defer { simulator.stop() }
        var options = ServeOptions(data: data, port: port, threads: threads)
        options.recording = recording(from: simulator)
        options.openD = openD
        options.baskets = try Configuration(document: DemoJob.configuration.utf8).baskets
        options.log = log
        try DemoHistory(
            lake: lake, market: market, seed: seed, rate: rate, hours: hours, threads: threads, interest: options.recording.interest,
            options: options.recording.optionFamilies
        ).bring(console)
        let server = try LakeServer(options)
        defer { server.stop(grace: 10) }
        guard server.waitUntilLive(seconds: 60) else {
            throw CommandError("these are not followed after a minute: \(server.unready.joined(separator: ", "))")
        }
        if let addresses = server.otherAddresses { log.write(.info("also there: \(.address, addresses)")) }
        try console.print("millrace ready \(server.url)")
        console.note(hints(server.url))
        _ = EndSignals.wait()
    }

    private func recording(from simulator: LiveSimulator) -> RecordingOptions {
        var recording = RecordingOptions()
        recording.intervals = intervals
        for instrument in DemoMarket.instruments {
            if let place = recording.symbols.firstIndex(where: { $0.venue == instrument.venue }) {
                recording.symbols[place].symbols.append(instrument.symbol)
            } else {
                recording.symbols.append((instrument.venue, [instrument.symbol]))
            }
        }
        for host in SimulatedHost.allCases {
            for venue in host.venues { recording.reach(venue, rest: simulator.url(host), stream: simulator.stream(host)) }
        }
        // CME is asked at its authority's own address, which the simulator does not speak for.
        for venue in FeedCatalogue.openInterestVenues where venue != .cme {
            guard let endpoints = simulator.endpoints(venue) else { continue }
            recording.endpoints[venue] = endpoints
            recording.interest.append(venue)
        }
        recording.optionFamilies = simulator.exchange.optionMarket.families
        for venue in Set(recording.optionFamilies.map(\.venue)) { recording.endpoints[venue] = simulator.endpoints(venue) }
        recording.reports.publishers = [.occ, .hkex]
        for publisher in OptionPublisher.allCases { recording.reports.fetching.servers[publisher] = simulator.url(publisher) }
        recording.reports.fetching.pauseMilliseconds = 0
        return recording
    }

    /// Baskets over the venues that are recorded.
    private static let configuration = """
        { baskets: {
          'btc-perps': ['binance-futures:BTCUSDT', 'binance-coin-futures:BTCUSD_PERP', 'okx-perps:BTC-USDT-SWAP', 'bybit-linear:BTCUSDT'],
          'btc-all': ['binance-spot:BTCUSDT', 'binance-futures:BTCUSDT', 'binance-coin-futures:BTCUSD_PERP', 'okx-perps:BTC-USDT-SWAP',
                      'bybit-linear:BTCUSDT'],
        } }
        """

    private func hints(_ url: String) -> String {
        """

        The page, to look at: \(url)/
        Order flow of the newest trades:
          curl '\(url)/orderflow-api/v1/flow?symbol=BTCUSDT&trades=2000'
          curl '\(url)/orderflow-api/v1/large?symbol=ETHUSDT&min_notional=50000'
          curl '\(url)/orderflow-api/v1/flow?symbol=BTCUSD_PERP&venue=binance-coin-futures'
        Trades and bars as they come, and what is known of the tapes:
          curl -N '\(url)/v1/stream?topics=bars:binance-spot:BTCUSDT:1s'
          curl '\(url)/v1/instruments'
        CVD of several venues together, in dollars:
          curl '\(url)/v1/cvd?venue=basket&symbol=btc-perps&interval=1h&limit=24'
        Open interest by exchange, as CoinGlass answers:
          curl '\(url)/api/futures/open-interest/exchange-list?symbol=BTC'
        What takers of options bought and sold, and blocks, as OKX answers; and whether nothing of it lacks:
          curl '\(url)/api/v5/rubik/stat/option/taker-block-volume?ccy=BTC'
          curl '\(url)/v1/options/flow?coin=BTC&exchange=OKX,Deribit'
        What all options of a market came to day by day, for Futu's and moomoo's clients (pip install futu-api):
          OpenQuoteContext(host='127.0.0.1', port=…).get_option_market_statistic(OptionMarket.US_INDEX, OptionStatisticDataType.VOLUME)
        Month files for Aperiodic's client, with any key (pip install 'aperiodic[polars]==4.3.1'):
          export APERIODIC_API_URL=\(url)/api/v1
          curl '\(url)/api/v1/metadata/symbols?exchange=binance-spot'
        Bars from the same tape:
          millrace bars flow --data \(data) --venue binance-spot --symbol BTCUSDT --interval 1h
        Ctrl-C ends it; the tape stays in \(data).
        """
    }
}
