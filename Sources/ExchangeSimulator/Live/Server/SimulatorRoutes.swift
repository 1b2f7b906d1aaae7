import Transport

/// The routes of one simulated host.
struct SimulatorRoutes: Sendable {
    let host: SimulatedHost
    let exchange: SimulatedExchange
    let clock: SimulatorClock
    let pump: StreamPump

    /// Streams that a URL of Binance may name; more are subscribed to by command.
    private static let streamsInPath = 8

    var mounts: [Mount] {
        // ccxt tells spot from futures by `/stream` in a WebSocket's URL, which the host's own name has.
        let names = host == .binanceSpot ? [host.prefix, "/stream.binance.com"] : [host.prefix]
        return names.map { Mount($0, routes: rest + streams) }
    }

    private var rest: [Route] {
        paths.map { path in
            Route(path, summary: "What \(host.rawValue) answers") { request in
                exchange.answer(host, request, path: path, now: clock.now())
            }
        }
    }

    private var paths: [String] {
        switch host {
        case .okx:
            [
                "public/time", "public/instruments", "public/open-interest", "public/option-trades", "public/block-trades",
                "rfq/public-trades", "market/option/instrument-family-trades",
            ].map { "/api/v5/\($0)" }
                + ["trades", "history-trades", "candles", "history-candles", "ticker"].map { "/api/v5/market/\($0)" }
        case .deribitOptions: DeribitAsk.paths
        case .bybit: ["time", "instruments-info", "recent-trade", "kline", "tickers", "open-interest"].map { "/v5/market/\($0)" }
        case .binanceSpot, .binanceFutures, .binanceCoinFutures:
            (["ping", "time", "exchangeInfo", "aggTrades", "trades", "historicalTrades", "klines", "ticker/price"]
                + (host == .binanceSpot ? [] : ["openInterest", "premiumIndex"])).map { name in
                    (host == .binanceSpot ? "/api/v3/" : host == .binanceFutures ? "/fapi/v1/" : "/dapi/v1/") + name
                } + (host == .binanceSpot ? [] : ["/futures/data/openInterestHist"])
        }
    }

    private var streams: [Route] {
        streamPaths.map { pattern in
            Route(pattern, summary: "A WebSocket of \(host.rawValue)") { request in
                let now = clock.now()
                let path = Self.path(pattern, request.pathParameters)
                let query = request.query
                // Refused here, or made again where it will live.
                _ = try exchange.connect(host, path: path, query: query, now: now)
                return try .webSocket(request, options: options) { session in
                    pump.adopt(session, host: host, path: path, query: query)
                }
            }
        }
    }

    private var streamPaths: [String] {
        switch host {
        case .okx: return ["/ws/v5/public", "/ws/v5/business"]
        case .deribitOptions: return ["/ws/api/v2"]
        case .bybit: return ["spot", "linear", "inverse"].map { "/v5/public/\($0)" }
        case .binanceSpot, .binanceFutures, .binanceCoinFutures:
            let routes = host == .binanceSpot ? [""] : ["", "/market", "/public"]
            let tails = (0...Self.streamsInPath).map { count in (0..<count).map { "/{\($0)}" }.joined() }
            return routes.flatMap { route in tails.map { "\(route)/ws\($0)" } + ["\(route)/stream"] }
        }
    }

    /// The path that was asked for, decoded.
    private static func path(_ pattern: String, _ parameters: [String: String]) -> String {
        pattern.split(separator: "/").map { part in
            part.first == "{" ? parameters[String(part.dropFirst().dropLast())] ?? "" : String(part)
        }.joined(separator: "/")
    }

    private var options: WebSocketOptions {
        var options = WebSocketOptions()
        options.outgoingLimit = 64 << 20
        // Where clients ping, the server does not.
        let pings = host.pings ?? (every: 1_000_000, within: 1_000_000)
        options.pingSeconds = max(0.05, pings.every * exchange.options.timeScale)
        options.pongSeconds = max(0.5, pings.within * exchange.options.timeScale)
        options.closeSeconds = 1
        return options
    }
}
