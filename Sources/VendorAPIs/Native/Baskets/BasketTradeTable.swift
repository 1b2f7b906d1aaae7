import MarketModel
import MarketService
import OrderFlow
import Transport

/// The trades of a basket as a table, or those of them that are worth enough.
struct BasketTradeTable: TableSource {
    private var page: BasketTrades
    private let least: FixedPoint?
    private let head: BasketHead
    /// The words of `venue` and `symbol`, and which of them each member has.
    private let words: (venues: [String], symbols: [String])
    private let places: (venues: [Int8], symbols: [Int8])
    private let kinds: [TradeIDKind]

    let fields: [TableField]
    let name: StaticString = "trades"

    init(_ page: BasketTrades, least: FixedPoint?) {
        self.page = page
        self.least = least
        head = BasketHead(basket: page.basket, missing: page.missing)
        let members = page.basket.members.map(\.instrument)
        let venues = Set(members.map(\.venue.name)).sorted()
        let symbols = Set(members.map(\.symbol)).sorted()
        words = (venues, symbols)
        places = (
            members.map { Int8(venues.firstIndex(of: $0.venue.name) ?? 0) }, members.map { Int8(symbols.firstIndex(of: $0.symbol) ?? 0) }
        )
        kinds = members.map(\.tradeIDs)
        fields = BasketTradeTable.fields(venue: .word(venues), symbol: .word(symbols))
    }

    private static func fields(venue: TableField.Kind, symbol: TableField.Kind) -> [TableField] {
        [
            TableField("time", .time, unit: "µs", "When it was traded, as the venue says"),
            TableField("venue", venue, "The member's venue"), TableField("symbol", symbol, "The member's symbol"),
            TableField("id", .text, optional: true, "The venue's id; null where ids tell nothing"),
            TableField("side", .word(TradeTable.sides), "The aggressor: what the taker did"),
            TableField("price", .decimal, unit: "quote currency", "The price, as printed"),
            TableField("quantity", .decimal, unit: "base currency, or contracts", "The quantity, as printed"),
            TableField("notional", .real, unit: "USD", "What it was worth"),
        ]
    }

    /// Of trades, and of prints that are worth enough.
    static let shape = JSONShape.table(
        BasketHead.members + [TableHead.quality, TableHead.next], "trades", fields(venue: .text, symbol: .text))
    static let shapeOfPrints = JSONShape.table(
        BasketHead.members + [
            JSONShape.Member("min_notional", .number, unit: "USD", "What a print is worth at least"), TableHead.quality,
            TableHead.nextOfPages,
        ], "trades", fields(venue: .text, symbol: .text))

    func writeHead(to json: inout JSONWriter) {
        head.write(to: &json)
        if let least { json.member("min_notional", decimal: Int128(least.mantissa), scale: least.scale) }
        json.member("quality", page.quality.name)
        // Pages of prints say it themselves.
        guard least == nil else { return }
        json.key("next")
        if let next = page.goesOnAt { json.value(Int(next)) } else { json.null() }
    }

    var metadata: [(String, String)] {
        head.metadata + (least.map { [("millrace.min_notional", "\($0)")] } ?? [])
            + [("millrace.quality", page.quality.name)]
            + (least == nil ? [("millrace.next", page.goesOnAt.map { "\($0)" } ?? "")] : [])
    }

    mutating func next(_ count: Int, _ cancellation: Cancellation) throws -> [TableValues]? {
        guard let rows = try page.next(count, isCancelled: { cancellation.isCancelled }) else { return nil }
        let members = rows.member.map(Int.init)
        let hasIDs = members.map { kinds[$0] == .none ? UInt8(0) : 1 }
        let ids = zip(members, rows.id).map { kinds[$0] == .none ? "" : $1.text(kinds[$0]) }
        return [
            TableValues(.times(rows.time)), TableValues(.words(members.map { places.venues[$0] })),
            TableValues(.words(members.map { places.symbols[$0] })),
            TableValues(.texts(ids), valid: hasIDs.contains(0) ? hasIDs : nil),
            TableValues(.words(rows.side.map { $0 > 0 ? 0 : $0 < 0 ? 1 : 2 })),
            TableValues(.decimals(rows.price, scale: rows.scales.price)),
            TableValues(.decimals(rows.quantity, scale: rows.scales.quantity)), TableValues(.reals(rows.notional)),
        ]
    }
}
