import MarketModel
import Transport

/// The hosts of which open interest alone is simulated: each has its own base URL, and no WebSockets.
public enum SimulatedInterestHost: String, Sendable, Hashable, CaseIterable {
    case deribit
    case hyperliquid
    case bitget
    case gate
    case krakenFutures = "kraken-futures"
    case htx
    case bitmex
    case kucoin

    /// What its paths begin with on the simulator's port.
    public var prefix: String { "/" + rawValue }

    /// The venue behind it.
    public var venue: Venue {
        switch self {
        case .deribit: .deribit
        case .hyperliquid: .hyperliquidPerps
        case .bitget: .bitgetFutures
        case .gate: .gateFutures
        case .krakenFutures: .krakenFutures
        case .htx: .htxFutures
        case .bitmex: .bitmex
        case .kucoin: .kucoinFutures
        }
    }

    /// The paths that it answers, as routes have them.
    public var paths: [String] {
        switch self {
        case .deribit: ["currency", "instrument"].map { "/api/v2/public/get_book_summary_by_\($0)" }
        case .hyperliquid: ["/info"]
        case .bitget: ["contracts", "tickers", "open-interest"].map { "/api/v2/mix/market/\($0)" }
        case .gate: ["/api/v4/futures/{settle}/contracts", "/api/v4/futures/{settle}/tickers"]
        case .krakenFutures: ["/derivatives/api/v3/tickers"]
        case .htx:
            [
                "/linear-swap-api/v1/swap_open_interest", "/v5/market/open_interest", "/swap-api/v1/swap_contract_info",
                "/swap-api/v1/swap_open_interest",
            ]
        case .bitmex: ["/api/v1/instrument/active"]
        case .kucoin: ["/api/v1/contracts/active", "/api/ua/v1/market/open-interest"]
        }
    }

}

extension SimulatedExchange {
    /// Answers a request for open interest.
    ///
    /// - Parameters:
    ///   - path: below the host's prefix: `/info`.
    ///   - now: microseconds since 1970-01-01 UTC.
    public func answer(_ host: SimulatedInterestHost, _ request: borrowing Request, path: String, now: Int64) -> Response {
        if let fault = plan.faults.first(where: { $0.kind == .refuse && $0.isOn(at: now) && $0.concerns(host.venue) }) {
            let headers = fault.retry.map { [Header("Retry-After", String($0))] } ?? []
            var response = WireValue.object(["error": .text("too many requests")]).response(Status(fault.status))
            response.headers += headers
            return response
        }
        let open = interest.open(host.venue, at: now)
        let ask = InterestAsk(query: request.query, path: path, now: now)
        let answer: WireValue? =
            switch host {
            case .deribit: ask.deribit(open)
            case .hyperliquid: String(decoding: request.body, as: UTF8.self).contains("metaAndAssetCtxs") ? ask.hyperliquid(open) : nil
            case .bitget: ask.bitget(open)
            case .gate: ask.gate(open)
            case .krakenFutures: ask.kraken(open)
            case .htx: ask.htx(open)
            case .bitmex: ask.bitmex(open)
            case .kucoin: ask.kucoin(open)
            }
        return answer?.response() ?? Response(.notFound, text: "404\n")
    }
}

/// The routes of a host of which open interest alone is simulated.
struct InterestRoutes: Sendable {
    let host: SimulatedInterestHost
    let exchange: SimulatedExchange
    let clock: SimulatorClock

    var mount: Mount {
        Mount(
            host.prefix,
            routes: host.paths.map { pattern in
                Route(host == .hyperliquid ? .post : .get, pattern, summary: "What \(host.rawValue) answers") { request in
                    // `{settle}` stands for what was asked for.
                    let path = request.pathParameters.reduce(pattern) { path, parameter in
                        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
                        return parts.map { $0 == "{\(parameter.key)}" ? Substring(parameter.value) : $0 }.joined(separator: "/")
                    }
                    return exchange.answer(host, request, path: path, now: clock.now())
                }
            })
    }
}
