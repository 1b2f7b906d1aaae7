import MarketModel
import Transport

/// One request for open interest to a host of which nothing else is simulated, answered in the venue's documented shape; nil for what it
/// does not have.
struct InterestAsk {
    let query: Query
    let path: String
    let now: Int64

    private static let two = FixedPoint(mantissa: 2)

    private func isWanted(_ open: SimulatedInterest, _ parameter: String) -> Bool {
        query[parameter].map { $0 == open.instrument.symbol } ?? true
    }

    func deribit(_ open: [SimulatedInterest]) -> WireValue? {
        let wanted = open.filter { open in
            // Linear books are listed under what they settle in, inverse ones under their coin.
            let currency = open.instrument.kind == .linear ? open.instrument.quote : open.instrument.base
            return isWanted(open, "instrument_name") && (query["currency"].map { $0 == currency } ?? true)
        }
        guard query["kind"] != "option" else { return Self.deribit([]) }
        return Self.deribit(
            wanted.map { open in
                .object([
                    "instrument_name": .text(open.instrument.symbol), "base_currency": .text(open.instrument.base),
                    "quote_currency": .text(open.instrument.quote), "open_interest": open.number(open.amount),
                    "mark_price": .number(open.mark),
                    "mid_price": .number(open.mark), "volume": .number("1.5"), "volume_usd": .number("100000"),
                    "creation_timestamp": .milliseconds(open.time),
                ])
            })
    }

    private static func deribit(_ rows: [WireValue]) -> WireValue {
        .object(["jsonrpc": .text("2.0"), "result": .list(rows), "usDiff": .number("151"), "testnet": .flag(false)])
    }

    func hyperliquid(_ open: [SimulatedInterest]) -> WireValue {
        .list([
            .object([
                "universe": .list(
                    open.map { open in
                        .object([
                            "szDecimals": .number(String(open.instrument.quantityDecimals)), "name": .text(open.instrument.symbol),
                            "maxLeverage": .number("40"), "marginTableId": .number("56"),
                        ])
                    })
            ]),
            .list(
                open.map { open in
                    .object([
                        "funding": .text("0.0000125"), "openInterest": open.text(open.amount), "prevDayPx": .text(open.mark),
                        "dayNtlVlm": .text("1000000.0"), "oraclePx": .text(open.mark), "markPx": .text(open.mark),
                        "midPx": .text(open.mark),
                        "dayBaseVlm": .text("10.0"),
                    ])
                }),
        ])
    }

    func bitget(_ open: [SimulatedInterest]) -> WireValue? {
        let open = open.filter {
            "\($0.instrument.kind == .inverse ? "COIN" : $0.instrument.quote)-FUTURES" == query["productType"]?.uppercased()
        }
        let data: WireValue
        switch path {
        case "/api/v2/mix/market/contracts":
            data = .list(
                open.map { open in
                    .object([
                        "symbol": .text(open.instrument.symbol), "baseCoin": .text(open.instrument.base),
                        "quoteCoin": .text(open.instrument.quote), "supportMarginCoins": .list([.text(open.instrument.quote)]),
                        "symbolType": .text("perpetual"), "symbolStatus": .text("normal"),
                    ])
                })
        case "/api/v2/mix/market/tickers":
            data = .list(
                open.map { open in
                    .object([
                        "symbol": .text(open.instrument.symbol), "lastPr": .text(open.mark), "markPrice": .text(open.mark),
                        "indexPrice": .text(open.mark), "holdingAmount": open.text(open.amount), "ts": .millisecondsText(open.time),
                    ])
                })
        default:
            guard let one = open.first(where: { isWanted($0, "symbol") }) else { return nil }
            data = .object([
                "openInterestList": .list([.object(["symbol": .text(one.instrument.symbol), "size": one.text(one.amount)])]),
                "ts": .millisecondsText(one.time),
            ])
        }
        return .object(["code": .text("00000"), "msg": .text("success"), "requestTime": .milliseconds(now), "data": data])
    }

    func gate(_ open: [SimulatedInterest]) -> WireValue? {
        let parts = path.split(separator: "/")
        guard parts.count == 5, ["usdt", "btc"].contains(parts[3]) else { return nil }
        let wanted = open.filter { ($0.instrument.kind == .inverse) == (parts[3] == "btc") }
        if parts[4] == "contracts" {
            return .list(
                wanted.map { open in
                    let isInverse = open.instrument.kind == .inverse
                    return .object([
                        "name": .text(open.instrument.symbol), "type": .text(isInverse ? "inverse" : "direct"),
                        "quanto_multiplier": isInverse ? .text("0") : .text(open.instrument.contractSize), "mark_price": .text(open.mark),
                        "position_size": open.number(open.amount), "in_delisting": .flag(false),
                    ])
                })
        }
        return .list(
            wanted.map { open in
                .object([
                    "contract": .text(open.instrument.symbol), "last": .text(open.mark), "mark_price": .text(open.mark),
                    "index_price": .text(open.mark), "total_size": open.text(open.amount), "funding_rate": .text("0.0001"),
                ])
            })
    }

