import Access
import MarketModel
import MarketService
import OrderFlow
import Transport

extension Native.Parameters {
    static let coin = Parameter("coin", .text, required: true, example: "BTC", "The coin that options are on")
    static let window = Parameter(
        "window", .choice(OptionWindow.allCases.map(\.rawValue)), default: "8H", example: "1D", "How long windows are")
    static let exchange = Parameter("exchange", .text, default: "OKX", example: "OKX,Deribit", "Whose options, together")
    static let windows = Parameter("limit", .integer(1...500, clamped: true), default: "72", "How many windows, the last that are over")

    static let optionFlow = [coin, window, exchange, windows]
}

extension Native {
    /// `GET /v1/options/flow`
    func optionFlow(_ request: borrowing Request, _ grant: KeyGate.Grant) throws -> Response {
        let coin = (try Parameters.coin.text(in: request) ?? "").uppercased()
        let window = OptionWindow(rawValue: try Parameters.window.text(in: request) ?? "") ?? .h8
        let exchanges = Set((try Parameters.exchange.text(in: request) ?? "").split(separator: ",").map(String.init))
        var count = try Parameters.windows.integer(in: request) ?? 72
        if let plan = grant.plan, let first = plan.firstDay(at: request.time)?.microseconds {
            let most = max(0, Int((window.lastEnd(at: request.time) - first) / window.length))
            guard count <= most || request.query["limit"] == nil else {
                throw Failure(
                    .forbidden, "plan '\(plan.name)' opens the last \(plan.historyDays ?? 0) days: ask for limit=\(most) or less")
            }
            count = min(count, most)
        }
        let (options, now) = (options, request.time)
        let windows = count
        return .later { cancellation in
            guard try !options.families(of: coin, exchanges: exchanges).isEmpty else {
                throw Failure(.notFound, "no options of \(coin) are held of \(exchanges.sorted().joined(separator: ", "))")
            }
            let rows = try options.rows(
                coin, exchanges: exchanges, window, last: windows, at: now, isCancelled: { cancellation.isCancelled })
            var json = JSONWriter(capacity: 256 + rows.count * 400)
            json.beginObject()
            json.member("coin", coin)
            json.member("window", window.rawValue)
            json.key("rows")
            json.beginArray()
            for row in rows { Native.write(row, window, to: &json) }
            json.endArray()
            json.endObject()
            return Response(json: json)
        }
    }

    private static func write(_ row: OptionRow, _ window: OptionWindow, to json: inout JSONWriter) {
        json.beginObject()
        json.member("start", Int(row.end - window.length))
        json.member("end", Int(row.end))
        json.member("quality", row.quality.name)
        let flow = row.flow
        let sums: [(StaticString, Int128?)] = [
            ("call_buy", flow.callBuy), ("call_sell", flow.callSell), ("call_unknown", flow.callUnknown), ("call_block", flow.callBlock),
            ("put_buy", flow.putBuy), ("put_sell", flow.putSell), ("put_unknown", flow.putUnknown), ("put_block", flow.putBlock),
            ("call_open_interest", row.open?.call), ("put_open_interest", row.open?.put),
        ]
        for (name, units) in sums {
            if let units {
                json.member(name, decimal: units, scale: OptionTrade.decimals)
            } else {
                json.key(name)
                json.null()
            }
        }
        json.member("trades", flow.trades)
        json.key("gaps")
        json.beginArray()
        for gap in row.gaps {
            json.beginObject()
            json.member("venue", gap.family.venue.name)
            json.member("family", gap.family.name)
            json.member("trades", gap.part.name)
            json.member("from", Int(gap.times.lowerBound))
            json.member("to", Int(gap.times.upperBound))
            json.endObject()
        }
        json.endArray()
        json.endObject()
    }
}
