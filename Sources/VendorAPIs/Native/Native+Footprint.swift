import MarketModel
import MarketService
import OrderFlow
import Transport

extension Native {
    /// `GET /v1/footprint`
    func footprint(_ request: borrowing Request, _ grant: KeyGate.Grant) throws -> Response {
        let interval = try interval(request)
        if let basket = try basket(request) { throw Native.noBasket("footprints", basket) }
        let stretch = try Stretch(request, grant, Parameters.bars, most: Native.mostHeldRows)
        let (lake, threads, limits) = (lake, threads, limits)
        return try table(request, stretch, interval: interval, reach: 10) { from, to in
            try FootprintReader.open(
                lake, venue: stretch.venue, symbol: stretch.symbol, from: from, to: to, interval: interval, threads: threads, limits: limits
            )
        } source: { reader in
            FootprintTable(reader)
        }
    }
}

/// Footprints as a table: a row a bar and level of price.
struct FootprintTable: TableSource {
    private var reader: FootprintReader

    static let columns = [
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
    static let shape = JSONShape.table(
        [TableHead.venue, TableHead.symbol, TableHead.interval, TableHead.nextOfPages], "levels", columns)
    let fields = columns
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
