import MarketModel
import Transport

extension BinanceAsk {
    /// `[{"a":26129,"p":"0.01633102","q":"4.70443515","f":27781,"l":27781,"T":1498793709153,"m":true,"M":true}]`
    func aggTrades() throws(BinanceError) -> Response {
        let (view, text) = try view()
        let limit = try limit(default: 500, most: 1000)
        let (from, start, end) = (try number("fromId"), try time("startTime"), try time("endTime"))
        let trades: [SimulatedTrade]
        if let from {
            guard host != .binanceSpot || (start == nil && end == nil) else {
                throw BinanceError(code: -1128, message: "Combination of optional parameters invalid.")
            }
            let first = view.order(printed: from, at: now)
            try checkAge(view, first)
            trades = view.orders(from: first, limit: limit, at: now)
        } else if start != nil || end != nil {
            try checkSpan(start, end)
            // Whole milliseconds are compared, both ends inclusive.
            let upper = end.map { ($0 / 1000 + 1) * 1000 - 1 } ?? .max
            if let start {
                let first = view.tape.firstOrder(at: min(start, now))
                try checkAge(view, first)
                trades = view.orders(from: first, limit: limit, at: now) {
                    $0.time <= upper.addingReportingOverflow(10_000).partialValue || upper == .max
                } where: {
                    $0.time >= start && $0.time <= upper
                }
            } else {
                let last = upper >= now ? view.edge(at: now) : view.tape.firstOrder(at: upper + 1)
                trades = view.orders(before: last, limit: limit, at: now)
            }
        } else {
            trades = view.orders(before: .max, limit: limit, at: now)
        }
        return Self.array(trades) { trade, out in Self.write(trade, view, text.instrument, unit, to: &out) }
    }

    private static func write(
        _ trade: SimulatedTrade, _ view: InstrumentView, _ instrument: SimulatedInstrument, _ unit: Int64, to out: inout ByteBuffer
    ) {
        out.append("{\"a\":")
        out.append(number: view.printedOrder(trade.order))
        out.append(",\"p\":\"")
        out.append(price: trade.price, of: instrument)
        out.append("\",\"q\":\"")
        out.append(quantity: trade.quantity, of: instrument)
        if instrument.venue == .binanceFutures {
            out.append("\",\"nq\":\"")
            out.append(quantity: trade.quantity, of: instrument)
        }
        out.append("\",\"f\":")
        out.append(number: view.printedFill(trade.firstFill))
        out.append(",\"l\":")
        out.append(number: view.printedFill(trade.lastFill))
        out.append(",\"T\":")
        out.append(number: trade.time / unit)
        out.append(trade.isBuy ? ",\"m\":false" as StaticString : ",\"m\":true")
        if instrument.venue == .binanceSpot { out.append(",\"M\":true") }
        out.append(UInt8(ascii: "}"))
    }

    /// Futures give no more than an hour at a time, and a day or two back.
    private func checkSpan(_ start: Int64?, _ end: Int64?) throws(BinanceError) {
        guard host != .binanceSpot, let start, let end else { return }
        guard end - start <= 3_600_000_000 else {
            throw BinanceError(code: -1127, message: "More than 1 hours between startTime and endTime.")
        }
    }

    private func checkAge(_ view: InstrumentView, _ order: Int64) throws(BinanceError) {
        guard host != .binanceSpot, order < view.edge(at: now), view.tape.trade(order).time < now - exchange.options.futuresLookback else {
            return
        }
        throw BinanceError(code: -4166, message: "Search window is restricted to recent 2 days only.")
    }

    /// `[{"id":28457,"price":"4.00000100","qty":"12.00000000","quoteQty":"48.00","time":1499865549590,"isBuyerMaker":true,"isBestMatch":true}]`
    func trades() throws(BinanceError) -> Response {
        let (view, text) = try view()
        return rows(view.fills(before: .max, limit: try limit(default: 500, most: 1000), at: now), view, text)
    }

    /// As ``trades()``, from an id on.
    func historicalTrades() throws(BinanceError) -> Response {
        let (view, text) = try view()
        let limit = try limit(default: host == .binanceSpot ? 500 : 100, most: host == .binanceSpot ? 1000 : 500)
        guard let from = try number("fromId") else { return rows(view.fills(before: .max, limit: limit, at: now), view, text) }
        return rows(view.fills(from: view.fill(printed: from, at: now), limit: limit, at: now), view, text)
    }

