import MarketModel
import MarketService
import OrderFlow
import Transport

extension Native {
    /// `GET /v1/footprint`
    func footprint(_ request: borrowing Request, _ grant: KeyGate.Grant) throws -> Response {
        let interval = try interval(request)
        let stretch = try Stretch(request, grant, Parameters.bars, most: Native.mostHeldRows)
        let format = try TableFormat(request)
        let known = request.header("If-None-Match")
        let (lake, threads, limits) = (lake, threads, limits)
        let open: @Sendable (Int64) throws -> FootprintReader = { from in
            guard
                let reader = try FootprintReader.open(
                    lake, venue: stretch.venue, symbol: stretch.symbol, from: from, to: stretch.to, interval: interval, threads: threads,
                    limits: limits)
            else { throw Native.noTape(stretch.venue, stretch.symbol) }
            return reader
        }
        return .later { cancellation in
            guard let from = stretch.from else {
                let page = try Native.newest(
                    stretch.count ?? 1, within: open(stretch.opens ?? 0).times, length: 10 * interval.microseconds,
                    step: interval.microseconds, cancellation
                ) { FootprintTable(try open($0)) }
                return try Native.answer(page, nil, nil, known, format, cancellation)
            }
            let reader = try open(from)
            guard let count = stretch.count else {
                return try Native.answer(FootprintTable(reader), reader.revision, nil, known, format, cancellation)
            }
            let page = try TablePage(FootprintTable(reader), atLeast: count, cancellation) { $0 + interval.microseconds }
            return try Native.answer(page, reader.revision + "-\(count)", page.goesOnAt, known, format, cancellation)
        }
    }
}

/// Footprints as a table: a row a bar and level of price.
struct FootprintTable: TableSource {
    private var reader: FootprintReader

    let fields = [
        BarFields.time,
        TableField("price", .real, unit: "quote currency", "The lowest price of the level"),
        TableField("price_to", .real, unit: "quote currency", "Where the next level begins"),
        TableField("taker_buy_volume", .real, unit: "base", "What takers bought"),
        TableField("taker_sell_volume", .real, unit: "base", "What takers sold"),
        TableField("taker_buy_notional", .real, unit: "quote", "What takers bought, in quote currency"),
        TableField("taker_sell_notional", .real, unit: "quote", "What takers sold, in quote currency"),
        TableField("taker_buy_count", .integer, unit: "trades", "How many trades takers bought in"),
        TableField("taker_sell_count", .integer, unit: "trades", "How many trades takers sold in"),
        BarFields.quality,
    ]
    let name: StaticString = "levels"

    init(_ reader: FootprintReader) { self.reader = reader }

    func writeHead(to json: inout JSONWriter) {
        json.member("venue", reader.instrument.venue.name)
        json.member("symbol", reader.instrument.symbol)
        json.member("interval", reader.interval.name)
    }

    var metadata: [(String, String)] {
        [
            ("millrace.venue", reader.instrument.venue.name), ("millrace.symbol", reader.instrument.symbol),
            ("millrace.interval", reader.interval.name),
        ]
    }

    mutating func next(_ count: Int, _ cancellation: Cancellation) throws -> [TableValues]? {
        if cancellation.isCancelled { throw CancellationError() }
        guard let bars = try reader.next() else { return nil }
        var (times, words): ([Int64], [Int8]) = ([], [])
        var reals = [[Double]](repeating: [], count: 6)
        var counts = [[Int64]](repeating: [], count: 2)
        for (bar, quality) in bars {
            let valuation = bar.valuation
            for level in bar.levels {
                times.append(bar.start)
                words.append(quality.rawValue)
                let cells: [(Int128, Int)] = [
                    (Int128(level.price), valuation.priceScale), (Int128(level.price + bar.width), valuation.priceScale),
                    (level.buy.base, valuation.baseScale), (level.sell.base, valuation.baseScale),
                    (level.buy.notional, valuation.notionalScale), (level.sell.notional, valuation.notionalScale),
                ]
                for (index, cell) in cells.enumerated() {
                    reals[index].append(ExactQuotient.nearest(cell.0, over: 1, tenTo: cell.1) ?? .nan)
                }
                counts[0].append(level.buy.count)
                counts[1].append(level.sell.count)
            }
        }
        return [TableValues(.times(times))] + reals.map { TableValues(.reals($0)) } + counts.map { TableValues(.integers($0)) }
            + [TableValues(.words(words))]
    }
}
