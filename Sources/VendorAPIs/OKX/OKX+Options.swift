import Lake
import MarketModel
import OrderFlow
import Transport

extension OKX {
    /// `GET /option/taker-block-volume`: one flat array of the last window that is over,
    /// `[ts, callBuyVol, callSellVol, putBuyVol, putSellVol, callBlockVol, putBlockVol]` in coins, `ts` the window's end.
    func optionFlow(_ request: borrowing Request) throws -> Response {
        let ask = Ask(request)
        let coin = try ask.coin()
        guard let window = OptionWindow(rawValue: try ask.choice("period", OptionWindow.allCases.map(\.rawValue), default: "8H")) else {
            throw Envelope.wrong("period")
        }
        let (name, now) = ("\(coin) \(window.rawValue)", ask.time)
        if let data = prepared.data(name, at: now) { return Envelope.ok { $0.value(json: data) } }
        return .later { [self] _ in
            let families = try optionFamilies(of: coin)
            guard !families.isEmpty else { throw Envelope.wrong("ccy") }
            let end = window.lastEnd(at: now)
            var flow = OptionFlow()
            for family in families {
                try lake.readOptions(of: family, from: end - window.length, to: end) { trade in
                    if trade.contract.coin == coin { flow.add(trade) }
                }
            }
            let data = prepared.prepare(name, at: now) { OKX.write(flow, endingAt: end, to: &$0) }
            return Envelope.ok { $0.value(json: data) }
        }
    }

    private static func write(_ flow: OptionFlow, endingAt end: Int64, to json: inout JSONWriter) {
        json.beginArray()
        // Whether nobody traded or nobody recorded cannot be told apart: no data.
        if flow.trades == 0 { return json.endArray() }
        json.value("\(end / 1000)")
        for units in [flow.callBuy, flow.callSell, flow.putBuy, flow.putSell, flow.callBlock, flow.putBlock] {
            json.value(quoted: WideDecimal(mantissa: units, scale: OptionTrade.decimals), places: OptionTrade.decimals)
        }
        json.endArray()
    }

    /// The coins whose options are held.
    ///
    /// - Throws: what the lake throws.
    func optionCoins() throws -> [String] {
        Set(try optionFamilies().flatMap { OKX.coins($0) }).sorted()
    }

    private func optionFamilies() throws -> [OptionFamily] {
        try lake.optionFamilies().filter { exchanges.contains($0.venue.exchange) }
    }

    /// The families that may hold options of a coin.
    private func optionFamilies(of coin: String) throws -> [OptionFamily] {
        try optionFamilies().filter { OKX.coins($0).contains(coin) || OKX.coins($0).isEmpty }
    }

    /// The coin of a family's name: `BTC-USD`, `BTC-USD_UM`, `BTC`; none of those that are named by what they settle in.
    private static func coins(_ family: OptionFamily) -> [String] {
        let coin = String(family.name.split(separator: "-")[0])
        return DollarCurrency.contains(coin) ? [] : [coin]
    }
}
