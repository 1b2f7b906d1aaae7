import MarketModel
import MarketService
import OrderFlow
import Transport

/// Trades in flowsurface's columns.
///
/// Quantities are base, or quote currency of inverse contracts. A trade whose aggressor is not known is left out: the column has two values.
struct FlowsurfaceTrades: TableSource {
    private var page: TradePage
    private var rows = TradeColumns()
    private var place = 0
    private var valuations: DayValuations

    let fields = [
        TableField("ts", .integer, unit: "ms", "When it was traded"),
        TableField("price", .decimal, unit: "quote currency", "The price"),
        TableField("qty", .real, unit: "base currency, or quote currency of inverse contracts", "The quantity"),
        TableField("is_sell", .flag, "Whether the taker sold"),
    ]
    let name: StaticString = "trades"
    var metadata: [(String, String)] { [("millrace.quality", page.quality.name)] }

    init(_ page: TradePage) {
        self.page = page
        valuations = page.valuations
    }

    func writeHead(to json: inout JSONWriter) {}

    mutating func next(_ count: Int, _ cancellation: Cancellation) throws -> [TableValues]? {
        if place >= rows.count {
            guard let more = try page.next() else { return nil }
            (rows, place, valuations) = (more, 0, page.valuations)
        }
        let range = place..<min(rows.count, place + count)
        place = range.upperBound
        let kept = range.filter { rows.side[$0] != 0 }
        return [
            TableValues(.integers(kept.map { rows.time[$0] / 1000 })),
            TableValues(.decimals(kept.map { rows.price[$0] }, scale: page.scales.price)),
            TableValues(.reals(try kept.map { try size($0) })),
            TableValues(.flags(kept.map { rows.side[$0] < 0 ? 1 : 0 })),
        ]
    }

    private mutating func size(_ row: Int) throws -> Double {
        let valuation = try valuations.valuation(at: rows.time[row])
        guard let (base, notional) = valuation.value(price: rows.price[row], quantity: rows.quantity[row]),
            let size = valuation.isInverse
                ? ExactQuotient.nearest(notional, over: 1, tenTo: valuation.notionalScale)
                : ExactQuotient.nearest(base, over: 1, tenTo: valuation.baseScale)
        else { throw BarError.overflow(at: rows.time[row]) }
        return size
    }
}
