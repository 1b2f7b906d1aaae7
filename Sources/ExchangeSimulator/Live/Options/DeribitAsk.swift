import MarketModel
import Transport

/// One request to Deribit's REST of options.
struct DeribitAsk {
    let exchange: SimulatedExchange
    let query: Query
    let now: Int64

    static let paths = [
        "get_last_trades_by_currency", "get_last_trades_by_currency_and_time", "get_instruments", "get_book_summary_by_currency",
        "get_time",
    ].map { "/api/v2/public/\($0)" }

    func answer(_ path: String) -> Response {
        if path.hasSuffix("get_time") { return Self.result(.milliseconds(now)) }
        guard let currency = query["currency"] else { return Self.refusal("Invalid params", code: -32602) }
        let book = OptionFamily(venue: .deribitOptions, name: currency).flatMap { exchange.optionMarket.book($0) }
        guard let book else { return Self.refusal("Invalid params", code: -32602) }
        if path.hasSuffix("get_instruments") { return Self.result(.list(instruments(book))) }
        if path.hasSuffix("get_book_summary_by_currency") {
            let isWanted = ["option", "any", nil].contains(query["kind"])
            return Self.result(.list(isWanted ? book.open(at: now).map { OptionWire.deribit($0) } : []))
        }
        let count = query["count"].flatMap { Int($0) } ?? 10
        guard (1...1000).contains(count) else { return Self.refusal("Invalid params", code: -32602) }
        guard path.hasSuffix("_and_time") else {
            let rows = kinds(book.newest(count, before: now))
            return page(rows.reversed(), hasMore: true)
        }
        guard let start = query["start_timestamp"].flatMap({ Int64($0) }), start > 0, start <= now / 1000 else {
            return Self.refusal("Invalid params", code: -32602)
        }
        let end = min(query["end_timestamp"].flatMap { Int64($0) } ?? .max, now / 1000)
        guard start <= end else { return page([], hasMore: false) }
        let rows = kinds(book.prints(in: max(start * 1000, now - 5 * CivilDate.dayLength)..<min(end * 1000 + 1, now)))
        let isDown = query["sorting"] == "desc"
        return page((isDown ? rows.reversed() : rows).prefix(count), hasMore: rows.count > count)
    }

    /// Combos are a kind of their own, which `option` does not have and all kinds together do.
    private func kinds(_ prints: [OptionPrint]) -> [OptionPrint] {
        switch query["kind"] {
        case "option": prints.filter { !$0.isCombo }
        case "option_combo": prints.filter(\.isCombo)
        case nil, "any": prints
        default: []
        }
    }

    private func page(_ prints: some Sequence<OptionPrint>, hasMore: Bool) -> Response {
        Self.result(.object(["trades": .list(prints.map { OptionWire.deribit($0) }), "has_more": .flag(hasMore)]))
    }

    private func instruments(_ book: OptionBook) -> [WireValue] {
        guard ["option", "any", nil].contains(query["kind"]) else { return [] }
        return book.listed(at: now).map { option in
            let contract = option.contract
            return .object([
                "kind": .text("option"), "instrument_type": .text("reversed"), "instrument_name": .text(contract.symbol),
                "instrument_id": .number("\(option.number)"), "base_currency": .text(contract.coin), "counter_currency": .text("USD"),
                "quote_currency": .text(contract.coin), "settlement_currency": .text(contract.coin), "settlement_period": .text("week"),
                "price_index": .text("\(contract.coin.lowercased())_usd"), "option_type": .text(contract.type.rawValue),
                "strike": .number(contract.strike), "is_active": .flag(true), "state": .text("open"), "contract_size": .number("1"),
                "min_trade_amount": .number("0.1"), "tick_size": .number("0.0001"), "tick_size_steps": .list([]),
                "taker_commission": .number("0.0003"), "maker_commission": .number("0.0003"), "rfq": .flag(false),
                "creation_timestamp": .milliseconds(option.listed), "expiration_timestamp": .milliseconds(contract.expires),
                "block_trade_commission": .number("0.00015"), "block_trade_min_trade_amount": .number("25"),
                "block_trade_tick_size": .number("0.0001"),
            ])
        }
    }

    private static func result(_ value: WireValue) -> Response {
        WireValue.object(["jsonrpc": .text("2.0"), "result": value, "usIn": .number("1"), "usOut": .number("2"), "testnet": .flag(false)])
            .response()
    }

    static func refusal(_ message: String, code: Int, status: Status = .badRequest) -> Response {
        WireValue.object([
            "jsonrpc": .text("2.0"), "error": .object(["code": .number("\(code)"), "message": .text(message)]), "testnet": .flag(false),
        ]).response(status)
    }
}
