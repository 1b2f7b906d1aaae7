import JSONReading
import MarketModel

/// Open interest of CME's bitcoin futures, from the weekly report of the CFTC: positions of a Tuesday, published on the Friday after.
///
/// The report has contracts and no price. What BTC is worth is told to the sweep, from another venue: the positions at today's price.
public struct CMEOpenInterest: Sendable {
    /// Where its servers are.
    public let endpoints: Endpoints

    /// Creates the questions; without `endpoints` for the commission's own servers.
    public init(endpoints: Endpoints? = nil) {
        self.endpoints = endpoints ?? Endpoints.official(.cme) ?? Endpoints(rest: "", sockets: [])
    }

    private static let bucket = "cftc"
}

extension CMEOpenInterest: OpenInterestAdapter {
    public var venue: Venue { .cme }
    public var rates: [RateLimit] { [RateLimit(bucket: Self.bucket, weight: 10, seconds: 60)] }
    /// An hour: there is news once a week.
    public var period: Int { 3600 }
    public var questions: [OpenInterestStep] { [OpenInterestStep(.values)] }

    public func request(_ step: OpenInterestStep) -> RESTRequest {
        request(
            step,
            url: endpoints.rest
                + "/resource/gpe5-46if.json?$where=cftc_contract_market_code%20in('133741','133742')"
                + "&$order=report_date_as_yyyy_mm_dd%20DESC&$limit=10",
            bucket: Self.bucket)
    }

    public func read(_ body: JSONValue, of step: OpenInterestStep, into page: inout OpenInterestPage) -> RESTOutcome {
        guard body.kind == .array else { return .failed(reason: "the answer is no list") }
        // Of each contract the newest report, which is the first if the venue sorts as it is asked to.
        var newest: [String: Int64] = [:]
        for row in body.elements {
            guard let code = row["cftc_contract_market_code"]?.symbol, let day = day(row) else { continue }
            newest[code] = max(newest[code] ?? .min, day)
        }
        for row in body.elements {
            guard let code = row["cftc_contract_market_code"]?.symbol, let terms = Self.terms(code: code) else {
                page.append(.noContract, row["cftc_contract_market_code"]?.words ?? "")
                continue
            }
            let day = day(row)
            if let day, day != newest[code] { continue }
            // Positions are those of the close, 4 p.m. in Chicago. The price is that of a bitcoin, in bitcoin.
            page.append(
                terms, amount: row["open_interest_all"], at: FixedPoint(mantissa: 1),
                time: day.map { $0 + 22 * 3_600_000_000 }.flatMap { page.plausible($0) })
        }
        return .done
    }

    /// Midnight of a report's day.
    private func day(_ row: JSONValue) -> Int64? {
        row["report_date_as_yyyy_mm_dd"]?.symbol.flatMap { CivilDate($0.prefix(10)) }.flatMap { date in
            (2017...2999).contains(date.year) ? date.microseconds : nil
        }
    }

    /// 133741 is the contract of 5 BTC, 133742 that of 0.1.
    private static func terms(code: String) -> OpenInterestTerms? {
        let (symbol, size): (String, FixedPoint)
        switch code {
        case "133741": (symbol, size) = ("BTC", FixedPoint(mantissa: 5))
        case "133742": (symbol, size) = ("MBT", FixedPoint(mantissa: 1, scale: 1))
        default: return nil
        }
        return OpenInterestTerms(
            venue: .cme, symbol: symbol, coin: "BTC", quote: "USD", margin: .stable, unit: .base, size: size, priced: "BTC",
            isPerpetual: false)
    }
}
