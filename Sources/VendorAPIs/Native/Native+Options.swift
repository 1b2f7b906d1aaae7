import Access
import MarketModel
import MarketService
import OrderFlow
import Transport

extension Native.Parameters {
    static let coin = Parameter("coin", .text, required: true, example: "BTC", "The coin that options are on")
    static let window = Parameter(
        "window", .choice(OptionWindow.allCases.map(\.rawValue)), default: "8H", example: "1D", "How long windows are")
    static let exchange = Parameter("exchange", .text, default: "OKX", example: "OKX,Deribit", "Whose options, together")
    static let windows = Parameter("limit", .integer(1...500, clamped: true), default: "72", "How many windows, the last that are over")

    static let optionFlow = [coin, window, exchange, windows, TableFormat.parameter]
}

extension Native {
    /// `GET /v1/options/flow`
    func optionFlow(_ request: borrowing Request, _ grant: KeyGate.Grant) throws -> Response {
        let coin = (try Parameters.coin.text(in: request) ?? "").uppercased()
        let window = OptionWindow(rawValue: try Parameters.window.text(in: request) ?? "") ?? .h8
        let exchanges = Set((try Parameters.exchange.text(in: request) ?? "").split(separator: ",").map(String.init))
        var count = try Parameters.windows.integer(in: request) ?? 72
        if let plan = grant.plan, let first = plan.firstDay(at: request.time)?.microseconds {
            let most = max(0, Int((window.lastEnd(at: request.time) - first) / window.length))
            guard count <= most || request.query["limit"] == nil else {
                throw Failure(
                    .forbidden, "plan '\(plan.name)' opens the last \(plan.historyDays ?? 0) days: ask for limit=\(most) or less")
            }
            count = min(count, most)
        }
        let (options, now, format) = (options, request.time, try TableFormat(request))
        let windows = count
        return .later { cancellation in
            guard try !options.families(of: coin, exchanges: exchanges).isEmpty else {
                throw Failure(.notFound, "no options of \(coin) are held of \(exchanges.sorted().joined(separator: ", "))")
            }
            let rows = try options.rows(
                coin, exchanges: exchanges, window, last: windows, at: now, isCancelled: { cancellation.isCancelled })
            return try .records(
                "rows", head: ["coin": coin, "window": window.rawValue], rows.map { (row: $0, window: window) }, Native.optionFields,
                format,
                cancellation)
        }
    }

    private static let optionFields: [JSONField<(row: OptionRow, window: OptionWindow)>] = {
        typealias Field = JSONField<(row: OptionRow, window: OptionWindow)>
        func coins(_ name: String, _ description: String, _ value: @escaping @Sendable (OptionRow) -> Int128?) -> Field {
            Field(name, .nullable(.number), unit: "coins", description) {
                value($0.row).map { .decimal($0, scale: OptionTrade.decimals) } ?? .null
            }
        }
        return [
            Field("start", time: "From when") { $0.row.end - $0.window.length },
            Field("end", time: "Up to when, without it") { $0.row.end },
            Field(
                "quality", .choice(BarQuality.allCases.map(\.name)),
                "complete: nothing lacks; repaired: something was missed and asked for; gap: it is not known that nothing lacks"
            ) { .text($0.row.quality.name) },
            coins("call_buy", "Calls that takers bought") { $0.flow.callBuy },
            coins("call_sell", "Calls that takers sold") { $0.flow.callSell },
            coins("call_unknown", "Calls whose taker nobody told") { $0.flow.callUnknown },
            coins("call_block", "Calls in blocks, at the time of their execution") { $0.flow.callBlock },
            coins("put_buy", "Puts that takers bought") { $0.flow.putBuy }, coins("put_sell", "Puts that takers sold") { $0.flow.putSell },
            coins("put_unknown", "Puts whose taker nobody told") { $0.flow.putUnknown },
            coins("put_block", "Puts in blocks") { $0.flow.putBlock },
            coins("call_open_interest", "Calls that were open at the end; null where an exchange did not tell") { $0.open?.call },
            coins("put_open_interest", "Puts that were open at the end, likewise") { $0.open?.put },
            Field("trades", .integer, unit: "trades", "How many, legs of blocks one by one") { .integer($0.row.flow.trades) },
            Field("gaps", .list(.object(of: gapFields)), "When within the window trades may lack") { .objects($0.row.gaps, gapFields) },
        ]
    }()

    private static let gapFields: [JSONField<OptionGap>] = [
        JSONField("venue", .text, "The venue") { .text($0.family.venue.name) },
        JSONField("family", .text, "Which of its options") { .text($0.family.name) },
        JSONField("trades", .choice(OptionPart.allCases.map(\.name)), "Which of their trades") { .text($0.part.name) },
        JSONField("from", time: "From when") { $0.times.lowerBound },
        JSONField("to", time: "Up to when, without it") { $0.times.upperBound },
    ]

    static let optionShape = JSONShape.object([
        JSONShape.Member("coin", .text, "What the options are on"),
        JSONShape.Member("window", .choice(OptionWindow.allCases.map(\.rawValue)), "How long windows are"),
        JSONShape.Member("rows", .list(.object(of: optionFields)), "Windows, in the order of time"),
    ])
}
