import Glibc
import MarketModel
import MarketService
import OrderFlow
import Transport

extension Oanor {
    enum Parameters {
        static let symbol = Parameter(
            "symbol", .text, example: "BTCUSDT", "The pair as its venue spells it; or give coin and quote. One of the two is required")
        static let coin = Parameter("coin", .text, example: "BTC", "The base asset, instead of symbol")
        static let quote = Parameter("quote", .text, default: "USDT", example: "USDT", "The quote currency that goes with coin")
        static let quoteFilter = Parameter("quote", .text, example: "USDT", "Only symbols of this quote currency")
        static let venue = Parameter(
            "venue", .text, default: Venue.binanceSpot.name, example: "binance-futures", "Another venue's tape (not in oanor's own API)")
        static let trades = Parameter(
            "trades", .integer(100...5000, clamped: true), default: "1000", example: "2000",
            "How many of the newest trades are summed; a number outside the range is moved into it")
        static let minNotional = Parameter(
            "min_notional", .decimal, default: "100000", example: "100000", "The least notional of a print, in quote currency")
        static let group = Parameter(
            "group", .choice(["ms"]), example: "ms",
            "ms: rows of one side in one millisecond that follow each other are one print (not in oanor's own API)")
    }

    /// The venue that a request means.
    func venue(_ request: borrowing Request) throws(Failure) -> Venue {
        guard let name = request.query["venue"], !name.isEmpty else { return .binanceSpot }
        guard let venue = Venue(name), Venue.known.contains(venue) || market.venues.contains(venue) else {
            throw Failure(.badRequest, "parameter 'venue' must be one of \(Venue.known.map(\.name).joined(separator: ", "))")
        }
        return venue
    }

    /// Answers from the newest trades of the instrument that a request means: `symbol=`, or `coin=` and `quote=`.
    ///
    /// At once where they are held. A pair that nobody asked for before and that the venue lists is fetched first, and recorded from then on;
    /// its answer comes when its newest trades are there.
    func withRecentFlow(
        _ request: borrowing Request, _ answer: @escaping @Sendable (RecentFlow, Envelope.Stamp) throws -> Response
    ) throws -> Response {
        let venue = try venue(request)
        let symbol = try symbol(request, venue: venue)
        let stamp = Envelope.Stamp(request)
        // Most venues spell symbols in capitals, and callers do not always.
        let spellings = symbol == symbol.uppercased() ? [symbol] : [symbol, symbol.uppercased()]
        for spelling in spellings {
            if let flow = try self.market.recentFlow(venue: venue, symbol: spelling) { return try answer(flow, stamp) }
        }
        let market = market
        let begun = spellings.lazy.map { (symbol: $0, following: market.follow(venue: venue, symbol: $0)) }
        guard let (fetched, following) = begun.first(where: { $0.following != .unlisted }) else {
            throw Failure(.notFound, "symbol '\(symbol)' is not on the tape of \(venue.name): /v1/symbols lists those that are")
        }
        guard following == .begun else {
            // Coming back later does not help: somebody has to name it.
            throw Failure(
                .notFound, "as many pairs of \(venue.name) are recorded as may be begun by asking: name '\(fetched)' with --record")
        }
        return .later { cancellation in
            for _ in 0..<Oanor.fetchPatience where !cancellation.isCancelled {
                if let flow = try market.recentFlow(venue: venue, symbol: fetched) { return try answer(flow, stamp) }
                usleep(20_000)
            }
            throw Failure(
                .unavailable,
                "the trades of '\(fetched)' are not here yet: \(venue.name) is being asked for them, try again in a moment",
                headers: [Header("Retry-After", "2")])
        }
    }

    /// How long a pair's first trades are waited for, in fiftieths of a second.
    private static var fetchPatience: Int { 500 }

    /// The symbol that a request means, as it is written there.
    private func symbol(_ request: borrowing Request, venue: Venue) throws(Failure) -> String {
        let symbol: String
        if let given = request.query["symbol"], !given.isEmpty {
            symbol = given
        } else if let coin = request.query["coin"], !coin.isEmpty {
            symbol = try Oanor.symbol(coin: coin, quote: request.query["quote"] ?? "", venue: venue)
        } else {
            throw Failure(.badRequest, "parameter 'symbol' is missing: give symbol=BTCUSDT, or coin=BTC&quote=USDT")
        }
        guard symbol.utf8.count <= 64 else { throw Failure(.badRequest, "parameter 'symbol' is longer than any symbol") }
        return symbol
    }

    /// The venue's spelling of a pair: its spot pair, or its perpetual where it has contracts only.
    private static func symbol(coin: String, quote: String, venue: Venue) throws(Failure) -> String {
        let base = coin.uppercased()
        let quote = quote.isEmpty ? "USDT" : quote.uppercased()
        for type in [AtlasSymbol.ContractType.spot, .perpetual] {
            if let symbol = AtlasSymbol(type: type, base: base, quote: quote).native(on: venue) { return symbol }
        }
        throw Failure(.notFound, "\(venue.name) has no instrument of coin '\(base)' and quote '\(quote)'")
    }
}
