import MarketModel
import MarketService
import Transport

/// Trades as a table.
struct TradeTable: TableSource {
    let fields: [TableField]
    private var page: TradePage
    private var rows = TradeColumns()
    private var place = 0

    static let sides = [TakerSide.buy, .sell, .unknown].map(\.name)

    init(_ page: TradePage) {
        self.page = page
        fields = TradeTable.fields(of: page)
    }

    /// The columns of trades: ids are numbers, or texts where they have 128 bits.
    static func fields(of page: TradePage) -> [TableField] { fields(with: page.instrument.tradeIDs) }

    static func fields(with ids: TradeIDKind) -> [TableField] {
        let id: (kind: TableField.Kind, isOptional: Bool) =
            switch ids {
            case .contiguous, .integer: (.integer, false)
            case .uuid: (.text, false)
            case .none: (.integer, true)
            }
        return [
            TableField("time", .time, unit: "µs", "When it was traded, as the venue says"),
            TableField("id", id.kind, optional: id.isOptional, "The venue's id; null where ids tell nothing"),
            TableField("side", .word(TradeTable.sides), "The aggressor: what the taker did"),
            TableField("price", .decimal, unit: "quote currency", "The price, as printed"),
            TableField("quantity", .decimal, unit: "base currency, or contracts", "The quantity, as printed"),
        ]
    }

    let name: StaticString = "trades"
    static let shape = JSONShape.table(
        [TableHead.venue, TableHead.symbol, TableHead.quality, TableHead.next], "trades", fields(with: .none), fields(with: .uuid))

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
        return TradeTable.values(of: rows, page, range)
    }

    /// The values of some rows that a page has given.
    static func values(of rows: TradeColumns, _ page: TradePage, _ range: Range<Int>) -> [TableValues] {
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
