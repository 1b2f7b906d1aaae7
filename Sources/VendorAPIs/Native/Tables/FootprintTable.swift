import MarketModel
import MarketService
import OrderFlow
import Transport

/// Footprints as a table: a row a bar and level of price.
struct FootprintTable: TableSource {
    private var reader: FootprintReader

    static let shape = JSONShape.table(
        [TableHead.venue, TableHead.symbol, TableHead.interval, TableHead.nextOfPages], "levels",
        FootprintColumns.fields(price: "quote currency", worth: "quote"))
    let fields = FootprintColumns.fields(price: "quote currency", worth: "quote")
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
        var columns = FootprintColumns()
        for (bar, quality) in bars {
            let valuation = bar.valuation
            func volume(_ sum: SideSum) -> TakerVolume {
                TakerVolume(
                    base: WideDecimal(mantissa: sum.base, scale: valuation.baseScale),
                    notional: WideDecimal(mantissa: sum.notional, scale: valuation.notionalScale))
            }
            for level in bar.levels {
                columns.append(
                    bar.start, quality, from: level.price, width: bar.width, scale: valuation.priceScale,
                    buy: (volume(level.buy), level.buy.count), sell: (volume(level.sell), level.sell.count))
            }
        }
        return columns.values
    }
}

/// The columns of footprints, of an instrument or of a basket, while they are filled.
struct FootprintColumns {
    private var times: [Int64] = []
    private var qualities: [Int8] = []
    private var reals = [[Double]](repeating: [], count: 6)
    private var counts = [[Int64]](repeating: [], count: 2)

    /// - Parameters:
    ///   - price: the unit of prices.
    ///   - worth: that of notionals.
    static func fields(price: String, worth: String) -> [TableField] {
        [
            BarFields.time,
            TableField("price", .real, unit: price, "The lowest price of the level"),
            TableField("price_to", .real, unit: price, "Where the next level begins"),
            TableField("taker_buy_volume", .real, unit: "base", "What takers bought"),
            TableField("taker_sell_volume", .real, unit: "base", "What takers sold"),
            TableField("taker_buy_notional", .real, unit: worth, "What it was worth that takers bought"),
            TableField("taker_sell_notional", .real, unit: worth, "What it was worth that takers sold"),
            TableField("taker_buy_count", .integer, unit: "trades", "How many trades takers bought in"),
            TableField("taker_sell_count", .integer, unit: "trades", "How many trades takers sold in"),
            BarFields.quality,
        ]
    }

    /// - Parameters:
    ///   - price: where the level begins, as a mantissa.
    ///   - scale: digits after the point of `price` and `width`.
    mutating func append(
        _ time: Int64, _ quality: BarQuality, from price: Int64, width: Int64, scale: Int, buy: (volume: TakerVolume, count: Int64),
        sell: (volume: TakerVolume, count: Int64)
    ) {
        times.append(time)
        qualities.append(quality.rawValue)
        let cells = [
            WideDecimal(mantissa: Int128(price), scale: scale), WideDecimal(mantissa: Int128(price) + Int128(width), scale: scale),
            buy.volume.base, sell.volume.base, buy.volume.notional, sell.volume.notional,
        ]
        for (index, cell) in cells.enumerated() {
            reals[index].append(ExactQuotient.nearest(cell.mantissa, over: 1, tenTo: cell.scale) ?? .nan)
        }
        counts[0].append(buy.count)
        counts[1].append(sell.count)
    }

    var values: [TableValues] {
        [TableValues(.times(times))] + reals.map { TableValues(.reals($0)) } + counts.map { TableValues(.integers($0)) }
            + [TableValues(.words(qualities))]
    }
}
