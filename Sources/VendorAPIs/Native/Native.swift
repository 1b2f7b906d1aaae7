public import Lake
public import MarketService
public import Transport

/// Millrace's own API below `/v1`: instruments, holes, and the stream of what happens.
///
/// docs/native-api.md has every field.
public struct Native: Sendable {
    let lake: Lake
    let live: NativeLive
    let options: OptionMarket
    let interest: InterestMarket
    let statistics: any OptionStatistics
    let baskets: BasketBook
    let threads: Int
    let limits: QueryLimits
    let kept: AnswerStore?

    static let prefix = "/v1"

    /// Creates the mount.
    ///
    /// - Parameters:
    ///   - options: what is answered about options.
    ///   - interest: what is answered about open interest.
    ///   - statistics: what is answered about option markets day by day.
    ///   - baskets: the baskets that can be asked for.
    ///   - threads: how many read for one answer, 1…64.
    ///   - limits: what one answer may be made of.
    ///   - kept: where long answers of bars are kept for whoever asks for them again.
    ///   - gate: who may call; its vendor is `millrace`.
    public static func mount(
        lake: Lake, live: NativeLive, options: OptionMarket, interest: InterestMarket, statistics: any OptionStatistics,
        baskets: BasketBook = BasketBook(), threads: Int = 1, limits: QueryLimits = QueryLimits(), kept: AnswerStore? = nil, gate: KeyGate
    ) -> Mount {
        let api = Native(
            lake: lake, live: live, options: options, interest: interest, statistics: statistics, baskets: baskets, threads: threads,
            limits: limits, kept: kept)
        return Mount(
            prefix, name: "native", summary: "Millrace's own API: instruments, holes, options, and the stream of what happens",
            routes: [
                Route(
                    "/instruments", parameters: [Parameters.venue, Parameters.symbol, TableFormat.parameter],
                    summary: "The instruments on tape, and how far each is recorded",
                    answer: .table(TableFormat.mediaTypes), shape: instrumentsShape,
                    handler: gate.guarding(prefix + "/instruments") { request, _ in try api.instruments(request) }),
                Route(
                    "/baskets", parameters: [TableFormat.parameter],
                    summary: "The named sets of instruments that can be asked for as venue=basket, and their tapes",
                    answer: .table(TableFormat.mediaTypes), shape: basketsShape,
                    handler: gate.guarding(prefix + "/baskets") { request, _ in try api.listBaskets(request) }),
                Route(
                    "/trades", parameters: Parameters.trades, summary: "The trades of an instrument in the order of time, page by page",
                    answer: .table(TableFormat.mediaTypes),
                    shape: .either([TradeTable.shape, BasketTradeTable.shape]),
                    handler: gate.guarding(prefix + "/trades") { request, grant in try api.trades(request, grant) }),
                Route(
                    "/bars/{dataset}", parameters: [Parameters.dataset] + Parameters.barsQuery + [Parameters.fields],
                    summary: "Bars of an instrument with the columns of a dataset, each with its quality and its repairs",
                    answer: .table(TableFormat.mediaTypes),
                    shape: BarTable.shape,
                    handler: gate.guarding(prefix + "/bars/{dataset}") { request, grant in try api.bars(request, grant) }),
                Route(
                    "/cvd", parameters: Parameters.barsQuery + [Parameters.anchor],
                    summary: "Cumulative volume delta of an instrument, bar by bar", answer: .table(TableFormat.mediaTypes),
                    shape: .either([CumulativeDeltaTable.shape, BasketDeltaTable.shape]),
                    handler: gate.guarding(prefix + "/cvd") { request, grant in try api.cumulativeDelta(request, grant) }),
                Route(
                    "/footprint", parameters: Parameters.barsQuery,
                    summary: "What takers bought and sold at each level of price, bar by bar", answer: .table(TableFormat.mediaTypes),
                    shape: .either([FootprintTable.shape, BasketFootprintTable.shape]),
                    handler: gate.guarding(prefix + "/footprint") { request, grant in try api.footprint(request, grant) }),
                Route(
                    "/large", parameters: Parameters.prints, summary: "The prints of an instrument that are worth so much",
                    answer: .table(TableFormat.mediaTypes),
                    shape: .either([LargeTable.shape, BasketTradeTable.shapeOfPrints]),
                    handler: gate.guarding(prefix + "/large") { request, grant in try api.large(request, grant) }),
                Route(
                    "/gaps",
                    parameters: [
                        Parameters.venue, Parameters.symbol, Parameters.state, Parameters.from, Parameters.to, Parameters.limit,
                        Parameters.after, TableFormat.parameter,
                    ], summary: "The holes of the tapes, each with its state",
                    answer: .table(TableFormat.mediaTypes), shape: GapListing.shape,
                    handler: gate.guarding(prefix + "/gaps") { request, grant in try api.gaps(request, grant) }),
                Route(
                    "/options/flow", parameters: Parameters.optionFlow,
                    summary: "What takers of a coin's options bought and sold, window by window, and whether nothing lacks",
                    answer: .table(TableFormat.mediaTypes), shape: optionShape,
                    handler: gate.guarding(prefix + "/options/flow") { request, grant in try api.optionFlow(request, grant) }),
                Route(
                    "/options/statistics", parameters: Parameters.statistics,
                    summary: "What all options of a market came to, day by day", answer: .table(TableFormat.mediaTypes),
                    shape: statisticShape,
                    handler: gate.guarding(prefix + "/options/statistics") { request, grant in try api.optionStatistics(request, grant) }),
                Route(
                    "/open-interest", parameters: [Parameters.interestCoin, TableFormat.parameter],
                    summary: "The open interest of a coin now, by exchange, with its changes", answer: .table(TableFormat.mediaTypes),
                    shape: interestShape,
                    handler: gate.guarding(prefix + "/open-interest") { request, _ in try api.openInterest(request) }),
                Route(
                    "/open-interest/history", parameters: Parameters.interestHistory,
                    summary: "Bars of the open interest of a coin, at one exchange or at all", answer: .table(TableFormat.mediaTypes),
                    shape: interestBarShape,
                    handler: gate.guarding(prefix + "/open-interest/history") { request, grant in
                        try api.openInterestHistory(request, grant)
                    }),
                Route(
                    "/stream", parameters: [Parameters.topics, Parameters.since, Parameters.minimumNotional],
                    summary: "Trades, bars, large prints and gaps as they happen: a WebSocket, or server-sent events",
                    answer: .stream(hasEvents: true),
                    handler: gate.guarding(prefix + "/stream") { request, grant in try api.stream(request, grant, gate) }),
            ], errors: renderError)
    }

