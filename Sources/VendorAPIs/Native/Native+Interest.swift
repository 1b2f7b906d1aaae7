import MarketModel
import MarketService
import OrderFlow
import Transport

extension Native.Parameters {
    static let interestCoin = Parameter("coin", .text, required: true, example: "BTC", "The coin that contracts are on")
    static let interestExchange = Parameter("exchange", .text, default: "All", example: "OKX", "One exchange, or all together")
    static let interestUnit = Parameter("unit", .choice(["usd", "coin"]), default: "usd", "What is counted")
    static let interestRows = Parameter(
        "limit", .integer(1...50_000, clamped: true), default: "1000", "How many bars at most, the last ones")
    static let interestHistory = [
        interestCoin, interestExchange, interval, interestUnit, begin, end, interestRows, TableFormat.parameter,
    ]
}

extension Native {
    /// `GET /v1/open-interest`: as it is now, all together first, then by exchange.
    func openInterest(_ request: borrowing Request) throws -> Response {
        let coin = try coin(request)
        let (interest, now, format) = (interest, request.time, try TableFormat(request))
        return .later { cancellation in
            let table = try interest.table(coin, at: now)
            let missing = table.missing.map(\.name).joined(separator: ",")
            return try .table(
                FixedTable("exchanges", head: [("coin", coin), ("missing", missing)], Native.interestColumns, of: table.rows), format,
                headers: [Header("Vary", "Accept"), Header("Cache-Control", "no-store")], cancellation)
        }
    }

    /// `GET /v1/open-interest/history`: bars of what was open.
    func openInterestHistory(_ request: borrowing Request, _ grant: KeyGate.Grant) throws -> Response {
        let coin = try coin(request)
        let exchange = try Parameters.interestExchange.text(in: request) ?? "All"
        let unit = try Parameters.interestUnit.text(in: request) ?? "usd"
        let interval = try interval(request)
        let count = try Parameters.interestRows.integer(in: request) ?? 1000
        // The last bar is whole, also where the range ends within it.
        let to = interval.start(of: (try Native.time(Parameters.end, request) ?? request.time + 1) - 1) + interval.microseconds
        let asked = try Native.time(Parameters.begin, request)
        if let asked { try grant.check(from: asked, at: request.time) }
        let from = asked ?? max(interval.start(of: to - 1) - Int64(count - 1) * interval.microseconds, grant.opens(at: request.time) ?? 0)
        let venues = interest.knownVenues.filter { $0.exchange.lowercased() == exchange.lowercased() }
        guard exchange == "All" || !venues.isEmpty else {
            throw Failure(.notFound, "no open interest of \(exchange) is held: /v1/open-interest lists what there is")
        }
        let (interest, format) = (interest, try TableFormat(request))
        return .later { cancellation in
            let bars = try interest.bars(
                coin, venues: exchange == "All" ? nil : venues, interval: interval, measure: unit == "coin" ? .quantity : .usd, from: from,
                to: to, isCancelled: { cancellation.isCancelled }
            ).suffix(count)
            let table = FixedTable(
                "bars", head: [("coin", coin), ("exchange", exchange), ("interval", interval.name), ("unit", unit)],
                Native.interestBarColumns(unit: unit == "coin" ? "base" : "USD"), of: Array(bars))
            return try .table(
                table, format, headers: [Header("Vary", "Accept"), Header("Cache-Control", "no-store")], cancellation)
        }
    }

    private static let interestColumns: [TableColumn<InterestTable.Row>] = {
        func column(_ name: String, unit: String, _ description: String, _ value: @escaping @Sendable (InterestSum) -> Int128)
            -> TableColumn<InterestTable.Row>
        {
            TableColumn(name, unit: unit, real: description) { ExactQuotient.nearest(value($0.sum), over: 1, tenTo: OpenInterest.decimals) }
        }
        let sums = [
            TableColumn("exchange", text: "The exchange; All for all together") { $0.exchange ?? "All" },
            column("usd", unit: "USD", "What is open") { $0.usd },
            column("coin", unit: "base", "The same in coins") { $0.quantity },
            column("usd_coin_margin", unit: "USD", "Of contracts margined in the coin") { $0.coinUSD },
            column("usd_stable_margin", unit: "USD", "Of contracts margined in dollars") { $0.stableUSD },
        ]
        let changes = ["5m", "15m", "30m", "1h", "4h", "24h"].enumerated().map { index, name in
            TableColumn<InterestTable.Row>(
                "change_\(name)", unit: "%",
                real: "The change of its USD since then, of venues that are known at both times; null where that is not known"
            ) { row in row.changes[index].flatMap { ExactQuotient.nearest($0, over: 1, tenTo: 2) } }
        }
        return sums + changes
    }()
    static let interestShape = JSONShape.table(
        [TableHead.text("coin", "The coin"), TableHead.text("missing", "The venues that are followed and not in it, parted by commas")],
        "exchanges", interestColumns.map(\.field))

    private static func interestBarColumns(unit: String) -> [TableColumn<InterestBars.Bar>] {
        func column(_ name: String, _ description: String, _ value: @escaping @Sendable (InterestBars.Bar) -> Int128)
            -> TableColumn<InterestBars.Bar>
        {
            TableColumn(name, unit: unit, real: description) { ExactQuotient.nearest(value($0), over: 1, tenTo: OpenInterest.decimals) }
        }
        return [
            TableColumn(BarFields.time, time: \.start), column("open", "After the bar's first round") { $0.open },
            column("high", "The most") { $0.high }, column("low", "The least") { $0.low },
            column("close", "After its last round") { $0.close },
        ]
    }
    static let interestBarShape = JSONShape.table(
        [
            TableHead.text("coin", "The coin"), TableHead.text("exchange", "The exchange; All for all together"), TableHead.interval,
            TableHead.text("unit", "What is counted"),
        ], "bars", interestBarColumns(unit: "USD, or base where unit=coin").map(\.field))

    private func coin(_ request: borrowing Request) throws(Failure) -> String {
        let coin = (try Parameters.interestCoin.text(in: request) ?? "").uppercased()
        guard coin.utf8.count <= 32 else { throw Failure(.badRequest, "parameter 'coin' is longer than any coin") }
        return coin
    }
}
