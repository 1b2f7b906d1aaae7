public import MarketService
public import Transport

/// OKX's trading statistics below `/api/v5/rubik/stat`: what takers bought and sold, open interest, and options.
///
/// What is known of the vendor's API, and every decision where it is silent, stands in docs/vendors/okx.md.
public struct OKX: Sendable {
    let options: OptionMarket
    let taker: TakerMarket
    let interest: InterestMarket
    let prepared = PreparedTables()
    let limits: Limits
    let exchanges: Set<String>

    /// Creates the façade's mount.
    ///
    /// - Parameters:
    ///   - options: what is answered about options.
    ///   - taker: what is answered from tapes.
    ///   - interest: open interest.
    ///   - exchanges: whose trades and open interest are counted, as people write them.
    ///   - addresses: who asks, by whom every limit is counted.
    public static func mount(
        options: OptionMarket, taker: TakerMarket, interest: InterestMarket, exchanges: Set<String> = ["OKX"],
        addresses: ClientAddresses = ClientAddresses()
    ) -> Mount {
        let api = OKX(options: options, taker: taker, interest: interest, limits: Limits(addresses: addresses), exchanges: exchanges)
        return Mount(
            "/api/v5/rubik/stat", name: "okx",
            summary: "OKX' trading statistics: takers, open interest, options; no key, limits by address",
            routes: api.routes, errors: Envelope.error)
    }

    private var routes: [Route] {
        [
            route("/trading-data/support-coin", [], "The coins of which there is something") { try supportedCoins($0) },
            route("/taker-volume", Parameters.takerVolume, "What takers of a coin bought and sold") { try takerVolume($0) },
            route("/taker-volume-contract", Parameters.contractTakerVolume, "What takers of a contract bought and sold", byContract: true) {
                try contractTakerVolume($0)
            },
            route("/contracts/open-interest-volume", Parameters.byCoin, "Open interest and volume of a coin's contracts, in USD") {
                try interestAndVolume($0)
            },
            route(
                "/contracts/open-interest-history", Parameters.interestHistory, "Open interest of a contract", times: 10, byContract: true
            ) { try interestHistory($0) },
            route("/option/taker-block-volume", Parameters.optionWindows, "What takers of a coin's options bought and sold, and blocks") {
                try optionFlow($0)
            },
            route("/option/open-interest-volume", Parameters.optionWindows, "Open interest and volume of a coin's options") {
                try optionInterest($0)
            },
            route("/option/open-interest-volume-ratio", Parameters.optionWindows, "Calls by puts, of open interest and volume") {
                try optionRatio($0)
            },
            route("/option/open-interest-volume-expiry", Parameters.optionWindows, "Open interest and volume of options by expiry") {
                try optionExpiries($0)
            },
            route("/option/open-interest-volume-strike", Parameters.optionStrikes, "Open interest and volume of options by strike") {
                try optionStrikes($0)
            },
            route("/margin/loan-ratio", Parameters.byCoin, "What is borrowed in quote currency by what is in coins: not known here") {
                try nothing($0)
            },
            route(
                "/contracts/long-short-account-ratio", Parameters.byCoin, "Accounts that are long by those that are short: not known here"
            ) {
                try nothing($0)
            },
        ]
    }

    /// - Parameters:
    ///   - times: how many requests are answered in two seconds.
    ///   - byContract: whether those of each contract are counted apart.
    private func route(
        _ path: String, _ parameters: [Parameter], _ summary: String, times: Int = 5, byContract: Bool = false,
        _ handler: @escaping @Sendable (borrowing Request) throws -> Response
    ) -> Route {
        let limits = limits
        return Route(path, parameters: parameters, summary: summary) { request in
            try limits.admit(request, path, contract: byContract ? request.query["instId"] : nil, times: times)
            return try handler(request)
        }
    }

    /// Ratios of accounts and loans, of which an exchange alone knows: the vendor's shape, without rows.
    private func nothing(_ request: borrowing Request) throws -> Response {
        _ = try Ask(request).coin()
        _ = try Ask(request).period(Period.short)
        return Envelope.ok { json in
            json.beginArray()
            json.endArray()
        }
    }
}
