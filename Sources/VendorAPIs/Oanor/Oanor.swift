import MarketModel
public import MarketService
public import Transport

/// oanor's orderflow-api below `/orderflow-api`: the flow of the newest trades, the large prints, the symbols.
///
/// What is known of the vendor's API, and every decision where it is silent, stands in docs/vendors/oanor.md.
public struct Oanor: Sendable {
    let market: MarketService
    let prepared = PreparedFlows()

    static let prefix = "/orderflow-api"

    /// Creates the façade's mount.
    ///
    /// - Parameter gate: who may call; nil for everyone.
    public static func mount(market: MarketService, gate: KeyGate?) -> Mount {
        let api = Oanor(market: market)
        return Mount(
            prefix, name: "oanor", summary: "oanor's orderflow-api: taker flow and large prints of an instrument's newest trades",
            routes: [
                Route(
                    "/v1/flow", parameters: [Parameters.symbol, Parameters.coin, Parameters.quote, Parameters.venue, Parameters.trades],
                    summary: Summaries.flow, handler: { try api.flow($0) }),
                Route(
                    "/v1/large",
                    parameters: [
                        Parameters.symbol, Parameters.coin, Parameters.quote, Parameters.venue, Parameters.minNotional, Parameters.group,
                    ],
                    summary: Summaries.large, handler: { try api.large($0) }),
                Route(
                    "/v1/symbols", parameters: [Parameters.quoteFilter, Parameters.venue], summary: Summaries.symbols,
                    handler: { try api.symbols($0) }),
                Route("/v1/meta", parameters: [Parameters.venue], summary: Summaries.meta, handler: { try api.meta($0) }),
            ],
            key: gate?.place, gate: gate?.asGate,
            errors: Envelope.error)
    }

    /// What the routes are for, in the words of `/meta` and of the documentation.
    enum Summaries {
        static let flow = "Taker buy and sell volume, delta and CVD, ratio and pressure over an instrument's newest trades"
        static let large = "Large aggressive prints at or above a notional, each a taker buy or sell, with totals by side"
        static let symbols = "The symbols there are, optionally those of one quote currency"
        static let meta = "This document"
    }
}
