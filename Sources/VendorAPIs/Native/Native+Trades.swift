import Access
import Lake
import MarketModel
import MarketService
import Transport

extension Native.Parameters {
    static let oneVenue = Parameter(
        "venue", .text, required: true, example: "binance-spot", "The venue, or `basket` for a set of instruments that /v1/baskets lists")
    static let oneSymbol = Parameter(
        "symbol", .text, required: true, example: "BTCUSDT", "The symbol, as the venue spells it, or the name of a basket")
    static let begin = Parameter(
        "from", .text, example: "2026-11-20T00:00:00Z",
        "The first time, as whole microseconds since 1970 or in ISO 8601; without it the newest rows are given")
    static let end = Parameter(
        "to", .text, example: "2026-11-21T00:00:00Z", "The time before which rows end, likewise; without it there is no end")
    static let rows = Parameter(
        "limit", .text, default: "1000", example: "1000",
        "About how many rows, 1 to 1000000: a page ends with a whole millisecond; `all` for all rows from `from` on")

    static let trades = [oneVenue, oneSymbol, begin, end, rows, TableFormat.parameter]
}

extension Native {
    /// The most rows of one page; `all` has no limit but what one answer may be made of.
    static let mostRows = 1_000_000

    /// A time that a parameter gives, in microseconds since 1970-01-01 UTC.
    static func time(_ parameter: Parameter, _ request: borrowing Request) throws(Failure) -> Int64? {
        guard let text = try parameter.text(in: request) else { return nil }
        // Whole numbers are microseconds here, and milliseconds on the command line.
        if let number = Int64(text), number.magnitude < 1 << 60 { return number }
        guard text.contains("-"), let time = Timestamp.parse(text) else {
            throw Failure(
                .badRequest, "parameter '\(parameter.name)' must be whole microseconds since 1970, or a time like 2026-11-20T00:00:00Z")
        }
        return time
    }

    static func noTape(_ venue: Venue, _ symbol: String) -> Failure {
        Failure(.notFound, "there is no tape of \(symbol) at \(venue): /v1/instruments lists what there is")
    }

    /// `GET /v1/trades`
    func trades(_ request: borrowing Request, _ grant: KeyGate.Grant) throws -> Response {
        let stretch = try Stretch(request, grant, Parameters.rows, most: Native.mostRows)
        let format = try TableFormat(request)
        let known = request.header("If-None-Match")
        let isPlanned = grant.plan != nil
        if let basket = try basket(request) { return basketTrades(basket, stretch, format, known, isPlanned: isPlanned) }
        let (lake, limits) = (lake, limits)
        return .later { cancellation in
            // As of bars: until something has been sent, a tape may be replaced.
            try LakeError.retrying {
                var from = stretch.from
                if from == nil, let count = stretch.count {
                    let newest = try TradePage.start(ofNewest: count, lake, venue: stretch.venue, symbol: stretch.symbol)
                    from = max(newest ?? 0, stretch.opens ?? .min)
                }
                guard
                    let page = try TradePage.open(
                        lake, venue: stretch.venue, symbol: stretch.symbol, from: from ?? 0, to: stretch.to,
                        atLeast: stretch.from == nil ? nil : stretch.count, columns: [.id, .time, .price, .quantity, .side], limits: limits,
                        isCancelled: { cancellation.isCancelled })
                else { throw Native.noTape(stretch.venue, stretch.symbol) }
                return try Native.answer(
                    TradeTable(page), page.revision, page.goesOnAt, known, format, isPlanned: isPlanned, cancellation)
            }
        }
    }
}
