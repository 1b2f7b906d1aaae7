import MarketModel
import MarketService
import OrderFlow
import Transport

/// What tables of bars have in common.
enum BarFields {
    static let time = TableField("time", .time, unit: "µs", "The start of the bar's interval, UTC")
    static let quality = TableField(
        "quality", .word(BarQuality.allCases.map(\.name)), "Whether the tape inside the bar was whole: complete, repaired or gap")
    static let revision = TableField(
        "revision", .integer, unit: "repairs", "How many holes that the bar shares an instant with have been filled")
    static let open = TableField("is_open", .flag, "Whether the interval was not over when the answer was made")

    /// The last columns of each table of bars.
    static func tail(_ rows: [BarRow], _ reader: BarReader, _ interval: Int64, now: Int64) -> [TableValues] {
        [
            TableValues(.integers(rows.map { Int64(reader.repairs(of: $0)) })),
            TableValues(.flags(rows.map { $0.time + interval > now ? 1 : 0 })),
        ]
    }
}

/// Bars with the columns of a dataset.
struct BarTable: TableSource {
    private var reader: BarReader
    private let dataset: Dataset<BarRow>
    private let now: Int64
    private var rows: ArraySlice<BarRow> = []
    let fields: [TableField]
    let name: StaticString = "bars"

    /// - Parameter now: in microseconds since 1970-01-01 UTC.
    init(_ reader: BarReader, _ dataset: Dataset<BarRow>, now: Int64) {
        self.reader = reader
        self.dataset = dataset
        self.now = now
        fields = BarTable.fields(of: dataset)
    }

    static func fields(of dataset: Dataset<BarRow>) -> [TableField] {
        [BarFields.time] + dataset.columns.map { $0.type == .word ? BarFields.quality : TableField($0) }
            + [BarFields.revision, BarFields.open]
    }

    /// Bars of any dataset, and of baskets.
    static let shape = JSONShape.either(
        Dataset<BarRow>.all.map { dataset in
            .table(
                [
                    TableHead.venue, TableHead.symbol, JSONShape.Member("dataset", .choice([dataset.name]), "Which columns bars have"),
                    TableHead.interval, TableHead.nextOfPages,
                ], "bars", isChosen: true, fields(of: dataset))
        } + BasketBarTable.shapes)

    func writeHead(to json: inout JSONWriter) {
        json.member("venue", reader.instrument.venue.name)
        json.member("symbol", reader.instrument.symbol)
        json.member("dataset", dataset.name)
        json.member("interval", reader.interval.name)
    }

    var metadata: [(String, String)] {
        [
            ("millrace.venue", reader.instrument.venue.name), ("millrace.symbol", reader.instrument.symbol),
            ("millrace.dataset", dataset.name), ("millrace.interval", reader.interval.name),
        ]
    }

    mutating func next(_ count: Int, _ cancellation: Cancellation) throws -> [TableValues]? {
        while rows.isEmpty {
            if cancellation.isCancelled { throw CancellationError() }
            guard let more = try reader.next() else { return nil }
            rows = more[...]
        }
        let taken = Array(rows.prefix(count))
        rows = rows.dropFirst(count)
        return [TableValues(.times(taken.map(\.time)))]
            + dataset.columns.map { column in
                column.type == .word ? TableValues(.words(taken.map { $0.quality.rawValue })) : TableValues(column, of: taken)
            }
            + BarFields.tail(taken, reader, reader.interval.microseconds, now: now)
    }
}

/// Cumulative volume delta: what takers bought less what they sold, added up from the first bar on.
struct CumulativeDeltaTable: TableSource {
    private var reader: BarReader
    private let from: Int64?
    private let now: Int64
    private var rows: ArraySlice<BarRow> = []
    private var base: Int128 = 0
    private var notional: Int128 = 0

    static let columns = [
        BarFields.time,
        TableField("volume_delta", .real, unit: "base", "What takers bought less what they sold"),
        TableField("volume_delta_notional", .real, unit: "quote", "The same in quote currency"),
        TableField("cvd", .real, unit: "base", "The sum of volume_delta from `since` to the end of the bar"),
        TableField("cvd_notional", .real, unit: "quote", "The sum of volume_delta_notional likewise"),
        BarFields.quality, BarFields.revision, BarFields.open,
    ]
    static let shape = JSONShape.table(
        [TableHead.venue, TableHead.symbol, TableHead.interval, TableHead.nextOfPages], "bars", columns)
    let fields = columns
    let name: StaticString = "bars"

    /// - Parameter from: the first bar that is told of; nil for all that are read.
    init(_ reader: BarReader, from: Int64?, now: Int64) {
        self.reader = reader
        self.from = from
        self.now = now
    }

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
        while rows.isEmpty {
            if cancellation.isCancelled { throw CancellationError() }
            guard let more = try reader.next() else { return nil }
            rows = more[...]
        }
        let taken = rows.prefix(count)
        rows = rows.dropFirst(count)
        var told: [BarRow] = []
        var sums: [(base: Int128, notional: Int128)] = []
        for row in taken {
            let (base, baseOverflow) = base.addingReportingOverflow(row.deltaBase)
            let (notional, notionalOverflow) = notional.addingReportingOverflow(row.deltaNotional)
            guard !baseOverflow, !notionalOverflow else { throw BarError.overflow(at: row.time) }
            (self.base, self.notional) = (base, notional)
            if let from, row.time < from { continue }
            told.append(row)
            sums.append((base, notional))
        }
        let valuation = reader.valuation
        func reals(_ mantissas: [Int128], _ scale: Int) -> TableValues {
            TableValues(.reals(mantissas.map { ExactQuotient.nearest($0, over: 1, tenTo: scale) ?? .nan }))
        }
        return [
            TableValues(.times(told.map(\.time))), reals(told.map(\.deltaBase), valuation.baseScale),
            reals(told.map(\.deltaNotional), valuation.notionalScale), reals(sums.map(\.base), valuation.baseScale),
            reals(sums.map(\.notional), valuation.notionalScale), TableValues(.words(told.map { $0.quality.rawValue })),
        ] + BarFields.tail(told, reader, reader.interval.microseconds, now: now)
    }
}
