import MarketModel
import Transport

/// Open interest of the hosts whose trades are simulated as well.
extension BinanceAsk {
    private func open(_ symbol: String) throws(BinanceError) -> SimulatedInterest {
        // What is not listed has none.
        guard let open = exchange.interest.open(venue, at: now).first(where: { $0.instrument.symbol == symbol }) else { throw .symbol }
        return open
    }

    /// `{"symbol":"ETHUSD_PERP","pair":"ETHUSD","openInterest":"26542436","contractType":"PERPETUAL","time":1677360272224}`
    func openInterest() throws(BinanceError) -> Response {
        let open = try open(try view().view.instrument.symbol)
        let isCoin = host == .binanceCoinFutures
        return WireValue.object([
            "symbol": .text(open.instrument.symbol), "pair": isCoin ? .text(open.instrument.base + open.instrument.quote) : .missing,
            "openInterest": open.text(open.amount), "contractType": isCoin ? .text("PERPETUAL") : .missing,
            "time": .milliseconds(open.time),
        ]).response()
    }

    /// Marks of all contracts, or of one.
    func premiumIndex() throws(BinanceError) -> Response {
        let symbol = query["symbol"]
        if symbol != nil { _ = try view() }
        let rows = exchange.interest.open(venue, at: now).filter { symbol == nil || $0.instrument.symbol == symbol }.map { open in
            WireValue.object([
                "symbol": .text(open.instrument.symbol),
                "pair": host == .binanceCoinFutures ? .text(open.instrument.base + open.instrument.quote) : .missing,
                "markPrice": .text(open.mark), "indexPrice": .text(open.mark), "lastFundingRate": .text("0.00010000"),
                "nextFundingTime": .milliseconds((open.time / 28_800_000_000 + 1) * 28_800_000_000), "time": .milliseconds(open.time),
            ])
        }
        // USD-M gives one row as an object, COIN-M always a list.
        if symbol != nil, host == .binanceFutures, let row = rows.first { return row.response() }
        return WireValue.list(rows).response()
    }

    /// The past in steps: coins and USD of USD-M, contracts and coins of COIN-M; the last 30 days.
    func openInterestHistory() throws(BinanceError) -> Response {
        let isCoin = host == .binanceCoinFutures
        let lengths = ["5m": 5, "15m": 15, "30m": 30, "1h": 60, "2h": 120, "4h": 240, "6h": 360, "12h": 720, "1d": 1440]
        guard let period = query["period"], let minutes = lengths[period] else { throw .missing("period") }
        let symbol = isCoin ? (query["pair"] ?? "") + "_PERP" : query["symbol"] ?? ""
        guard exchange.view([venue], symbol) != nil else { throw .symbol }
        let length = Int64(minutes) * 60_000_000
        let oldest = now - 30 * CivilDate.dayLength
        let limit = try limit(default: 30, most: 500)
        let (start, end) = (try time("startTime"), min(try time("endTime") ?? now, now))
        let first = max(oldest, start ?? 0)
        var times = Array(stride(from: (first + length - 1) / length * length, through: end, by: Int(length)))
        times = start == nil ? times.suffix(limit) : Array(times.prefix(limit))
        let rows = try times.map { time throws(BinanceError) in
            guard let open = exchange.interest.open(venue, at: time).first(where: { $0.instrument.symbol == symbol }) else { throw .symbol }
            let name: WireValue = .text(isCoin ? open.instrument.base + open.instrument.quote : symbol)
            return WireValue.object([
                isCoin ? "pair" : "symbol": name, "contractType": isCoin ? .text("PERPETUAL") : .missing,
                "sumOpenInterest": open.text(open.amount), "sumOpenInterestValue": .text(isCoin ? open.coins : open.usd),
                "timestamp": .milliseconds(time),
            ])
        }
        return WireValue.list(rows).response()
    }
}