    func kraken(_ open: [SimulatedInterest]) -> WireValue {
        .object([
            "result": .text("success"),
            "tickers": .list(
                open.map { open in
                    .object([
                        "symbol": .text(open.instrument.symbol), "last": .number(open.mark), "tag": .text("perpetual"),
                        "pair": .text("\(Self.old(open.instrument.base)):\(open.instrument.quote)"), "markPrice": .number(open.mark),
                        "openInterest": open.number(open.amount), "suspended": .flag(false),
                    ])
                }),
            "serverTime": .text(Timestamp.iso8601(open.first?.time ?? now)),
        ])
    }

    func htx(_ open: [SimulatedInterest]) -> WireValue? {
        let isLinear = !path.hasPrefix("/swap-api")
        let wanted = open.filter { ($0.instrument.kind == .linear) == isLinear && isWanted($0, "contract_code") }
        let time = open.first?.time ?? now
        // Both sides.
        func both(_ value: FixedPoint) -> FixedPoint { value.times(Self.two, decimals: 8) ?? value }
        if path == "/v5/market/open_interest" {
            guard let one = wanted.first else { return nil }
            return .object([
                "code": .number("200"), "message": .text("Success"),
                "data": .object([
                    "amount": one.text(both(one.coins)), "volume": one.text(both(one.amount)), "value": one.text(both(one.usd)),
                    "contract_code": .text(one.instrument.symbol),
                ]), "ts": .milliseconds(time),
            ])
        }
        let rows = wanted.map { open -> WireValue in
            if path.hasSuffix("contract_info") {
                return .object([
                    "symbol": .text(open.instrument.base), "contract_code": .text(open.instrument.symbol),
                    "contract_size": .number(open.instrument.contractSize), "contract_status": .number("1"),
                ])
            }
            return .object([
                "symbol": .text(open.instrument.base), "contract_code": .text(open.instrument.symbol),
                "volume": open.number(both(open.amount)),
                "amount": open.number(both(open.coins)), "value": isLinear ? open.number(both(open.usd)) : .missing,
                "trade_partition": isLinear ? .text(open.instrument.quote) : .missing,
                "business_type": isLinear ? .text("swap") : .missing,
            ])
        }
        return .object(["status": .text("ok"), "data": .list(rows), "ts": .milliseconds(time)])
    }

    func bitmex(_ open: [SimulatedInterest]) -> WireValue {
        .list(
            open.map { open in
                let isInverse = open.instrument.kind == .inverse
                // In satoshi, or in millionths of a dollar.
                let worth = isInverse ? open.coins.rescaled(to: 8) : open.usd.times(FixedPoint(mantissa: 1), decimals: 6)?.rescaled(to: 6)
                let parts = FixedPoint(mantissa: 1).over(open.instrument.contractSize, decimals: 0)
                return .object([
                    "symbol": .text(open.instrument.symbol), "typ": .text("FFWCSX"), "state": .text("Open"),
                    "underlying": .text(Self.old(open.instrument.base)), "quoteCurrency": .text(open.instrument.quote),
                    "settlCurrency": .text(isInverse ? "XBt" : "USDt"), "multiplier": .number(isInverse ? "-100000000" : "10"),
                    "underlyingToPositionMultiplier": isInverse ? .null : .number(parts ?? FixedPoint(mantissa: 1)),
                    "isQuanto": .flag(false), "isInverse": .flag(isInverse), "openInterest": open.number(open.amount),
                    "openValue": .number(String(worth ?? 0)), "markPrice": .number(open.mark),
                    "timestamp": .text(Timestamp.iso8601(open.time)),
                ])
            })
    }

    func kucoin(_ open: [SimulatedInterest]) -> WireValue {
        let isList = path.hasSuffix("contracts/active")
        let rows = open.filter {
            isList || (query["symbol"]?.split(separator: ",").map(String.init).contains($0.instrument.symbol) ?? true)
        }.map {
            open -> WireValue in
            let isInverse = open.instrument.kind == .inverse
            guard isList else {
                return .object([
                    "symbol": .text(open.instrument.symbol), "openInterest": open.text(open.amount), "ts": .milliseconds(open.time),
                ])
            }
            return .object([
                "symbol": .text(open.instrument.symbol), "type": .text("FFWCSX"), "baseCurrency": .text(Self.old(open.instrument.base)),
                "quoteCurrency": .text(open.instrument.quote),
                "settleCurrency": .text(isInverse ? Self.old(open.instrument.base) : open.instrument.quote),
                "multiplier": isInverse ? .number("-1.0") : .number(open.instrument.contractSize), "isInverse": .flag(isInverse),
                "isQuanto": .flag(!isInverse), "openInterest": open.text(open.amount), "markPrice": .number(open.mark),
                "status": .text("Open"),
            ])
        }
        return .object(["code": .text("200000"), "data": .list(rows)])
    }

    /// Bitcoin as some venues call it.
    private static func old(_ coin: String) -> String { coin == "BTC" ? "XBT" : coin }
}
