import MarketModel
import MarketService
import OrderFlow
import Transport

extension Native.Parameters {
    static let interval = Parameter(
        "interval", .choice(Interval.allCases.map(\.name)), default: "1m", example: "1m", "The length of a bar, aligned to UTC")
    static let dataset = Parameter(
        "dataset", .choice(Dataset<BarRow>.all.map(\.name)), required: true, example: "ohlcv", "Which columns: /docs/datasets lists them")
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
        let options = BarOptions(interval: interval, columns: dataset.columns)
        return try table(request, stretch, interval: interval) { reader in
            BarTable(reader, dataset, now: now)
        } options: {
            options
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
        let options = BarOptions(interval: interval, parts: [])
        return try table(request, stretch, interval: interval, since: since, isSum: true) { reader in
            CumulativeDeltaTable(reader, from: since == nil ? nil : stretch.from, now: now)
        } options: {
            options
        }
    }

    func interval(_ request: borrowing Request) throws(Failure) -> Interval {
        Interval(name: try Parameters.interval.text(in: request) ?? "") ?? .m1
    }

    /// Answers with a table that is made of bars.
    ///
    /// - Parameters:
    ///   - since: where reading begins, if that is before the first row.
    ///   - isSum: whether rows depend on where reading began.
    private func table<Source: TableSource>(
        _ request: borrowing Request, _ stretch: Stretch, interval: Interval, since: Int64? = nil, isSum: Bool = false,
        _ source: @escaping @Sendable (BarReader) -> Source, options: @escaping @Sendable () -> BarOptions
    ) throws -> Response {
        let format = try TableFormat(request)
        let known = request.header("If-None-Match")
        let (lake, threads, limits) = (lake, threads, limits)
        let open: @Sendable (Int64, Int64) throws -> BarReader = { from, to in
            guard
                let reader = try BarReader.open(
                    lake, venue: stretch.venue, symbol: stretch.symbol, from: from, to: to, options: options(), threads: threads,
                    limits: limits)
            else { throw Native.noTape(stretch.venue, stretch.symbol) }
            return reader
        }
        return .later { cancellation in
            guard let from = stretch.from, let count = stretch.count else {
                if let from = stretch.from {
                    let reader = try open(since ?? from, stretch.to)
                    return try Native.answer(source(reader), reader.revision, nil, known, format, cancellation)
                }
                let count = stretch.count ?? 1
                let page = try Native.newest(
                    count, within: open(stretch.opens ?? 0, .max).times, length: Int64(count) * interval.microseconds,
                    step: interval.microseconds, cancellation
                ) { source(try open($0, .max)) }
                if isSum, let first = page.firstTime {
                    // What is added up begins with the first row that is told.
                    let sums = try TablePage(source(open(first, .max)), atLeast: .max, cancellation) { $0 + 1 }
                    return try Native.answer(sums, nil, nil, known, format, cancellation)
                }
                return try Native.answer(page, nil, nil, known, format, cancellation)
            }
            let reader = try open(since ?? from, stretch.to)
            let page = try TablePage(source(reader), atLeast: count, cancellation) { $0 + interval.microseconds }
            return try Native.answer(page, reader.revision + "-\(count)", page.goesOnAt, known, format, cancellation)
        }
    }

    /// The newest rows: further and further back until there are enough.
    ///
    /// - Parameters:
    ///   - length: how far back the first attempt goes, in microseconds.
    ///   - whole: the times of all rows there may be.
    ///   - step: where rows may begin.
    static func newest<Source: TableSource>(
        _ count: Int, within whole: Range<Int64>, length: Int64, step: Int64, _ cancellation: Cancellation,
        _ source: (_ from: Int64) throws -> Source
    ) throws -> TablePage<Source> {
        var length = length
        while true {
            let back = whole.upperBound.subtractingReportingOverflow(length)
            let from = back.overflow ? whole.lowerBound : max(whole.lowerBound, back.partialValue - back.partialValue % step)
            var page = try TablePage(source(from), atLeast: .max, cancellation) { $0 + 1 }
            if page.count >= count || from <= whole.lowerBound {
                page.keep(last: count)
                return page
            }
            length = length > .max / 4 ? .max : length * 4
        }
    }

    /// An entity tag. It is a weak one: the same rows may be sent with gzip or without.
    static func tag(_ revision: String, _ format: TableFormat) -> String { "W/\"\(revision)-\(format.rawValue)\"" }

    /// - Parameters:
    ///   - revision: differs when the rows do; nil for rows that have no stable beginning.
    ///   - next: where the next page begins.
    static func answer(
        _ source: some TableSource, _ revision: String?, _ next: Int64?, _ known: String?, _ format: TableFormat,
        _ cancellation: Cancellation
    ) throws -> Response {
        var headers = [Header("Vary", "Accept"), Header("Cache-Control", "no-cache")]
        if let next { headers.append(Header("X-Next", String(next))) }
        if let revision {
            let tag = Native.tag(revision, format)
            headers.append(Header("ETag", tag))
            if let known, known == "*" || known.contains(tag) { return Response(.notModified, headers: headers) }
        }
        return try .table(source, format, headers: headers, cancellation)
    }
}
