import MarketModel
import MarketService
import OrderFlow
import Transport

/// The bars of a basket.
struct BasketBarTable: TableSource {
    private var rows: BasketRows

    private static let measures = [
        TableField("taker_buy_notional", .real, unit: "USD", "What takers bought"),
        TableField("taker_sell_notional", .real, unit: "USD", "What takers sold"),
        TableField("volume_delta_notional", .real, unit: "USD", "taker_buy_notional − taker_sell_notional"),
        TableField("volume_notional", .real, unit: "USD", "What all trades were worth, those of unknown side included"),
        TableField("taker_buy_count", .integer, unit: "trades", "How many trades takers bought in"),
        TableField("taker_sell_count", .integer, unit: "trades", "How many trades takers sold in"),
        TableField("trade_count", .integer, unit: "trades", "How many trades there were"),
        BasketFields.base("taker_buy_volume", "What takers bought"), BasketFields.base("taker_sell_volume", "What takers sold"),
        BasketFields.base("volume_delta", "taker_buy_volume − taker_sell_volume"),
        BasketFields.base("volume", "What was traded, trades of unknown side included"),
        TableField("vwap", .real, unit: "USD", optional: true, "volume_notional ÷ volume; null as those of base"),
    ]
    private static let columns = [BarFields.time] + measures + BasketFields.tail
    static let shape = JSONShape.table(
        BasketNames.head + [
            TableHead.interval, JSONShape.Member("dataset", .choice([Dataset<BarRow>.flow.name]), "Which columns bars have"),
            TableHead.nextOfPages,
        ], "bars", columns)
    let fields = columns
    let name: StaticString = "bars"

    /// - Parameter now: in microseconds since 1970-01-01 UTC.
    init(_ reader: BasketReader, now: Int64) {
        rows = BasketRows(reader, now: now)
    }

    func writeHead(to json: inout JSONWriter) {
        rows.writeHead(to: &json)
        json.member("dataset", Dataset<BarRow>.flow.name)
    }

    var metadata: [(String, String)] { rows.metadata + [("millrace.dataset", Dataset<BarRow>.flow.name)] }

    mutating func next(_ count: Int, _ cancellation: Cancellation) throws -> [TableValues]? {
        guard let taken = try rows.next(count, cancellation) else { return nil }
        return [TableValues(.times(taken.map(\.bar.start)))] + (try BasketBarTable.values(of: taken.map(\.bar), hasBase: rows.hasBase))
            + rows.tail(taken)
    }

    /// The values of the columns between the time and the quality.
    private static func values(of bars: [BasketBar], hasBase: Bool) throws(BarError) -> [TableValues] {
        var (deltas, totals): ([TakerVolume], [TakerVolume]) = ([], [])
        for bar in bars {
            deltas.append(try bar.delta())
            totals.append(try bar.total())
        }
        func reals(_ values: [WideDecimal]) -> TableValues { TableValues(.reals(values.map(\.nearest))) }
        func base(_ values: [WideDecimal]) -> TableValues { TableValues(reals: values.map { hasBase ? $0.nearest : nil }) }
        return [
            reals(bars.map(\.buy.notional)), reals(bars.map(\.sell.notional)), reals(deltas.map(\.notional)),
            reals(totals.map(\.notional)), TableValues(.integers(bars.map(\.buyCount))), TableValues(.integers(bars.map(\.sellCount))),
            TableValues(.integers(bars.map(\.count))), base(bars.map(\.buy.base)), base(bars.map(\.sell.base)),
            base(deltas.map(\.base)), base(totals.map(\.base)), TableValues(reals: totals.map { hasBase ? $0.price : nil }),
        ]
    }

    private static let text = TableText(measures + BasketFields.names)

    /// Writes a bar by itself, as the stream tells it: an object of the columns between the time and the quality, and of names.
    static func write(_ row: BasketRow, of basket: Basket, to json: inout JSONWriter) {
        var names = BasketNames(basket)
        guard let values = try? values(of: [row.bar], hasBase: basket.base != nil) else { return json.null() }
        var buffer = ByteBuffer(capacity: 768)
        text.writeJSON(
            values + [TableValues(.texts([names.text(row.bar.contributors)])), TableValues(.texts([names.text(row.missing)]))],
            follows: false, to: &buffer)
        json.value(json: buffer.withBytes { Array($0) })
    }
}

/// Cumulative volume delta of a basket: what takers bought of all members less what they sold, added up from the first bar on.
struct BasketDeltaTable: TableSource {
    private var rows: BasketRows
    private let from: Int64?
    private var sum = TakerVolume()

