import Lake
import MarketModel
import MarketService
import OrderFlow
import Transport

extension Native.Parameters {
    static let leastNotional = Parameter(
        "min_notional", .decimal, default: "100000", example: "100000", "What a print is worth at least, in quote currency")
    static let prints = [oneVenue, oneSymbol, leastNotional, begin, end, bars, TableFormat.parameter]
}

extension Native {
    /// `GET /v1/large`
    func large(_ request: borrowing Request, _ grant: KeyGate.Grant) throws -> Response {
        let stretch = try Stretch(request, grant, Parameters.bars, most: Native.mostHeldRows)
        let text = try Parameters.leastNotional.text(in: request) ?? ""
        guard let least = try? FixedPoint(text: text), least.mantissa >= 0 else {
            throw Failure(.badRequest, "parameter 'min_notional' must be a decimal number, not negative")
        }
        let format = try TableFormat(request)
        let known = request.header("If-None-Match")
        if let basket = try basket(request) { return basketPrints(basket, stretch, least, format, known) }
        let (lake, limits) = (lake, limits)
        let open: @Sendable (Int64, Cancellation) throws -> TradePage = { from, cancellation in
            guard
                let page = try TradePage.open(
                    lake, venue: stretch.venue, symbol: stretch.symbol, from: from, to: stretch.to, atLeast: nil,
                    columns: [.id, .time, .price, .quantity, .side], limits: limits, isCancelled: { cancellation.isCancelled })
            else { throw Native.noTape(stretch.venue, stretch.symbol) }
            return page
        }
        return .later { cancellation in
            // As of bars: until something has been sent, a tape may be replaced.
            try LakeError.retrying {
                guard let from = stretch.from else {
                    let count = stretch.count ?? 1
                    guard let tape = try lake.tape(venue: stretch.venue, symbol: stretch.symbol) else {
                        throw Native.noTape(stretch.venue, stretch.symbol)
                    }
                    let first = max(tape.firstTime ?? 0, stretch.opens ?? .min)
                    let page = try Native.newest(
                        count, within: first..<max(first, (tape.lastTime ?? first) + 1), length: 3_600_000_000, step: 1, cancellation
                    ) { LargeTable(try open($0, cancellation), least) }
                    return try Native.answer(page, nil, nil, known, format, cancellation)
                }
                let trades = try open(from, cancellation)
                let revision = trades.revision + "-\(least.normalized)-\(stretch.count ?? 0)"
                guard let count = stretch.count else {
                    return try Native.answer(LargeTable(trades, least), revision, nil, known, format, cancellation)
                }
                let page = try TablePage(LargeTable(trades, least), atLeast: count, cancellation) { $0 - $0 % 1000 + 1000 }
                return try Native.answer(page, revision, page.goesOnAt, known, format, cancellation)
            }
        }
    }
}

/// The prints of a tape that are worth enough.
struct LargeTable: TableSource {
    private var prints: ValuedPage
    private var page: TradePage { prints.page }
    private let least: FixedPoint

    let fields: [TableField]
    let name: StaticString = "trades"

    init(_ page: TradePage, _ least: FixedPoint) {
        prints = ValuedPage(page, least: least)
        self.least = least
        fields = TradeTable.fields(of: page) + [LargeTable.notional]
    }

    private static let notional = TableField("notional", .real, unit: "quote currency", "What it was worth")
    static let shape = JSONShape.table(
        [
            TableHead.venue, TableHead.symbol,
            JSONShape.Member("min_notional", .number, unit: "quote currency", "What a print is worth at least"), TableHead.quality,
            TableHead.nextOfPages,
        ], "trades", TradeTable.fields(with: .none) + [notional], TradeTable.fields(with: .uuid) + [notional])

    func writeHead(to json: inout JSONWriter) {
        json.member("venue", page.instrument.venue.name)
        json.member("symbol", page.instrument.symbol)
        json.member("min_notional", decimal: Int128(least.mantissa), scale: least.scale)
        json.member("quality", page.quality.name)
    }

    var metadata: [(String, String)] {
        [
            ("millrace.venue", page.instrument.venue.name), ("millrace.symbol", page.instrument.symbol),
            ("millrace.min_notional", "\(least)"), ("millrace.quality", page.quality.name),
        ]
    }

    mutating func next(_ count: Int, _ cancellation: Cancellation) throws -> [TableValues]? {
        guard let (rows, notionals) = try prints.next(isCancelled: { cancellation.isCancelled }) else { return nil }
        return TradeTable.values(of: rows, page, 0..<rows.count) + [TableValues(.reals(notionals))]
    }
}
