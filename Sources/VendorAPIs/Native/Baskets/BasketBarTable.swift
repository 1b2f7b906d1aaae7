import MarketModel
import MarketService
import OrderFlow
import Transport

/// The bars of a basket with the columns of a dataset.
struct BasketBarTable: TableSource {
    private var rows: BasketRows
    private let dataset: Dataset<BasketRow>
    let fields: [TableField]
    let name: StaticString = "bars"

    /// - Parameter now: in microseconds since 1970-01-01 UTC.
    init(_ reader: BasketReader, _ dataset: Dataset<BasketRow>, now: Int64) {
        rows = BasketRows(reader, now: now)
        self.dataset = dataset
        fields = BasketBarTable.fields(of: dataset)
    }

    static func fields(of dataset: Dataset<BasketRow>) -> [TableField] {
        [BarFields.time] + measures(of: dataset).map { TableField($0) } + BasketFields.tail
    }

    /// The columns before those that all tables of a basket's bars end with.
    private static func measures(of dataset: Dataset<BasketRow>) -> [Column<BasketRow>] {
        dataset.columns.filter { $0.type != .word }
    }

    /// Of each dataset.
    static let shapes = Dataset<BasketRow>.all.map { dataset in
        JSONShape.table(
            BasketHead.members + [
                TableHead.interval, JSONShape.Member("dataset", .choice([dataset.name]), "Which columns bars have"), TableHead.nextOfPages,
            ], "bars", isChosen: true, fields(of: dataset))
    }

    func writeHead(to json: inout JSONWriter) {
        rows.writeHead(to: &json)
        json.member("dataset", dataset.name)
    }

    var metadata: [(String, String)] { rows.metadata + [("millrace.dataset", dataset.name)] }

    mutating func next(_ count: Int, _ cancellation: Cancellation) throws -> [TableValues]? {
        guard let taken = try rows.next(count, cancellation) else { return nil }
        return [TableValues(.times(taken.map(\.time)))]
            + BasketBarTable.measures(of: dataset).map { TableValues($0, of: taken) } + rows.tail(taken)
    }
}

/// Cumulative volume delta of a basket: what takers bought of all members less what they sold, added up from the first bar on.
struct BasketDeltaTable: TableSource {
    private var rows: BasketRows
    private let from: Int64?
    private var sum = TakerVolume()

    private static let columns =
        [
            BarFields.time, base("volume_delta", "What takers bought less what they sold"),
            TableField("volume_delta_notional", .real, unit: "USD", "The same in dollars"),
            base("cvd", "The sum of volume_delta from `since` to the end of the bar"),
            TableField("cvd_notional", .real, unit: "USD", "The sum of volume_delta_notional likewise"),
        ] + BasketFields.tail
    static let shape = JSONShape.table(BasketHead.members + [TableHead.interval, TableHead.nextOfPages], "bars", columns)
    let fields = columns
    let name: StaticString = "bars"

    /// A column of amounts of the coin that all members trade.
    private static func base(_ name: String, _ description: String) -> TableField {
        TableField(name, .real, unit: "base", optional: true, description + "; null where members trade several coins")
    }

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
        var sums: [TakerVolume] = []
        for row in taken {
            guard sum.add(row.delta) else { throw BarError.overflow(at: row.time) }
            if let from, row.time < from { continue }
            told.append(row)
            sums.append(sum)
        }
        return [
            TableValues(.times(told.map(\.time))), rows.base(told.map(\.delta.base)), BasketRows.reals(told.map(\.delta.notional)),
            rows.base(sums.map(\.base)), BasketRows.reals(sums.map(\.notional)),
        ] + rows.tail(told)
    }
}

/// What tables of a basket's bars have in common.
enum BasketFields {
    static let tail = [
        BarFields.quality, BarFields.revision, BarFields.open, TableField(Column.contributors), TableField(Column.missing),
    ]
}

/// The rows of a reader, as many at a time as are asked for.
private struct BasketRows: Sendable {
    private var reader: BasketReader
    private let now: Int64
    private let head: BasketHead
    private var rows: ArraySlice<BasketRow> = []

    init(_ reader: BasketReader, now: Int64) {
        self.reader = reader
        self.now = now
        head = BasketHead(basket: reader.basket, missing: reader.missing)
    }

    func writeHead(to json: inout JSONWriter) {
        head.write(to: &json)
        json.member("interval", reader.interval.name)
    }

    var metadata: [(String, String)] { head.metadata + [("millrace.interval", reader.interval.name)] }

    mutating func next(_ count: Int, _ cancellation: Cancellation) throws -> [BasketRow]? {
        while rows.isEmpty {
            if cancellation.isCancelled { throw CancellationError() }
            guard let more = try reader.next(isCancelled: { cancellation.isCancelled }) else { return nil }
            rows = more[...]
        }
        defer { rows = rows.dropFirst(count) }
        return Array(rows.prefix(count))
    }

    static func reals(_ values: [WideDecimal]) -> TableValues {
        TableValues(.reals(values.map { ExactQuotient.nearest($0.mantissa, over: 1, tenTo: $0.scale) ?? .nan }))
    }

    /// Amounts of the coin that all members trade; missing where they trade several.
    func base(_ values: [WideDecimal]) -> TableValues {
        var column = BasketRows.reals(values)
        if reader.basket.base == nil { column.valid = [UInt8](repeating: 0, count: values.count) }
        return column
    }

    /// The last columns.
    func tail(_ rows: [BasketRow]) -> [TableValues] {
        let length = reader.interval.microseconds
        return [
            TableValues(.words(rows.map { $0.quality.rawValue })), TableValues(.integers(rows.map { Int64($0.repairs) })),
            TableValues(.flags(rows.map { $0.time + length > now ? 1 : 0 })), TableValues(Column.contributors, of: rows),
            TableValues(Column.missing, of: rows),
        ]
    }
}
