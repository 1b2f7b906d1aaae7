import Feeds
import MarketModel
import Transport

/// The routes of a simulated publisher of option statistics: its own paths below its name.
struct PublisherRoutes: Sendable {
    let publisher: OptionPublisher
    let publishers: SimulatedPublishers
    let clock: SimulatorClock

    var mount: Mount {
        Mount(
            PublisherRoutes.prefix(publisher),
            routes: paths.map { path in
                Route(path, summary: "What \(publisher.rawValue) publishes") { request in
                    guard let (page, day) = asked(path, request),
                        let body = publishers.page(page, day, at: clock.now())
                    else { return Response(publisher == .cboe ? .forbidden : .notFound, text: "no such page\n") }
                    var buffer = ByteBuffer(capacity: body.count)
                    body.withUnsafeBufferPointer { buffer.append($0) }
                    return Response(.ok, contentType: .text, body: .bytes(Payload(buffer)))
                }
            })
    }

    static func prefix(_ publisher: OptionPublisher) -> String { "/\(publisher.rawValue)" }

    private var paths: [String] {
        switch publisher {
        case .occ: ["/mdapi/daily-volume-totals", "/mdapi/open-interest"]
        case .cboe: ["/data/us/options/market_statistics/daily/{name}"]
        case .hkex: ["/eng/stat/dmstat/oi/{name}", "/eng/stat/dmstat/dayrpt/{name}"]
        }
    }

    /// The page and the day that are asked for: those whose path this is.
    private func asked(_ path: String, _ request: borrowing Transport.Request) -> (OptionReportPage, CivilDate)? {
        let name = request.pathParameters["name"] ?? request.query["report_date"] ?? ""
        guard let day = PublisherRoutes.day(name) else { return nil }
        let wanted = path.split(separator: "/").last == "{name}" ? name : path
        return publisher.pages.first { $0.path(day).contains(wanted) }.map { ($0, day) }
    }

    /// The day within `2026-06-11_daily_options`, `06/11/2026`, `DTOP_O_20260611.zip` or `dqe260611.htm`.
    private static func day(_ name: String) -> CivilDate? {
        let digits = name.filter { $0.isASCII && $0.isNumber }
        func part(_ from: Int, _ count: Int) -> Int? { Int(digits.dropFirst(from).prefix(count)) }
        if digits.count == 6, let year = part(0, 2), let month = part(2, 2), let day = part(4, 2) {
            return CivilDate(year: 2000 + year, month: month, day: day)
        }
        guard digits.count == 8 else { return nil }
        let isAmerican = name.contains("/")
        guard let year = isAmerican ? part(4, 4) : part(0, 4), let month = isAmerican ? part(0, 2) : part(4, 2),
            let day = isAmerican ? part(2, 2) : part(6, 2)
        else { return nil }
        return CivilDate(year: year, month: month, day: day)
    }
}