    private static let columns =
        [
            BarFields.time, BasketFields.base("volume_delta", "What takers bought less what they sold"),
            TableField("volume_delta_notional", .real, unit: "USD", "The same in dollars"),
            BasketFields.base("cvd", "The sum of volume_delta from `since` to the end of the bar"),
            TableField("cvd_notional", .real, unit: "USD", "The sum of volume_delta_notional likewise"),
        ] + BasketFields.tail
    static let shape = JSONShape.table(BasketNames.head + [TableHead.interval, TableHead.nextOfPages], "bars", columns)
    let fields = columns
    let name: StaticString = "bars"

    /// - Parameter from: the first bar that is told of; nil for all that are read.
    init(_ reader: BasketReader, from: Int64?, now: Int64) {
        rows = BasketRows(reader, now: now)
        self.from = from
    }

    func writeHead(to json: inout JSONWriter) { rows.writeHead(to: &json) }

    var metadata: [(String, String)] { rows.metadata }

    mutating func next(_ count: Int, _ cancellation: Cancellation) throws -> [TableValues]? {
        guard let taken = try rows.next(count, cancellation) else { return nil }
        var told: [BasketRow] = []
        var (deltas, sums): ([TakerVolume], [TakerVolume]) = ([], [])
        for row in taken {
            let delta = try row.bar.delta()
            guard sum.add(delta) else { throw BarError.overflow(at: row.bar.start) }
            if let from, row.bar.start < from { continue }
            told.append(row)
            deltas.append(delta)
            sums.append(sum)
        }
        return [
            TableValues(.times(told.map(\.bar.start))), rows.base(deltas.map(\.base)),
            TableValues(.reals(deltas.map(\.notional.nearest))), rows.base(sums.map(\.base)),
            TableValues(.reals(sums.map(\.notional.nearest))),
        ] + rows.tail(told)
    }
}

/// What tables of a basket's bars have in common.
enum BasketFields {
    static let names = [
        TableField("contributors", .text, "The members that traded in the bar, parted by spaces"),
        TableField("missing", .text, "The members that have no tape of the bar's time, parted by spaces"),
    ]
    static let tail = [BarFields.quality, BarFields.revision, BarFields.open] + names

    /// A column of amounts of the coin that all members trade.
    static func base(_ name: String, _ description: String) -> TableField {
        TableField(name, .real, unit: "base", optional: true, description + "; null where members trade several coins")
    }
}

/// The rows of a reader, as many at a time as are asked for.
private struct BasketRows: Sendable {
    private var reader: BasketReader
    private let now: Int64
    private var names: BasketNames
    private var rows: ArraySlice<BasketRow> = []

    init(_ reader: BasketReader, now: Int64) {
        self.reader = reader
        self.now = now
        names = BasketNames(reader.basket)
    }

    /// Whether all members trade one coin.
    var hasBase: Bool { reader.basket.base != nil }

    func writeHead(to json: inout JSONWriter) {
        names.writeHead(to: &json, missing: reader.missing)
        json.member("interval", reader.interval.name)
    }

    var metadata: [(String, String)] {
        names.metadata(missing: reader.missing) + [("millrace.interval", reader.interval.name)]
    }

    mutating func next(_ count: Int, _ cancellation: Cancellation) throws -> [BasketRow]? {
        while rows.isEmpty {
            if cancellation.isCancelled { throw CancellationError() }
            guard let more = try reader.next(isCancelled: { cancellation.isCancelled }) else { return nil }
            rows = more[...]
        }
        defer { rows = rows.dropFirst(count) }
        return Array(rows.prefix(count))
    }

    /// Amounts of the coin that all members trade; missing where they trade several.
    func base(_ values: [WideDecimal]) -> TableValues { TableValues(reals: values.map { hasBase ? $0.nearest : nil }) }

    /// The last columns.
    mutating func tail(_ rows: [BasketRow]) -> [TableValues] {
        let length = reader.interval.microseconds
        return [
            TableValues(.words(rows.map { $0.quality.rawValue })), TableValues(.integers(rows.map { Int64($0.repairs) })),
            TableValues(.flags(rows.map { $0.bar.start + length > now ? 1 : 0 })),
            TableValues(.texts(rows.map { names.text($0.bar.contributors) })), TableValues(.texts(rows.map { names.text($0.missing) })),
        ]
    }
}

extension WideDecimal {
    /// The nearest double.
    fileprivate var nearest: Double { ExactQuotient.nearest(mantissa, over: 1, tenTo: scale) ?? .nan }
}

extension TakerVolume {
    /// Notional over base; nil where nothing was traded.
    fileprivate var price: Double? {
        guard base.mantissa != 0 else { return nil }
        return ExactQuotient.nearest(notional.mantissa, over: base.mantissa, tenTo: notional.scale - base.scale)
    }
}
