import MarketModel
import MarketService
import OrderFlow
import Transport

extension OKX {
    /// So many windows are told of at most.
    private static let mostWindows = 72
    /// How many digits behind the point ratios have, as the vendor's own.
    private static let ratioPlaces = 4

    /// `GET /option/taker-block-volume`: one flat array of the last window that is over,
    /// `[ts, callBuyVol, callSellVol, putBuyVol, putSellVol, callBlockVol, putBlockVol]` in coins, `ts` the window's end.
    func optionFlow(_ request: borrowing Request) throws -> Response {
        try aboutOptions(request, "flow") { [self] coin, window, now, isCancelled, json in
            json.beginArray()
            // Whether nobody traded or nobody recorded cannot be told apart: no data.
            if let row = try options.rows(coin, exchanges: exchanges, window, last: 1, at: now, isCancelled: isCancelled).last,
                row.flow.trades > 0
            {
                json.value("\(row.end / 1000)")
                let flow = row.flow
                for units in [flow.callBuy, flow.callSell, flow.putBuy, flow.putSell, flow.callBlock, flow.putBlock] {
                    OKX.write(units, to: &json)
                }
            }
            json.endArray()
        }
    }

    /// `GET /option/open-interest-volume`: rows of `[ts, oi, vol]` in coins, `ts` the window's end.
    func optionInterest(_ request: borrowing Request) throws -> Response {
        try optionRows(request, "interest") { row, open, json in
            OKX.write(open.call + open.put, to: &json)
            OKX.write(row.flow.volume, to: &json)
        }
    }

    /// `GET /option/open-interest-volume-ratio`: rows of `[ts, oiRatio, volRatio]`, calls by puts, empty where there are no puts.
    func optionRatio(_ request: borrowing Request) throws -> Response {
        try optionRows(request, "ratio") { row, open, json in
            OKX.write(open.call, by: open.put, to: &json)
            OKX.write(row.flow.volume(.call), by: row.flow.volume(.put), to: &json)
        }
    }

    /// Rows of the last windows, the newest first; windows whose open interest is not known are left out.
    private func optionRows(
        _ request: borrowing Request, _ what: String,
        _ write: @escaping @Sendable (OptionRow, OptionStrikes.Pair, inout JSONWriter) -> Void
    ) throws -> Response {
        try aboutOptions(request, what) { [self] coin, window, now, isCancelled, json in
            json.beginArray()
            let rows = try options.rows(
                coin, exchanges: exchanges, window, last: OKX.mostWindows, at: now, isCancelled: isCancelled)
            for row in rows.reversed() {
                guard let open = row.open else { continue }
                json.beginArray()
                json.value("\(row.end / 1000)")
                write(row, open, &json)
                json.endArray()
            }
            json.endArray()
        }
    }

    /// `GET /option/open-interest-volume-expiry`: rows of `[ts, expTime, callOI, putOI, callVol, putVol]` of the last window that is over.
    func optionExpiries(_ request: borrowing Request) throws -> Response {
        try optionLadder(request, "expiry") { ladder in
            OKX.joined(ladder.open?.byExpiry ?? [], ladder.traded.byExpiry, by: <).map { ($0.key.digits, $0.open, $0.traded) }
        }
    }

    /// `GET /option/open-interest-volume-strike`: rows of `[ts, strike, callOI, putOI, callVol, putVol]` of one expiry and the last window that
    /// is over.
    func optionStrikes(_ request: borrowing Request) throws -> Response {
        let text = try Ask(request).required("expTime")
        guard let expiry = CivilDate(digits: text) else { throw Envelope.wrong("expTime") }
        return try optionLadder(request, "strike \(text)") { ladder in
            OKX.joined(ladder.open?.byStrike(expiry) ?? [], ladder.traded.byStrike(expiry)) { $0.double < $1.double }
                .map { ("\($0.key)", $0.open, $0.traded) }
        }
    }

    private typealias Pair = OptionStrikes.Pair

    /// What is open and what traded at the same places, by place.
    private static func joined<Key: Hashable>(
        _ open: [(Key, Pair)], _ traded: [(Key, Pair)], by order: (Key, Key) -> Bool
    ) -> [(key: Key, open: Pair, traded: Pair)] {
        let (open, traded) = (Dictionary(uniqueKeysWithValues: open), Dictionary(uniqueKeysWithValues: traded))
        return Set(open.keys).union(traded.keys).sorted(by: order).map { ($0, open[$0] ?? Pair(), traded[$0] ?? Pair()) }
    }

    private func optionLadder(
        _ request: borrowing Request, _ what: String,
        _ rows: @escaping @Sendable (OptionLadder) -> [(name: String, open: OptionStrikes.Pair, traded: OptionStrikes.Pair)]
    ) throws -> Response {
        try aboutOptions(request, what) { [self] coin, window, now, _, json in
            let end = window.lastEnd(at: now)
            let ladder = try options.ladder(coin, exchanges: exchanges, window, endingAt: end)
            json.beginArray()
            for row in ladder.open == nil ? [] : rows(ladder) where row.open != Pair() || row.traded != Pair() {
                json.beginArray()
                json.value("\(end / 1000)")
                json.value(row.name)
                for units in [row.open.call, row.open.put, row.traded.call, row.traded.put] { OKX.write(units, to: &json) }
                json.endArray()
            }
            json.endArray()
        }
    }

    /// Answers about a coin's options and a window, as it was written up to ten seconds ago.
    private func aboutOptions(
        _ request: borrowing Request, _ what: String,
        _ write: @escaping @Sendable (String, OptionWindow, Int64, _ isCancelled: () -> Bool, inout JSONWriter) throws -> Void
    ) throws -> Response {
        let ask = Ask(request)
        let coin = try ask.coin()
        guard let window = OptionWindow(rawValue: try ask.choice("period", OptionWindow.allCases.map(\.rawValue), default: "8H")) else {
            throw Envelope.wrong("period")
        }
        let (name, now) = ("\(what) \(coin) \(window.rawValue)", ask.time)
        if let data = prepared.data(name, at: now) { return Envelope.ok { $0.value(json: data) } }
        return .later { [self] cancellation in
            guard try !options.families(of: coin, exchanges: exchanges).isEmpty else { throw Envelope.wrong("ccy") }
            let data = try prepared.prepare(name, at: now) { try write(coin, window, now, { cancellation.isCancelled }, &$0) }
            return Envelope.ok { $0.value(json: data) }
        }
    }

    /// Coins.
    private static func write(_ units: Int128, to json: inout JSONWriter) {
        json.value(quoted: WideDecimal(mantissa: units, scale: OptionTrade.decimals), places: OptionTrade.decimals)
    }

    private static func write(_ calls: Int128, by puts: Int128, to json: inout JSONWriter) {
        guard puts > 0, let ratio = ExactRounding.nearest(calls, over: puts, places: ratioPlaces) else { return json.value("") }
        json.value(quoted: WideDecimal(mantissa: ratio, scale: ratioPlaces), places: ratioPlaces)
    }
}

extension CivilDate {
    /// `20260327`
    fileprivate var digits: String { "\(self)".filter { $0 != "-" } }

    fileprivate init?(digits text: String) {
        guard text.utf8.count == 8, text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int(text) else { return nil }
        self.init(year: number / 10_000, month: number / 100 % 100, day: number % 100)
    }
}
