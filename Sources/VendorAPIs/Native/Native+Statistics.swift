import MarketModel
import MarketService
import Transport

extension Native.Parameters {
    static let statisticMarket = Parameter(
        "market", .choice(OptionStatisticMarket.allCases.map(\.rawValue)), required: true, example: "us-index", "The market of options")
    static let measure = Parameter(
        "measure", .choice(OptionMeasure.allCases.map(\.rawValue)), default: OptionMeasure.volume.rawValue, "What is counted")
    static let firstDay = Parameter("from", .text, example: "2026-01-01", "The first day")
    static let lastDay = Parameter("to", .text, example: "2026-06-30", "The last day, itself included")
    static let days = Parameter("limit", .integer(1...50_000, clamped: true), default: "1000", "How many days at most, the last ones")
    static let statistics = [statisticMarket, measure, firstDay, lastDay, days, TableFormat.parameter]
}

extension Native {
    /// `GET /v1/options/statistics`: what all options of a market came to, day by day.
    func optionStatistics(_ request: borrowing Request, _ grant: KeyGate.Grant) throws -> Response {
        let market = OptionStatisticMarket(rawValue: try Parameters.statisticMarket.text(in: request) ?? "") ?? .usSecurities
        let measure = OptionMeasure(rawValue: try Parameters.measure.text(in: request) ?? "") ?? .volume
        let first = try day(Parameters.firstDay, request)
        let last = try day(Parameters.lastDay, request) ?? CivilDate(microseconds: request.time + CivilDate.dayLength)
        let count = try Parameters.days.integer(in: request) ?? 1000
        if let first { try grant.check(from: first.microseconds, at: request.time) }
        let begin = first ?? grant.opens(at: request.time).map { CivilDate(microseconds: $0) } ?? CivilDate(epochDay: 0)
        guard begin <= last else { throw Failure(.badRequest, "parameter 'to' is before 'from'") }
        let rows = statistics.rows(of: market, measure, in: begin...last).suffix(count)
        let format = try TableFormat(request)
        let table = FixedTable(
            "days", head: [("market", market.rawValue), ("measure", measure.rawValue)], Native.statisticColumns, of: Array(rows))
        return .later { cancellation in
            try .table(table, format, headers: [Header("Vary", "Accept"), Header("Cache-Control", "no-store")], cancellation)
        }
    }

    private static let statisticColumns: [TableColumn<OptionStatistic>] = [
        TableColumn("day", text: "The trading day, by the market's clock") { $0.day.description },
        TableColumn("calls", unit: "contracts", integer: "Calls") { $0.count.calls },
        TableColumn("puts", unit: "contracts", integer: "Puts") { $0.count.puts },
        TableColumn("total", unit: "contracts", integer: "Both") { $0.count.total },
        TableColumn("put_call_ratio", unit: "ratio", real: "Puts over calls; null without calls") { $0.count.ratio },
        TableColumn("source", text: "Who says so") { $0.source },
    ]
    static let statisticShape = JSONShape.table(
        [TableHead.text("market", "The market"), TableHead.text("measure", "What is counted")], "days", statisticColumns.map(\.field))

    private func day(_ parameter: Parameter, _ request: borrowing Request) throws(Failure) -> CivilDate? {
        guard let text = try parameter.text(in: request) else { return nil }
        guard let day = CivilDate(text) else { throw Failure(.badRequest, "parameter '\(parameter.name)' must be a day like 2026-01-01") }
        return day
    }
}