extension OKXAsk {
    /// `{"instId":"BTC-USDT-SWAP","instType":"SWAP","oi":"2216113.01","oiCcy":"22161.13","oiUsd":"1939251795.5","ts":"1743041250440"}`
    func openInterest() throws(OKXError) -> Response {
        guard let type = query["instType"], !type.isEmpty else { throw .empty("instType") }
        guard ["SWAP", "FUTURES", "OPTION"].contains(type) else { throw .wrong("instType") }
        if type == "OPTION" { return try optionInterest() }
        let symbol = query["instId"]
        if let symbol, exchange.view([.okxPerps], symbol) == nil { throw .unknown }
        let open = type == "SWAP" ? exchange.interest.open(.okxPerps, at: now) : []
        let rows = open.filter { symbol == nil || $0.instrument.symbol == symbol }.map { open in
            WireValue.object([
                "instId": .text(open.instrument.symbol), "instType": .text(type), "oi": open.text(open.amount),
                "oiCcy": open.text(open.coins),
                "oiUsd": open.text(open.usd), "ts": .millisecondsText(open.time),
            ])
        }
        return WireValue.object(["code": .text("0"), "data": .list(rows), "msg": .text("")]).response()
    }
}

extension BybitAsk {
    /// Both sides, and one of them: `"openInterest":"64757.624","singleOpenInterest":"32378.812"`.
    func tickers() throws(BybitError) -> WireValue {
        guard let category = query["category"], ["linear", "inverse"].contains(category), let venue = Venue("bybit-\(category)") else {
            throw .wrong("Category is invalid")
        }
        let symbol = query["symbol"]
        let two = FixedPoint(mantissa: 2)
        let rows = exchange.interest.open(venue, at: now).filter { symbol == nil || $0.instrument.symbol == symbol }.map { open in
            let isInverse = open.instrument.kind == .inverse
            func both(_ value: FixedPoint) -> FixedPoint { value.times(two, decimals: 8) ?? value }
            return WireValue.object([
                "symbol": .text(open.instrument.symbol), "lastPrice": .text(open.mark), "indexPrice": .text(open.mark),
                "markPrice": .text(open.mark), "openInterest": open.text(both(open.amount)),
                "openInterestValue": open.text(both(isInverse ? open.coins : open.usd)), "singleOpenInterest": open.text(open.amount),
                "singleOpenInterestValue": open.text(isInverse ? open.coins : open.usd), "fundingRate": .text("0.0001"),
            ])
        }
        return .object(["category": .text(category), "list": .list(rows)])
    }

    /// The past of both sides, the newest first.
    func openInterestHistory() throws(BybitError) -> WireValue {
        guard let category = query["category"], ["linear", "inverse"].contains(category), let venue = Venue("bybit-\(category)"),
            let symbol = query["symbol"], exchange.view([venue], symbol) != nil
        else { throw .wrong("Symbol Is Invalid") }
        let lengths = ["5min": 5, "15min": 15, "30min": 30, "1h": 60, "4h": 240, "1d": 1440]
        guard let minutes = lengths[query["intervalTime"] ?? ""] else { throw .wrong("intervalTime is invalid") }
        let length = Int64(minutes) * 60_000_000
        let limit = Int64(min(200, max(1, query["limit"].flatMap { Int($0) } ?? 50)))
        let rows = (0..<limit).compactMap { step -> WireValue? in
            let time = (now / length - step) * length
            let open = exchange.interest.open(venue, at: time).first { $0.instrument.symbol == symbol }
            return open.map { open in
                .object([
                    "openInterest": open.text(open.amount.times(FixedPoint(mantissa: 2), decimals: 8) ?? open.amount),
                    "timestamp": .millisecondsText(time),
                ])
            }
        }
        return .object(["category": .text(category), "symbol": .text(symbol), "list": .list(rows), "nextPageCursor": .text("")])
    }
}

extension JSONWriter {
    /// Writes a value that was put together.
    mutating func value(_ wire: WireValue) { wire.write(to: &self) }
}
