import MarketModel
import MarketService
import OrderFlow
import Transport

extension Native.Parameters {
    static let interval = Parameter(
        "interval", .choice(Interval.allCases.map(\.name)), default: "1m", example: "1m", "The length of a bar, aligned to UTC")
    static let dataset = Parameter(
        "dataset", .choice(Dataset<BarRow>.all.map(\.name)), required: true, example: "ohlcv",
        "Which columns: `millrace datasets` explains them")
    static let bars = Parameter(
        "limit", .text, default: "1000", example: "1000", "How many rows at most, 1 to 50000; `all` for all rows from `from` on")
    static let anchor = Parameter("since", .text, "From when the sum runs, as `from`, and no later; by default `from`")

    static let barsQuery = [oneVenue, oneSymbol, interval, begin, end, bars, TableFormat.parameter]
}

extension Native {
    /// The most rows of a page that is put together in memory.
    static let mostHeldRows = 50_000

    /// `GET /v1/bars/{dataset}`
    func bars(_ request: borrowing Request, _ grant: KeyGate.Grant) throws -> Response {
        let name = request.pathParameters["dataset"] ?? ""
        guard let dataset = Dataset<BarRow>.named(name) else {
            throw Failure(
                .notFound, "there is no dataset '\(name)': it is one of \(Dataset<BarRow>.all.map(\.name).joined(separator: ", "))")
        }
        let interval = try interval(request)
        let (now, stretch) = (request.time, try Stretch(request, grant, Parameters.bars, most: Native.mostHeldRows))
        if let basket = try basket(request) { return try basketBars(request, basket, name, interval, stretch) }
        let chosen = try Native.chosen(request, of: BarTable.fields(of: dataset))
        let told = dataset.with(chosen)
        let options = BarOptions(interval: interval, columns: told.columns)
        return try table(request, stretch, interval: interval) { from, to in
            try bars(stretch, options, from, to)
        } source: { reader in
            ChosenColumns(BarTable(reader, told, now: now), chosen)
        }
    }

    /// `GET /v1/cvd`
    func cumulativeDelta(_ request: borrowing Request, _ grant: KeyGate.Grant) throws -> Response {
        let interval = try interval(request)
        let (now, stretch) = (request.time, try Stretch(request, grant, Parameters.bars, most: Native.mostHeldRows))
        let since = try Native.time(Parameters.anchor, request)
        if let since {
            try grant.check(from: since, at: now)
            guard let from = stretch.from, since <= from else {
                throw Failure(.badRequest, "parameter 'since' wants a 'from' that is no earlier")
            }
        }
        if let basket = try basket(request) { return try basketDelta(request, basket, interval, stretch, since: since) }
        let options = BarOptions(interval: interval, parts: [])
        return try table(request, stretch, interval: interval, since: since, isSum: true) { from, to in
            try bars(stretch, options, from, to)
        } source: { reader in
            CumulativeDeltaTable(reader, from: since == nil ? nil : stretch.from, now: now)
        }
    }

    func interval(_ request: borrowing Request) throws(Failure) -> Interval {
        Interval(name: try Parameters.interval.text(in: request) ?? "") ?? .m1
    }

    private func bars(_ stretch: Stretch, _ options: BarOptions, _ from: Int64, _ to: Int64) throws -> BarReader? {
        try BarReader.open(
            lake, venue: stretch.venue, symbol: stretch.symbol, from: from, to: to, options: options, threads: threads, limits: limits)
    }
}
