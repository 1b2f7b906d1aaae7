import MarketModel
public import MarketService
import OrderFlow
public import Transport

/// CoinGlass' API v4 below `/api/futures`: open interest by exchange, its history, and what there is of it.
///
/// What is known of the vendor's API, and every decision where it is silent, stands in docs/vendors/coinglass.md.
public struct CoinGlass: Sendable {
    let interest: InterestMarket
    let prepared = PreparedTables()

    /// The header that carries a key.
    public static let keyHeader: StaticString = "CG-API-KEY"

    /// What the vendor says of keys.
    public static let words = KeyGate.Words(missing: "API key missing.", bad: "Invalid API key provided", otherVendor: "Upgrade plan")

    /// How the vendor tells of a plan's calls.
    public static let rateHeaders = KeyGate.RateHeaders(limit: "API-KEY-MAX-LIMIT", used: "API-KEY-USE-LIMIT")

    /// Creates the façade's mount.
    ///
    /// - Parameter gate: who may call; made with ``keyHeader``, ``words`` and ``rateHeaders``.
    public static func mount(interest: InterestMarket, gate: KeyGate) -> Mount {
        let api = CoinGlass(interest: interest)
        func route(
            _ path: String, _ parameters: [Parameter], _ summary: String,
            _ handler: @escaping @Sendable (borrowing Request, KeyGate.Grant) throws -> Response
        ) -> Route {
            Route(path, parameters: parameters, summary: summary, handler: gate.guarding(handler))
        }
        return Mount(
            "/api/futures",
            routes: [
                route("/open-interest/exchange-list", [Parameters.coin], "Open interest of a coin by exchange") { request, _ in
                    try api.exchangeList(request)
                },
                route("/open-interest/history", Parameters.history, "Bars of a pair's open interest") { request, grant in
                    try api.pairHistory(request, grant)
                },
                route("/open-interest/aggregated-history", Parameters.aggregated, "Bars of a coin's open interest of all exchanges") {
                    request, grant in try api.coinHistory(request, grant)
                },
                route(
                    "/open-interest/aggregated-stablecoin-history", Parameters.byMargin,
                    "Bars of a coin's open interest that stablecoins margin"
                ) { request, grant in try api.marginHistory(request, grant, .stable) },
                route(
                    "/open-interest/aggregated-coin-margin-history", Parameters.byMargin, "Bars of a coin's open interest that coins margin"
                ) { request, grant in try api.marginHistory(request, grant, .coin) },
                route("/open-interest/exchange-history-chart", Parameters.chart, "Open interest of a coin by exchange over time") {
                    request, grant in try api.chart(request, grant)
                },
                route("/supported-coins", [], "The coins whose open interest is known") { request, _ in api.coins(request) },
                route("/supported-exchanges", [], "The exchanges whose open interest is known") { request, _ in api.exchanges(request) },
                route("/supported-exchange-pairs", [Parameters.anyExchange], "The contracts of exchanges") { request, _ in
                    api.pairs(request)
                },
            ],
            errors: Envelope.error)
    }
}
