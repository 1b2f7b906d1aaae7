import Lake
import MarketModel
import MarketService
import Transport

/// What tables of bars are read from.
protocol BarSource: Sendable {
    /// The starts of the bars that it gives.
    var times: Range<Int64> { get }
    /// Differs when anything that its rows are made of differs.
    var revision: String { get }
    /// Whether no more trades are recorded into its rows.
    var isSealed: Bool { get }
}

extension BarReader: BarSource {}
extension FootprintReader: BarSource {}
extension BasketReader: BarSource {}
extension BasketFootprintReader: BarSource {}

extension Native {
    /// Answers with a table that is made of bars: a page of it, all of it, or the newest rows.
    ///
    /// - Parameters:
    ///   - since: where reading begins, if that is before the first row.
    ///   - isSum: whether rows depend on where reading began.
    ///   - reach: how many bars back the newest rows are looked for first; nil for as many as there are to be rows.
    ///   - open: begins to read a range of time; nil where there is no tape.
    func table<Reader: BarSource, Source: TableSource>(
        _ request: borrowing Request, _ stretch: Stretch, interval: Interval, since: Int64? = nil, isSum: Bool = false, reach: Int? = nil,
        open: @escaping @Sendable (_ from: Int64, _ to: Int64) throws -> Reader?, source: @escaping @Sendable (Reader) -> Source
    ) throws -> Response {
        let format = try TableFormat(request)
        let (known, now) = (request.header("If-None-Match"), request.time)
        let (kept, question) = (kept, Native.question(request))
        @Sendable func reader(_ from: Int64, _ to: Int64) throws -> Reader {
            guard let reader = try open(from, to) else { throw Native.noTape(stretch.venue, stretch.symbol) }
            return reader
        }
        return .later { cancellation in
            // A tape may be replaced between its summary and its files: until something has been sent that is nobody's error.
            try LakeError.retrying {
                guard let from = stretch.from else {
                    let count = stretch.count ?? 1
                    var page = try Native.newest(
                        count, within: reader(stretch.opens ?? 0, .max).times,
                        length: Int64(reach ?? count) * interval.microseconds, step: interval.microseconds, cancellation
                    ) { source(try reader($0, .max)) }
                    if isSum, let first = page.firstTime {
                        // What is added up begins with the first row that is told.
                        page = try TablePage(source(reader(first, .max)), atLeast: .max, cancellation) { $0 + 1 }
                    }
                    return try Native.answer(page, nil, nil, known, format, cancellation)
                }
                let bars = try reader(since ?? from, stretch.to)
                // Whether the last bar still grows is told of it, and changes without the tape.
                let isGrowing = interval.start(of: bars.times.upperBound - 1) + interval.microseconds > now
                let revision = bars.revision + (isGrowing ? "-growing" : "")
                guard let count = stretch.count else {
                    let shelf = bars.isSealed && !isGrowing ? kept.map { ($0, question) } : nil
                    return try Native.answer(source(bars), revision, nil, known, format, keeping: shelf, cancellation)
                }
                let page = try TablePage(source(bars), atLeast: count, cancellation) { $0 + interval.microseconds }
                return try Native.answer(page, revision + "-\(count)", page.goesOnAt, known, format, cancellation)
            }
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
    ///   - isPlanned: whether the caller's plan has a say in what the rows are.
    ///   - keeping: where the answer is kept, and what was asked, where that is worth it.
    static func answer(
        _ source: some TableSource, _ revision: String?, _ next: Int64?, _ known: String?, _ format: TableFormat,
        isPlanned: Bool = false, keeping: (store: AnswerStore, question: String)? = nil, _ cancellation: Cancellation
    ) throws -> Response {
        var headers = [Header("Vary", "Accept"), Header("Cache-Control", isPlanned ? "private, no-cache" : "no-cache")]
        if let next { headers.append(Header("X-Next", String(next))) }
        guard let revision else { return try .table(source, format, headers: headers, cancellation) }
        let tag = Native.tag(revision, format)
        let tagged = headers + [Header("ETag", tag)]
        if let known, known == "*" || known.contains(tag) { return Response(.notModified, headers: tagged) }
        guard let keeping else { return try .table(source, format, headers: tagged, cancellation) }
        let content = "\(keeping.question)\n\(tag)"
        if let path = keeping.store.find(content), let file = try? FileBody(path: path, entityTag: tag) {
            // The file brings its tag along.
            return Response(contentType: format.contentType, body: .file(file), headers: headers)
        }
        let body = try KeptBody(TableBody(source, format), keeping.store.draft(content))
        return try .produced(format.contentType, headers: tagged, cancellation, by: body)
    }

    /// What a request asks for, however it is written: path and parameters but for the format.
    static func question(_ request: borrowing Request) -> String {
        let query = request.query
        let values = query.names.filter { $0 != TableFormat.parameter.name }.sorted().map { name in
            var value = query[name] ?? ""
            // Columns come in the order of the table.
            if name == Parameters.fields.name { value = Set(value.split(separator: ",")).sorted().joined(separator: ",") }
            return "\(name) \(value.utf8.count) \(value)"
        }
        return ([request.path] + values).joined(separator: "\n")
    }
}
