import ExchangeSimulator
import Feeds
import Glibc
import MarketModel
import Transport

extension Command {
    static let simulateLive = Command(
        name: "simulate live",
        summary: "Run made-up exchanges on loopback: Binance's, OKX's and Bybit's REST and WebSocket",
        discussion: """
            The market follows from the seed alone: the same trades, prices, ids and times whoever asks, whenever, and however often. One
            port serves all hosts, each below its name; after that come the venue's own paths:

              http://HOST:PORT/binance-spot/api/v3/aggTrades?symbol=BTCUSDT      ws://HOST:PORT/binance-spot/ws
              http://HOST:PORT/binance-futures/fapi/v1/exchangeInfo              ws://HOST:PORT/binance-futures/market/ws
              http://HOST:PORT/binance-coin-futures/dapi/v1/aggTrades?…          ws://HOST:PORT/binance-coin-futures/market/ws
              http://HOST:PORT/okx/api/v5/market/history-trades?…                ws://HOST:PORT/okx/ws/v5/public
              http://HOST:PORT/bybit/v5/market/recent-trade?…                    ws://HOST:PORT/bybit/v5/public/linear
              http://HOST:PORT/deribit-options/api/v2/public/get_last_trades_…   ws://HOST:PORT/deribit-options/ws/api/v2

            OKX has options as well, and tells of blocks a quarter of an hour late.

            Deribit, Hyperliquid, Bitget, Gate, Kraken Futures, HTX, BitMEX and KuCoin have their REST of open interest and no more; OCC, Cboe and
            HKEX the daily statistics of option markets.

            When it is ready it prints one line of JSON with the base URLs. SIGTERM and SIGINT end it.

            A fault is WHEN KIND [for=TIME] [venue=V] [symbol=S] and more, where WHEN is +TIME after the start or an ISO 8601 instant, and
            TIME is a number with ms, s, m or h. A file has one a line, # begins a remark. Kinds:
              drop       cut connections              storm      cut them again, every=TIME so often
              mute       open, but nothing comes      half       half a frame, then a cut
              gap        not streamed, REST has it    lose       not streamed, and REST does not have it
              duplicate  frames twice                 reorder    frames out of order
              drip       rate=N bytes a second        clock      the venue's clock is off by=TIME (may be negative)
              refuse     REST and handshakes answer status=N with Retry-After: retry=SECONDS
              surprise   another shape=field|channel|number|row|oversize (of size=N bytes)
              restart    ids begin again at 1         list, delist   the instrument begins, or ends
              leave      the venue announces that it ends the connection, and does so after for=TIME
              freeze     open interest stands still   double     open interest is twice what it is
              nonsense   open interest is negative, NaN, 1e308 or missing
            """,
        options: [
            CommandOption("host", "ADDRESS", "Where to listen", default: "127.0.0.1"),
            CommandOption("port", "N", "The port; 0 picks a free one", default: "0"),
        ] + SimulatedMarketArguments.options + [
            CommandOption("fault", "RULE", "Something to do wrong", repeatable: true),
            CommandOption("faults", "FILE", .file, "A file of such rules"),
            CommandOption("start", "T", "What the clock shows at the start: ISO 8601 or epoch milliseconds", default: "the time now"),
            CommandOption("speed", "X", "How fast the clock runs, 0.001 to 10000", default: "1"),
            CommandOption("time-scale", "X", "Makes pings, idle ends and the 24 hours of a connection X times as long", default: "1"),
            CommandOption("weight", "N", "What REST allows a client in a window, instead of the venue's own limit"),
            CommandOption("tick", "MS", "Milliseconds between two sendings", default: "2"),
        ],
        examples: [
            CommandExample("millrace simulate live --seed 7", "a market on a free port"),
            CommandExample(
                "millrace simulate live --port 9000 --fault '+30s gap for=2s venue=okx' --fault '+60s storm for=20s every=1s'",
                "one that misbehaves"),
            CommandExample("millrace simulate live --rate 200000 --steady", "as many trades as a machine can take"),
        ]
    ) { arguments, console in
        EndSignals.block()
        let system = SimulatorClock.system.now()
        let start = try arguments.time("start") ?? system
        let speed = try SimulatedMarketArguments.number(arguments, "speed", in: 0.001...10_000) ?? 1
        let isReal = arguments.value("start") == nil && speed == 1
        let clock = isReal ? SimulatorClock.system : .running(from: start, speed: speed)
        var options = ExchangeOptions()
        options.timeScale = try SimulatedMarketArguments.number(arguments, "time-scale", in: 0.000_01...1000) ?? 1
        if arguments.has("weight") { options.weightPerMinute = try arguments.integer("weight", in: 1...1_000_000_000, default: 6000) }
        let exchange = SimulatedExchange(
            market: try SimulatedMarketArguments.market(arguments), plan: try faults(arguments, start: start), options: options)
        let simulator = try LiveSimulator(
            exchange, clock: clock, host: arguments.value("host") ?? "127.0.0.1",
            port: try arguments.integer("port", in: 0...65_535, default: 0),
            tickMilliseconds: try arguments.integer("tick", in: 1...1000, default: 2))
        try console.print(readyLine(simulator))
        _ = EndSignals.wait()
        simulator.stop()
        return .success
    }

