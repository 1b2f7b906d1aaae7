public import Access
import MarketModel
public import MarketService
import OrderFlow
public import Transport

/// Aperiodic's API below `/api/v1`: datasets and raw trades as month files behind signed links, with catalogue, symbols and coverage.
///
/// What is known of the vendor's API, and every decision where it is silent, stands in docs/vendors/aperiodic.md.
public struct Aperiodic: Sendable {
    let market: MarketService
    let months: MonthFiles
    let signer: LinkSigner
    let publicURL: String?
    let previews: [AperiodicPreview]

    /// The key that everybody knows: good for previews, and for nothing else.
    public static let demoKey = "DEMO-KEY"

    static let prefix = "/api/v1"

    /// Creates the façade's mount.
    ///
    /// - Parameters:
    ///   - months: where files come from.
    ///   - gate: who may call; made with ``demoKey``.
    ///   - signer: signs the links of files.
    ///   - publicURL: how this server is reached from outside, without a slash at the end; nil for what requests call it.
    ///   - previews: what everybody may have.
    ///   - live: what streams rows; nil for no stream.
    public static func mount(
        market: MarketService, months: MonthFiles, gate: KeyGate, signer: LinkSigner, publicURL: String?,
        previews: [AperiodicPreview] = [.standard], live: AperiodicLive? = nil
    ) -> Mount {
        let api = Aperiodic(market: market, months: months, signer: signer, publicURL: publicURL, previews: previews)
        let catalogue = Catalogue.json()
        let streams = live.map { [streamRoute($0, gate)] } ?? []
        return Mount(
            prefix, name: "aperiodic", summary: "Aperiodic's API: order-flow metrics and raw trades as month files behind signed links",
            routes: streams + [
                Route("/metadata/catalog", summary: "The datasets and their fields; no key") { _ in
                    Response(json: catalogue.copy())
                },
                Route("/metadata/raw", summary: "The raw datasets and what there is of them; no key") { try api.rawCoverage($0) },
                Route(
                    "/metadata/symbols", parameters: [Parameters.exchange], summary: "The symbols of an exchange that have a tape",
                    handler: gate.guarding(prefix + "/metadata/symbols") { request, _ in try shaped { try api.symbols(request) } }),
                Route(
                    "/data/{bucket}", parameters: Parameters.bars, summary: "Links to the month files of a dataset",
                    handler: gate.guarding(prefix + "/data/{bucket}") { request, grant in try shaped { try api.data(request, grant) } }),
                Route(
                    "/data/preview/{bucket}", parameters: Parameters.bars, summary: "The same of what everybody may have",
                    handler: gate.guarding(prefix + "/data/preview/{bucket}", takingDemoKey: true) { request, _ in
                        try shaped { try api.previewData(request) }
                    }),
                Route(
                    "/data/raw/{dataset}", parameters: Parameters.raw, summary: "Links to the month files of raw trades",
                    handler: gate.guarding(prefix + "/data/raw/{dataset}") { request, grant in try shaped { try api.raw(request, grant) } }),
                Route(
                    "/data/raw/preview/{dataset}", parameters: [Parameters.exchange, Parameters.symbol],
                    summary: "The same of what everybody may have",
                    handler: gate.guarding(prefix + "/data/raw/preview/{dataset}", takingDemoKey: true) { request, _ in
                        try shaped { try api.previewRaw(request) }
                    }),
                Route(
                    "/files/bars/{dataset}/{interval}/{exchange}/{symbol}/{file}", parameters: Parameters.link,
                    summary: "A month file of a dataset; the link is the key", answer: .file(.parquet)
                ) { request in try shaped { try api.barsFile(request, .exchange) } },
                Route(
                    "/files/bars-true/{dataset}/{interval}/{exchange}/{symbol}/{file}", parameters: Parameters.link,
                    summary: "The same on the clock of arrivals", answer: .file(.parquet)
                ) { request in try shaped { try api.barsFile(request, .arrival) } },
                Route(
                    "/files/raw/{dataset}/{exchange}/{symbol}/{file}", parameters: Parameters.link,
                    summary: "A month file of raw trades; the link is the key", answer: .file(.parquet)
                ) { request in try shaped { try api.rawFile(request) } },
            ],
            errors: Aperiodic.renderError)
    }
}

/// A stretch of data that everybody may have: asked for exactly like this, it needs no key but the vendor's demo key.
public struct AperiodicPreview: Sendable, Hashable {
    /// The exchange.
    public let exchange: Venue
    /// The symbol, in Atlas' spelling.
    public let symbol: AtlasSymbol
    /// The length of the bars.
    public let interval: Interval
    /// The first day.
    public let first: CivilDate
    /// The last day, included.
    public let last: CivilDate

    /// Reads `EXCHANGE,SYMBOL,INTERVAL,FIRST,LAST`.
    ///
    ///     AperiodicPreview("binance-futures,perpetual-BTC-USDT:USDT,5m,2025-05-01,2025-05-31")
    public init?(_ text: String) {
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        guard parts.count == 5, let exchange = Venue(parts[0]), let symbol = AtlasSymbol(String(parts[1])),
            let interval = Interval(name: parts[2]), Aperiodic.intervals.contains(interval), let first = CivilDate(parts[3]),
            let last = CivilDate(parts[4]), first <= last
        else { return nil }
        self.init(exchange: exchange, symbol: symbol, interval: interval, first: first, last: last)
    }

    private init(exchange: Venue, symbol: AtlasSymbol, interval: Interval, first: CivilDate, last: CivilDate) {
        self.exchange = exchange
        self.symbol = symbol
        self.interval = interval
        self.first = first
        self.last = last
    }

    /// What the vendor shows: May 2025 of Binance's bitcoin perpetual, in bars of five minutes.
    public static let standard = AperiodicPreview(
        exchange: .binanceFutures, symbol: AtlasSymbol(type: .perpetual, base: "BTC", quote: "USDT"), interval: .m5,
        first: CivilMonth.may2025.firstDay, last: CivilMonth.may2025.lastDay)
}

extension CivilMonth {
    fileprivate static let may2025 = CivilMonth(microseconds: 1_746_057_600_000_000)
}
