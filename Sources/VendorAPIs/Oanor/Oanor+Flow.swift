import MarketModel
import OrderFlow
import Transport

extension Oanor {
    /// `GET /v1/flow`: sums of the newest trades, by one subtraction of running totals, or as they were last written.
    func flow(_ request: borrowing Request) throws -> Response {
        let wanted = try Parameters.trades.integer(in: request) ?? 1000
        let prepared = prepared
        return try withRecentFlow(request) { recent, stamp in
            let data = prepared.data(recent, trades: wanted) { Oanor.write(recent, recent.windows.window(wanted), &$0) }
            return Envelope.ok(stamp, message: "Flow retrieved successfully", data: data)
        }
    }

    private static func write(_ recent: RecentFlow, _ window: FlowWindow, _ json: inout JSONWriter) {
        let (base, quote) = (recent.baseScale, recent.notionalScale)
        json.beginObject()
        json.member(
            "note",
            literal:
                "delta_quote, the CVD over the window, is taker-buy minus taker-sell quote volume: positive means net aggressive buying. trades=N sums up to 5000 of the newest trades."
        )
        json.member("source", recent.exchange)
        json.member("symbol", recent.instrument.symbol)
        json.key("pressure")
        json.value(literal: Oanor.pressure(buy: window.buyBase, sell: window.sellBase))
        json.member("cvd_quote", window.deltaNotional, scale: quote, places: Places.quote)
        json.member("buy_trades", window.buys)
        json.member("delta_base", window.deltaBase, scale: base, places: Places.base)
        json.member("last_price", decimal: Int128(window.lastPrice), scale: recent.priceScale)
        json.member("delta_quote", window.deltaNotional, scale: quote, places: Places.quote)
        json.member("sell_trades", window.sells)
        json.member("buy_sell_ratio", ratio: window.buyBase, to: window.sellBase, places: Places.ratio)
        json.member("taker_buy_base", window.buyBase, scale: base, places: Places.base)
        json.member("trades_scanned", window.trades)
        json.member("window_seconds", Int128(window.lastTime - window.firstTime), scale: 6, places: Places.seconds)
        json.member("taker_buy_quote", window.buyNotional, scale: quote, places: Places.quote)
        json.member("taker_sell_base", window.sellBase, scale: base, places: Places.base)
        json.member("buy_volume_share", ratio: window.buyBase, to: window.buyBase + window.sellBase, places: Places.ratio)
        json.member("taker_sell_quote", window.sellNotional, scale: quote, places: Places.quote)
        json.endObject()
    }

    /// The label of a share of buying: from 0.55 on `buying`, up to 0.45 `selling`, else `balanced`; exact at the borders.
    static func pressure(buy: Int128, sell: Int128) -> StaticString {
        // buy ÷ (buy + sell) >= 0.55 is 9 · buy >= 11 · sell.
        let (buyNine, buyOverflow) = buy.multipliedReportingOverflow(by: 9)
        let (sellEleven, sellOverflow) = sell.multipliedReportingOverflow(by: 11)
        let (buyEleven, buyOverflow2) = buy.multipliedReportingOverflow(by: 11)
        let (sellNine, sellOverflow2) = sell.multipliedReportingOverflow(by: 9)
        guard !buyOverflow, !sellOverflow, !buyOverflow2, !sellOverflow2, buy + sell > 0 else { return "balanced" }
        if buyNine >= sellEleven { return "buying" }
        return buyEleven <= sellNine ? "selling" : "balanced"
    }
}
