import Access
import MarketModel
import MarketService
import OrderFlow
import Transport

extension CoinGlass {
    enum Parameters {
        static let coin = Parameter("symbol", .text, required: true, example: "BTC", "The coin")
        static let pair = Parameter("symbol", .text, required: true, example: "BTCUSDT", "The contract as its exchange spells it")
        static let exchange = Parameter("exchange", .text, required: true, example: "Binance", "The exchange")
        static let anyExchange = Parameter("exchange", .text, example: "Binance", "Only this exchange")
        static let exchangeList = Parameter(
            "exchange_list", .text, required: true, example: "Binance,OKX,Bybit", "Exchanges, with commas between; ALL for all")
        static let intervals = ["1m", "3m", "5m", "15m", "30m", "1h", "4h", "6h", "8h", "12h", "1d", "1w"]
        static let interval = Parameter("interval", .choice(intervals), required: true, example: "1h", "The length of a bar")
        static let limit = Parameter("limit", .integer(1...1000, clamped: true), default: "1000", example: "100", "How many bars at most")
        static let start = Parameter("start_time", .integer(0...Int.max, clamped: true), example: "1763600000000", "From when on, in ms")
        static let end = Parameter(
            "end_time", .integer(0...Int.max, clamped: true), example: "1763690000000", "Until when, in ms, inclusive")
        static let unit = Parameter("unit", .choice(["usd", "coin"]), default: "usd", example: "usd", "What is measured")
        static let ranges = ["all", "1m", "15m", "1h", "4h", "12h"]
        static let range = Parameter("range", .choice(ranges), required: true, example: "1h", "How far apart points are; all: a day")

        static let takerRanges = ["5m", "15m", "30m", "1h", "4h", "12h", "24h"]
        static let takerRange = Parameter(
            "range", .choice(takerRanges), required: true, example: "4h", "Of how long a time up to now")

        static let history = [exchange, pair, interval, limit, start, end, unit]
        static let aggregated = [coin, interval, limit, start, end, unit]
        static let byMargin = [exchangeList, coin, interval, limit, start, end]
        static let chart = [coin, range, unit]
        static let pairBars = [exchange, pair, interval, limit, start, end]
        static let exchangesBars = [exchangeList, coin, interval, limit, start, end, unit]
        static let takerRatio = [coin, takerRange]

        /// The exchanges of a list in lower case; `all` for all.
        static func exchangeNames(_ request: borrowing Request) throws(Failure) -> [String] {
            (try exchangeList.text(in: request) ?? "").split(separator: ",").map { $0.lowercased() }
        }
    }

    /// What a request for bars wants.
    struct Window {
        let interval: Interval
        let from: Int64
        let to: Int64
        let limit: Int

        /// - Throws: ``Failure``: 400 for parameters that are wrong, 403 for an interval below the plan's, 402 for times before it.
        init(_ request: borrowing Request, _ grant: KeyGate.Grant) throws(Failure) {
            guard let name = try Parameters.interval.text(in: request), let interval = Interval(name: name) else {
                throw Failure(.badRequest, "parameter 'interval' is missing")
            }
            try CoinGlass.check(interval, grant)
            limit = try Parameters.limit.integer(in: request) ?? 1000
            let latest = Int64.max / 2000
            let end = try Parameters.end.integer(in: request).map { min(Int64($0), latest) * 1000 + 1000 } ?? request.time + 1
            to = max(1, end)
            // What is not asked for by its start ends at the end.
            let reach = interval.start(of: to - 1) - Int64(limit - 1) * interval.microseconds
            let start = try Parameters.start.integer(in: request).map { min(Int64($0), latest) * 1000 }
            let first = CoinGlass.first(grant, at: request.time)
            // What was asked for is refused where it is too old; what nobody named is left out.
            if let first, (start ?? to - 1) < first { throw Failure(.paymentRequired, CoinGlass.upgrade) }
            from = interval.start(of: start ?? max(reach, first ?? reach))
            self.interval = interval
        }
    }

    /// - Throws: ``Failure`` 403 where a plan does not open an interval.
    static func check(_ interval: Interval, _ grant: KeyGate.Grant) throws(Failure) {
        guard let plan = grant.plan, interval < plan.smallestInterval else { return }
        throw Failure(.forbidden, "The requested interval is not available for your current API plan.")
    }

    /// When the first bars that a plan opens begin, in microseconds; nil for no limit.
    static func first(_ grant: KeyGate.Grant, at now: Int64) -> Int64? {
        grant.plan?.firstDay(at: now)?.microseconds
    }

    /// The venues of an exchange, however its name is written; empty for one of which nothing is held.
    func venues(of exchange: some StringProtocol) -> [Venue] {
        let name = exchange.lowercased()
        return interest.knownVenues.filter { $0.exchange.lowercased() == name }
    }

    /// The venues of a list of exchanges.
    func venues(_ request: borrowing Request) throws(Failure) -> [Venue] {
        let names = try Parameters.exchangeNames(request)
        if names == ["all"] { return interest.knownVenues }
        return Set(names.flatMap { venues(of: $0) }).sorted()
    }
}
