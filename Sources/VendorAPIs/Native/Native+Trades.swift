import Access
import Lake
import MarketModel
import MarketService
import Transport

extension Native.Parameters {
    static let oneVenue = Parameter("venue", .text, required: true, example: "binance-spot", "The venue")
    static let oneSymbol = Parameter("symbol", .text, required: true, example: "BTCUSDT", "The symbol, as the venue spells it")
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
        let (lake, limits, isPlanned) = (lake, limits, grant.plan != nil)
        return .later { cancellation in
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
            var headers = [Header("Vary", "Accept")]
            if let next = page.goesOnAt { headers.append(Header("X-Next", String(next))) }
            let tag = "\"\(page.revision)-\(format.rawValue)\""
            headers += [Header("ETag", tag), Header("Cache-Control", isPlanned ? "private, no-cache" : "no-cache")]
            if let known, known == "*" || known.contains(tag) { return Response(.notModified, headers: headers) }
            return try .table(TradeTable(page), format, headers: headers, cancellation)
        }
    }
}

/// Trades as a table.
private struct TradeTable: TableSource {
    let fields: [TableField]
    private var page: TradePage
    private var rows = TradeColumns()
    private var place = 0

    static let sides = [TakerSide.buy, .sell, .unknown].map(\.name)

    init(_ page: TradePage) {
        self.page = page
        let id: (kind: TableField.Kind, isOptional: Bool) =
            switch page.instrument.tradeIDs {
            case .contiguous, .integer: (.integer, false)
            case .uuid: (.text, false)
            case .none: (.integer, true)
            }
        fields = [
            TableField("time", .time, unit: "µs", "When it was traded, as the venue says"),
            TableField("id", id.kind, optional: id.isOptional, "The venue's id; null where ids tell nothing"),
            TableField("side", .word(TradeTable.sides), "The aggressor: what the taker did"),
            TableField("price", .decimal, unit: "quote currency", "The price, as printed"),
            TableField("quantity", .decimal, unit: "base currency, or contracts", "The quantity, as printed"),
        ]
    }

    let name: StaticString = "trades"

    func writeHead(to json: inout JSONWriter) {
        json.member("venue", page.instrument.venue.name)
        json.member("symbol", page.instrument.symbol)
        json.member("quality", page.quality.name)
        json.key("next")
        if let next = page.goesOnAt { json.value(Int(next)) } else { json.null() }
    }

    var metadata: [(String, String)] {
        let instrument = page.instrument
        return [
            ("millrace.venue", instrument.venue.name), ("millrace.symbol", instrument.symbol), ("millrace.kind", instrument.kind.rawValue),
            ("millrace.contract_size", "\(instrument.contractSize)"), ("millrace.price_scale", "\(page.scales.price)"),
            ("millrace.quantity_scale", "\(page.scales.quantity)"), ("millrace.quality", page.quality.name),
            ("millrace.next", page.goesOnAt.map { "\($0)" } ?? ""),
        ]
    }

    mutating func next(_ count: Int, _ cancellation: Cancellation) throws -> [TableValues]? {
        if place >= rows.count {
            guard let more = try page.next() else { return nil }
            (rows, place) = (more, 0)
        }
        let range = place..<min(rows.count, place + count)
        place = range.upperBound
        let ids =
            switch page.instrument.tradeIDs {
            case .contiguous, .integer: TableValues(.integers(Array(rows.id[range])))
            case .uuid: TableValues(.texts(range.map { TradeID(high: rows.idHigh[$0], low: UInt64(bitPattern: rows.id[$0])).text(.uuid) }))
            case .none: TableValues(.integers([Int64](repeating: 0, count: range.count)), valid: [UInt8](repeating: 0, count: range.count))
            }
        return [
            TableValues(.times(Array(rows.time[range]))), ids,
            TableValues(.words(rows.side[range].map { $0 > 0 ? 0 : $0 < 0 ? 1 : 2 })),
            TableValues(.decimals(Array(rows.price[range]), scale: page.scales.price)),
            TableValues(.decimals(Array(rows.quantity[range]), scale: page.scales.quantity)),
        ]
    }
}