    private func rows(_ fills: [InstrumentView.Fill], _ view: InstrumentView, _ text: InstrumentText) -> Response {
        let instrument = text.instrument
        return Self.array(fills) { fill, out in
            out.append("{\"id\":")
            out.append(number: view.printedFill(fill.id))
            out.append(",\"price\":\"")
            out.append(price: fill.trade.price, of: instrument)
            out.append("\",\"qty\":\"")
            out.append(quantity: fill.quantity, of: instrument)
            if instrument.kind == .inverse {
                out.append("\",\"baseQty\":\"")
                let contracts = Double(fill.quantity) * instrument.contractSize.double
                out.append(contracts / FixedPoint(mantissa: fill.trade.price, scale: instrument.priceDecimals).double)
            } else {
                out.append("\",\"quoteQty\":\"")
                out.append(
                    decimal: Int128(fill.trade.price) * Int128(fill.quantity), scale: instrument.priceDecimals + instrument.quantityDecimals
                )
            }
            out.append("\",\"time\":")
            out.append(number: fill.trade.time / unit)
            out.append(fill.trade.isBuy ? ",\"isBuyerMaker\":false" as StaticString : ",\"isBuyerMaker\":true")
            if instrument.venue == .binanceSpot { out.append(",\"isBestMatch\":true") }
            if instrument.venue == .binanceFutures { out.append(",\"isRPITrade\":false") }
            out.append(UInt8(ascii: "}"))
        }
    }

    /// `[[1499040000000,"0.01634790","0.80000000","0.01575800","0.01577100","148976.11427815",1499644799999,"2434.19055334",308,"1756.8","28.4","0"]]`
    func klines() throws(BinanceError) -> Response {
        let (view, text) = try view()
        guard let name = query["interval"], !name.isEmpty else { throw .missing("interval") }
        guard let length = KlineInterval.microseconds(name) else { throw BinanceError(code: -1120, message: "Invalid interval.") }
        let (start, end) = (try time("startTime"), try time("endTime"))
        let bars = view.bars(
            length: length, times: (start ?? 0)..<max(start ?? 0, (end ?? .max - 1) + 1),
            limit: try limit(default: 500, most: host == .binanceSpot ? 1000 : 1500), fromEnd: start == nil, at: now)
        let instrument = text.instrument
        return Self.array(bars) { bar, out in
            out.append(UInt8(ascii: "["))
            out.append(number: bar.start / unit)
            for price in [bar.open, bar.high, bar.fills == 0 ? 0 : bar.low, bar.close] {
                out.append(",\"")
                out.append(price: price, of: instrument)
                out.append(UInt8(ascii: "\""))
            }
            Self.sum(bar.quantity, instrument.quantityDecimals, to: &out)
            out.append(UInt8(ascii: ","))
            out.append(number: bar.end / unit - 1)
            Self.turnover(bar.turnover, bar.inverse, instrument, to: &out)
            out.append(UInt8(ascii: ","))
            out.append(number: bar.fills)
            Self.sum(bar.takerBuy, instrument.quantityDecimals, to: &out)
            Self.turnover(bar.takerTurnover, bar.takerInverse, instrument, to: &out)
            out.append(",\"0\"]")
        }
    }

    private static func sum(_ mantissa: Int128, _ scale: Int, to out: inout ByteBuffer) {
        out.append(",\"")
        out.append(decimal: mantissa, scale: scale)
        out.append(UInt8(ascii: "\""))
    }

    /// Quote currency; base coin where quantities are contracts of quote currency.
    private static func turnover(_ product: Int128, _ quotient: Double, _ instrument: SimulatedInstrument, to out: inout ByteBuffer) {
        guard instrument.kind == .inverse else { return sum(product, instrument.priceDecimals + instrument.quantityDecimals, to: &out) }
        let power = FixedPoint(mantissa: FixedPoint.powersOfTen[instrument.priceDecimals]).double
        out.append(",\"")
        out.append(quotient * instrument.contractSize.double * power)
        out.append(UInt8(ascii: "\""))
    }

    /// `{"symbol":"LTCBTC","price":"4.00000200"}`, or all of them.
    func prices() throws(BinanceError) -> Response {
        if query["symbol"] != nil {
            let (view, text) = try view()
            var out = ByteBuffer()
            write(view, text, to: &out)
            return Response(contentType: .json, body: .bytes(Payload(out)))
        }
        let indices = exchange.views.indices.filter {
            exchange.views[$0].instrument.venue == venue && exchange.views[$0].isTrading(at: now)
        }
        return Self.array(indices) { index, out in write(exchange.views[index], exchange.texts[index], to: &out) }
    }

    private func write(_ view: InstrumentView, _ text: InstrumentText, to out: inout ByteBuffer) {
        let edge = view.edge(at: now)
        out.append("{\"symbol\":\"")
        out.append(text.symbol)
        out.append("\",\"price\":\"")
        out.append(price: edge > view.firstOrder ? view.tape.trade(edge - 1).price : 0, of: text.instrument)
        out.append("\",\"time\":")
        out.append(number: now / 1000)
        out.append(UInt8(ascii: "}"))
    }
}

/// Names of bar lengths that end at even instants.
enum KlineInterval {
    /// The length of `1m`, `4h`, `1d` …; nil for others.
    static func microseconds(_ name: String) -> Int64? {
        let minutes: [String: Int64] = [
            "1m": 1, "3m": 3, "5m": 5, "15m": 15, "30m": 30, "1h": 60, "2h": 120, "4h": 240, "6h": 360, "8h": 480, "12h": 720, "1d": 1440,
        ]
        if name == "1s" { return 1_000_000 }
        return minutes[name].map { $0 * 60_000_000 }
    }
}