    private static func faults(_ arguments: Arguments, start: Int64) throws -> FaultPlan {
        var texts = arguments.all("fault")
        if let path = arguments.value("faults") {
            guard let text = SimulatedMarketArguments.text(ofFile: path) else { throw CommandError("cannot read \(path)") }
            texts.append(text)
        }
        var faults: [Fault] = []
        for text in texts {
            do {
                faults += try FaultPlan(text: text, start: start).faults
            } catch {
                throw UsageError(error.description)
            }
        }
        return FaultPlan(faults)
    }

    /// `{"ready":true,"port":…,"seed":…,"hosts":{"okx":{"rest":"http://…/okx","stream":"ws://…/okx"},…}}`
    private static func readyLine(_ simulator: LiveSimulator) -> String {
        var json = JSONWriter()
        json.beginObject()
        json.member("ready", true)
        json.member("port", simulator.port)
        json.key("hosts")
        json.beginObject()
        for host in SimulatedHost.allCases {
            json.key(escaping: host.rawValue)
            json.beginObject()
            json.member("rest", simulator.url(host))
            json.member("stream", simulator.stream(host))
            json.endObject()
        }
        for host in SimulatedInterestHost.allCases {
            json.key(escaping: host.rawValue)
            json.beginObject()
            json.member("rest", simulator.url(host))
            json.endObject()
        }
        for publisher in OptionPublisher.allCases {
            json.key(escaping: publisher.rawValue)
            json.beginObject()
            json.member("rest", simulator.url(publisher))
            json.endObject()
        }
        json.endObject()
        json.endObject()
        return json.text
    }
}

/// What the commands on the live market are told alike.
enum SimulatedMarketArguments {
    static let options = [
        CommandOption("seed", "N", "Decides everything that is drawn", default: "1"),
        CommandOption("rate", "N", "Orders a second of all instruments together, 0.01 to 1000000", default: "each its own pace"),
        CommandOption(
            "only", "VENUE:SYMBOL", .suggestion(SimulatedInstrument.usual.map { "\($0.venue):\($0.symbol)" }), "Only these instruments",
            repeatable: true),
        CommandOption("further", "N", "Further instruments SIM0001… on every venue, 0 to 2000", default: "0"),
        .flag("steady", "The same pace all day, instead of busy and quiet hours"),
        .flag("whole-milliseconds", "Times on whole milliseconds, so that dumps in microseconds equal streams in milliseconds"),
    ]

    /// The market that the options describe.
    static func market(_ arguments: Arguments) throws -> SimulatedMarket {
        let seed = try SimulationArguments.seed(arguments)
        let further = try arguments.integer("further", in: 0...2000, default: 0)
        var instruments = SimulatedInstrument.usual
        for venue in SimulatedHost.allCases.flatMap(\.venues) {
            instruments += SimulatedInstrument.further(further, venue: venue, seed: seed)
        }
        let only = arguments.all("only")
        if !only.isEmpty {
            instruments = try only.map { name in
                guard let found = instruments.first(where: { "\($0.venue):\($0.symbol)" == name }) else {
                    throw UsageError("--only \(name): write venue:symbol, as in binance-spot:BTCUSDT")
                }
                return found
            }
        }
        return SimulatedMarket(
            seed: seed, instruments: instruments, ordersPerSecond: try number(arguments, "rate", in: 0.01...1_000_000),
            intraday: !arguments.has("steady"), resolution: arguments.has("whole-milliseconds") ? 1000 : 1)
    }

    /// The value of an option as a decimal number.
    static func number(_ arguments: Arguments, _ name: String, in range: ClosedRange<Double>) throws(UsageError) -> Double? {
        guard let text = arguments.value(name) else { return nil }
        guard let number = Double(text), range.contains(number) else {
            throw UsageError("--\(name) \(text): a number from \(range.lowerBound) to \(range.upperBound) is wanted")
        }
        return number
    }

    /// A small text file; nil if it cannot be read.
    static func text(ofFile path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var bytes = [UInt8](repeating: 0, count: 1 << 20)
        let count = fread(&bytes, 1, bytes.count, file)
        return String(validating: bytes[..<count], as: UTF8.self)
    }
}