    enum Parameters {
        static let venue = Parameter("venue", .text, example: "binance-spot", "One venue only; `basket` for the members of baskets")
        static let symbol = Parameter("symbol", .text, example: "BTCUSDT", "One symbol only, as the venue spells it, or one basket")
        static let state = Parameter("state", .choice(["open", "repaired", "abandoned"]), "Holes in one state only")
        static let from = Parameter(
            "from", .integer(0...Int.max, clamped: false), example: "1763683200000000", "Holes that end after this time, in microseconds")
        static let to = Parameter(
            "to", .integer(0...Int.max, clamped: false), example: "1763769600000000", "Holes that begin before this time, in microseconds")
        static let limit = Parameter("limit", .integer(1...1000, clamped: true), default: "100", "How many are listed at most")
        static let after = Parameter("after", .text, "Where the page before ended: its `next`")
        static let topics = Parameter(
            "topics", .text, required: true, example: "trades:binance-spot:BTCUSDT,bars:binance-spot:BTCUSDT:1m",
            "What to follow, up to 100, separated by commas")
        static let since = Parameter("since", .text, "The id of the last event had; Last-Event-ID is the same, and comes first")
        static let minimumNotional = Parameter(
            "min_notional", .decimal, default: "100000", "What large prints are worth at least, in quote currency; 10000 or more")
    }

    /// `{"error":{"status":400,"message":"…"},"request_id":"…"}`
    static let renderError: Mount.ErrorRenderer = { failure, id, _ in
        var json = JSONWriter(capacity: 256)
        json.beginObject()
        json.key("error")
        json.beginObject()
        json.member("status", failure.status.code)
        json.member("message", failure.message)
        json.endObject()
        json.key("request_id")
        json.value(id)
        json.endObject()
        return Response(failure.status, json: json, headers: failure.headers)
    }
}
