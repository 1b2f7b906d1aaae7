import Access
import Glibc
import Lake
import MarketModel
import MarketService
import Notices
import Transport
import VendorAPIs

extension Command {
    static let serve = Command(
        name: "serve",
        summary: "Serve order flow over HTTP from a data directory",
        discussion: """
            Prints 'millrace ready http://HOST:PORT' when it answers. SIGTERM and SIGINT end it: requests in flight are answered first,
            for up to --grace seconds. So does SIGHUP without --config.

            On loopback a vendor's API is open until a key for it is made ('millrace keys create'). Any other --host wants keys: without
            any the server does not start, and the API of a vendor that has none stays shut.

            With --record it also follows venues live: trades are put in order, made durable, and counted into bars as they come; what is
            missing is asked for again. Several --record may be given.

            With --open-interest it asks venues for open interest and keeps it. CoinGlass' clients are answered below /api/futures, OKX'
            trading statistics below /api/v5/rubik/stat.

            With --config plans and baskets are read from a file, and again with every SIGHUP: a good one takes effect at once, one with faults
            changes nothing ('millrace config check' says what they are).

            Futu's and moomoo's clients connect to port 11111 as to OpenD, their JavaScript client to 11112, and get what 'millrace
            import-options' has brought and what --option-reports fetches.
            """,
        options: [
            .data(),
            CommandOption("host", "HOST", "The address to listen on", default: "127.0.0.1"),
            CommandOption("port", "N", "The port; 0 picks a free one", default: "8080"),
            .threads,
            PlanFile.option,
            CommandOption("public-url", "URL", "What links in answers begin with; behind a proxy, the URL that clients use"),
            CommandOption(
                "preview", "P", "What DEMO-KEY may have of Aperiodic's API: EXCHANGE,SYMBOL,INTERVAL,FIRST,LAST; 'none' for nothing",
                default: "binance-futures,perpetual-BTC-USDT:USDT,5m,2025-05-01,2025-05-31", repeatable: true),
            CommandOption(
                "trusted-proxy", "ADDRESS", "A proxy whose X-Forwarded-For says who asks, by whom OKX' limits are counted", repeatable: true
            ),
            CommandOption(
                "okx-exchanges", "NAMES", .list(["OKX", "Bybit", "Deribit"]),
                "Whose trades and open interest /api/v5/rubik counts: OKX,Bybit,Deribit", default: "OKX"),
            CommandOption("query-trades", "N", "How many trades one answer may be made of", default: "\(QueryLimits().trades)"),
            CommandOption(
                "query-files", "N", "How many days of open interest or options, of a venue or family each, one answer may be made of",
                default: "\(QueryLimits().files)"),
            CommandOption(
                "kept-answers", "GB", "How many gigabytes of long answers of bars are kept for who asks again, in bars/answers; 0 for none",
                default: "2"),
            CommandOption("grace", "S", "Seconds that requests in flight are given at the end", default: "10"),
        ] + LogOptions.options + Visitors.options + OpenDOptions.options + RecordingOptions.options,
        examples: [
            CommandExample("millrace serve --data data", "serve on http://127.0.0.1:8080"),
            CommandExample("millrace serve --data data --record binance-spot:BTCUSDT,ETHUSDT", "and record two pairs meanwhile"),
            CommandExample("millrace serve --data data --allow-origin https://charts.example.com", "and let pages of that site read it"),
            CommandExample("millrace serve --data data --open-interest all", "follow open interest of all venues that can be asked"),
            CommandExample("curl 'http://127.0.0.1:8080/orderflow-api/v1/flow?symbol=BTCUSDT&trades=2000'", "ask it"),
        ]
    ) { arguments, console in
        let data = try arguments.required("data")
        var options = ServeOptions(
            data: data, port: try arguments.integer("port", in: 0...65535, default: 8080), threads: try arguments.threads())
        options.host = arguments.value("host") ?? options.host
        options.recording = try RecordingOptions(arguments)
        options.limits.trades = try arguments.integer("query-trades", in: 1...Int.max, default: options.limits.trades)
        options.limits.files = try arguments.integer("query-files", in: 1...Int.max, default: options.limits.files)
        options.keptAnswers = try arguments.integer("kept-answers", in: 0...1 << 20, default: 2) << 30
        options.publicURL = try arguments.value("public-url").map { text throws(UsageError) in try PublicURL(text) }
        let previews = arguments.all("preview")
        if !previews.isEmpty {
            options.previews = try previews.filter { $0 != "none" }.map { text in
                guard let preview = AperiodicPreview(text) else {
                    throw UsageError(
                        "--preview \(text): write it like binance-futures,perpetual-BTC-USDT:USDT,5m,2025-05-01,2025-05-31")
                }
                return preview
            }
        }
        options.planFile = PlanFile(arguments)
        options.log = LogOptions.log(arguments)
        options.visitors = try Visitors(arguments)
        options.trustedProxies = Set(arguments.all("trusted-proxy"))
        if let text = arguments.value("okx-exchanges") { options.okxExchanges = try OpenDOptions.exchanges(text, "--okx-exchanges") }
        options.openD = try OpenDOptions(arguments, httpPort: options.port)
        let server: LakeServer
        do {
            server = try LakeServer(options)
        } catch let error as PlanFile.Faults {
            for line in error.lines { Console.complain(line) }
            return .failure
        }
        // Blocked before and waited for after: a signal that comes while the line below is printed is not lost.
        if let addresses = server.otherAddresses { options.log.write(.info("also there: \(.address, addresses)")) }
        try console.print("millrace ready \(server.url)")
        let signal = EndSignals.wait(onHangUp: options.planFile.map { _ in server.readPlansAgain })
        options.log.write(.info("stopping after \(.reason, EndSignals.name(signal)): finishing what is in flight"))
        server.stop(grace: Double(try arguments.integer("grace", in: 0...3600, default: 10)))
        return .success
    }
}
