public import Lake
import MarketModel
public import MarketService
public import Transport

/// What flowsurface, a desktop chart, asks a server of one's own for: `GET /trades.arrow`.
///
/// docs/vendors/flowsurface.md has the contract.
public struct Flowsurface: Sendable {
    let lake: Lake
    let market: MarketService
    let limits: QueryLimits

    static let path = "/trades.arrow"

    /// Creates the mount.
    ///
    /// - Parameters:
    ///   - limits: what one answer may be made of.
    ///   - gate: who may call: with the keys of the native API.
    public static func mount(lake: Lake, market: MarketService, limits: QueryLimits, gate: KeyGate) -> Mount {
        let api = Flowsurface(lake: lake, market: market, limits: limits)
        return Mount(
            path, name: "flowsurface", summary: "Trades for flowsurface's charts",
            routes: [
                Route(
                    "", parameters: Parameters.all, summary: "The trades of an instrument in the order of time, as an Arrow stream",
                    answer: .body(.arrow), handler: gate.guarding(path) { request, grant in try api.trades(request, grant) })
            ])
    }

    enum Parameters {
        static let venue = Parameter(
            "venue", .choice(["binance", "bybit", "okx", "okex", "hyperliquid", "mexc"]), required: true, example: "binance", "The exchange"
        )
        static let market = Parameter("market", .choice(["spot", "linear", "inverse"]), required: true, example: "linear", "Its market")
        static let symbol = Parameter("symbol", .text, required: true, example: "btcusdt", "The symbol, in upper or lower case")
        static let from = Parameter(
            "from", .integer(0...latest, clamped: false), required: true, example: "1763683200000", "The first millisecond since 1970")
        static let to = Parameter(
            "to", .integer(0...latest, clamped: false), required: true, example: "1763769600000", "The last millisecond, itself included")
        static let limit = Parameter(
            "limit", .integer(1...1_000_000, clamped: true), default: "400000",
            "About how many trades: the answer ends with a whole millisecond")

        /// The end of the year 9999.
        private static let latest = 253_402_300_799_999
        static let all = [venue, market, symbol, from, to, limit]
    }

    /// The instrument that flowsurface means, or nil if there is no tape of it.
    private func instrument(_ exchange: String, _ market: String, _ symbol: String) -> Instrument? {
        let kind = InstrumentKind(rawValue: market)
        let venues: [Venue] =
            switch (exchange, kind) {
            case ("binance", .spot): [.binanceSpot]
            case ("binance", .linear): [.binanceFutures]
            case ("binance", .inverse): [.binanceCoinFutures]
            case ("bybit", .spot): [.bybitSpot]
            case ("bybit", .linear): [.bybitLinear]
            case ("bybit", .inverse): [.bybitInverse]
            case ("okx", .spot), ("okex", .spot): [.okxSpot]
            case ("okx", _), ("okex", _): [.okxPerps]
            case ("hyperliquid", .linear): [.hyperliquidPerps]
            default: []
            }
        let wanted = symbol.lowercased()
        for venue in venues {
            let candidates = [symbol, symbol.uppercased()].compactMap { self.market.instrument(venue: venue, symbol: $0) }
            if let found = candidates.first ?? self.market.instruments(venue: venue).first(where: { $0.symbol.lowercased() == wanted }),
                found.kind == kind
            {
                return found
            }
        }
        return nil
    }

    private func trades(_ request: borrowing Request, _ grant: KeyGate.Grant) throws -> Response {
        let exchange = try Parameters.venue.text(in: request) ?? ""
        let marketName = try Parameters.market.text(in: request) ?? ""
        let symbol = try Parameters.symbol.text(in: request) ?? ""
        let from = Int64(try Parameters.from.integer(in: request) ?? 0) * 1000
        let to = (Int64(try Parameters.to.integer(in: request) ?? 0) + 1) * 1000
        let count = try Parameters.limit.integer(in: request)
        guard from < to else { throw Failure(.badRequest, "parameter 'to' is before 'from'") }
        try grant.check(from: from, unit: 1000, at: request.time)
        guard let instrument = instrument(exchange, marketName, symbol) else {
            throw Failure(.notFound, "there is no tape of \(symbol) at \(exchange) \(marketName): /v1/instruments lists what there is")
        }
        let (lake, limits) = (lake, limits)
        return .later { cancellation in
            guard
                let page = try TradePage.open(
                    lake, venue: instrument.venue, symbol: instrument.symbol, from: from, to: to, atLeast: count,
                    columns: [.time, .price, .quantity, .side], limits: limits, isCancelled: { cancellation.isCancelled })
            else { throw Failure(.notFound) }
            return try .table(FlowsurfaceTrades(page), .arrow, cancellation)
        }
    }
}
