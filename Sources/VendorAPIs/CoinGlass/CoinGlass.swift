import MarketModel
public import MarketService
import OrderFlow
public import Transport

/// CoinGlass' API v4 below `/api/futures`: open interest, and what takers bought and sold.
///
/// What is known of the vendor's API, and every decision where it is silent, stands in docs/vendors/coinglass.md.
public struct CoinGlass: Sendable {
    let interest: InterestMarket
    let prepared = PreparedTables()

    /// The header that carries a key.
    public static let keyHeader: StaticString = "CG-API-KEY"

    static let prefix = "/api/futures"

    /// What the vendor says of what a plan does not open.
    static let upgrade = "Upgrade plan"

    /// What the vendor says of keys.
    public static let words = KeyGate.Words(
        missing: "API key missing.", bad: "Invalid API key provided", otherVendor: upgrade, closed: upgrade)

    /// How the vendor tells of a plan's calls.
    public static let rateHeaders = KeyGate.RateHeaders(limit: "API-KEY-MAX-LIMIT", used: "API-KEY-USE-LIMIT")

    /// Creates the façade's mount.
    ///
    /// - Parameters:
    ///   - interest: open interest.
    ///   - taker: what is answered from tapes.
    ///   - gate: who may call; made with ``keyHeader``, ``words`` and ``rateHeaders``.
    public static func mount(interest: InterestMarket, taker: TakerMarket, gate: KeyGate) -> Mount {
        let listing = Listing(interest: interest, taker: taker)
        let endpoints = CoinGlass(interest: interest).endpoints + Taker(market: taker).endpoints + listing.endpoints
        return Mount(
            prefix, name: "coinglass",
            summary: "CoinGlass' API v4: open interest by exchange, and what takers bought and sold",
            routes: endpoints.map { $0.route(behind: gate) }, errors: Envelope.error)
    }

    private var endpoints: [Endpoint] {
        [
            Endpoint("/open-interest/exchange-list", [Parameters.coin], "Open interest of a coin by exchange") { request, _ in
                try exchangeList(request)
            },
            Endpoint("/open-interest/history", Parameters.history, "Bars of a pair's open interest") { request, grant in
                try pairHistory(request, grant)
            },
            Endpoint("/open-interest/aggregated-history", Parameters.aggregated, "Bars of a coin's open interest of all exchanges") {
                request, grant in try coinHistory(request, grant)
            },
            Endpoint(
                "/open-interest/aggregated-stablecoin-history", Parameters.byMargin,
                "Bars of a coin's open interest that stablecoins margin"
            ) { request, grant in try marginHistory(request, grant, .stable) },
            Endpoint(
                "/open-interest/aggregated-coin-margin-history", Parameters.byMargin, "Bars of a coin's open interest that coins margin"
            ) { request, grant in try marginHistory(request, grant, .coin) },
            Endpoint("/open-interest/exchange-history-chart", Parameters.chart, "Open interest of a coin by exchange over time") {
                request, grant in try chart(request, grant)
            },
        ]
    }
}
