import MarketModel
import Transport

extension BinanceAsk {
    /// Everything that is listed, with its filters and limits.
    func exchangeInfo() throws(BinanceError) -> Response {
        var listed = exchange.listed(venue, at: now)
        if let symbol = query["symbol"] {
            listed = listed.filter { $0.instrument.symbol == symbol }
            if listed.isEmpty { throw .symbol }
        }
        if let status = query["symbolStatus"] { listed = listed.filter { self.status($0) == status } }
        var json = JSONWriter(capacity: 1024 + listed.count * 1200)
        json.beginObject()
        json.member("timezone", "UTC")
        json.member("serverTime", Int((now + exchange.clockError(host, at: now)) / unit))
        rateLimits(&json)
        json.key("exchangeFilters")
        json.beginArray()
        json.endArray()
        if host == .binanceFutures { assets(&json) }
        json.key("symbols")
        json.beginArray()
        for view in listed {
            if host == .binanceSpot { spot(view, &json) } else { future(view, &json) }
        }
        json.endArray()
        json.endObject()
        return Response(json: json)
    }

    private func status(_ view: InstrumentView) -> String {
        if view.isTrading(at: now) { return "TRADING" }
        return host == .binanceSpot ? "BREAK" : "SETTLING"
    }

    private func rateLimits(_ json: inout JSONWriter) {
        let limit = exchange.options.weightPerMinute ?? (host == .binanceSpot ? 6000 : 2400)
        json.key("rateLimits")
        json.beginArray()
        json.beginObject()
        json.member("rateLimitType", "REQUEST_WEIGHT")
        json.member("interval", "MINUTE")
        json.member("intervalNum", 1)
        json.member("limit", limit)
        json.endObject()
        json.endArray()
    }

    private func assets(_ json: inout JSONWriter) {
        json.key("assets")
        json.beginArray()
        json.beginObject()
        json.member("asset", "USDT")
        json.member("marginAvailable", true)
        json.member("autoAssetExchange", "-10000")
        json.endObject()
        json.endArray()
    }

    private func spot(_ view: InstrumentView, _ json: inout JSONWriter) {
        let instrument = view.instrument
        json.beginObject()
        json.member("symbol", instrument.symbol)
        json.member("status", status(view))
        json.member("baseAsset", instrument.base)
        json.member("baseAssetPrecision", 8)
        json.member("quoteAsset", instrument.quote)
        json.member("quotePrecision", 8)
        json.member("quoteAssetPrecision", 8)
        json.member("baseCommissionPrecision", 8)
        json.member("quoteCommissionPrecision", 8)
        texts("orderTypes", ["LIMIT", "LIMIT_MAKER", "MARKET"], &json)
        json.member("icebergAllowed", true)
        json.member("ocoAllowed", true)
        json.member("isSpotTradingAllowed", true)
        json.member("isMarginTradingAllowed", false)
        filters(instrument, &json)
        texts("permissions", [], &json)
        json.key("permissionSets")
        json.beginArray()
        json.beginArray()
        json.value("SPOT")
        json.endArray()
        json.endArray()
        json.member("defaultSelfTradePreventionMode", "EXPIRE_MAKER")
        texts("allowedSelfTradePreventionModes", ["NONE", "EXPIRE_TAKER", "EXPIRE_MAKER", "EXPIRE_BOTH"], &json)
        json.endObject()
    }

    private func future(_ view: InstrumentView, _ json: inout JSONWriter) {
        let instrument = view.instrument
        let isCoin = host == .binanceCoinFutures
        json.beginObject()
        json.member("symbol", instrument.symbol)
        json.member("pair", isCoin ? instrument.base + instrument.quote : instrument.symbol)
        json.member("contractType", "PERPETUAL")
        json.member("deliveryDate", 4_133_404_800_000)
        json.member("onboardDate", Int(max(view.listed, instrument.listed.microseconds) / 1000))
        json.member(isCoin ? "contractStatus" : "status", status(view))
        if isCoin { json.member("contractSize", decimal: Int128(instrument.contractSize.mantissa), scale: instrument.contractSize.scale) }
        json.member("maintMarginPercent", "2.5000")
        json.member("requiredMarginPercent", "5.0000")
        json.member("baseAsset", instrument.base)
        json.member("quoteAsset", instrument.quote)
        json.member("marginAsset", isCoin ? instrument.base : instrument.quote)
        json.member("pricePrecision", instrument.printedPriceDigits)
        json.member("quantityPrecision", instrument.quantityDecimals)
        json.member("baseAssetPrecision", 8)
        json.member("quotePrecision", 8)
        json.member("underlyingType", "COIN")
        texts("underlyingSubType", ["PoW"], &json)
        json.member("triggerProtect", "0.0500")
        json.member("liquidationFee", "0.012500")
        json.member("marketTakeBound", "0.05")
        filters(instrument, &json)
        texts("orderTypes", ["LIMIT", "MARKET", "STOP", "STOP_MARKET", "TAKE_PROFIT"], &json)
        texts("timeInForce", ["GTC", "IOC", "FOK", "GTX"], &json)
        json.endObject()
    }

    private func filters(_ instrument: SimulatedInstrument, _ json: inout JSONWriter) {
        json.key("filters")
        json.beginArray()
        json.beginObject()
        json.member("filterType", "PRICE_FILTER")
        json.member("minPrice", instrument.tickText)
        json.member("maxPrice", "10000000")
        json.member("tickSize", instrument.tickText)
        json.endObject()
        json.beginObject()
        json.member("filterType", "LOT_SIZE")
        json.member("minQty", instrument.stepText)
        json.member("maxQty", "10000000")
        json.member("stepSize", instrument.stepText)
        json.endObject()
        if instrument.kind != .inverse {
            json.beginObject()
            json.member("filterType", host == .binanceSpot ? "NOTIONAL" : "MIN_NOTIONAL")
            json.member(host == .binanceSpot ? "minNotional" : "notional", "5")
            json.endObject()
        }
        json.endArray()
    }

    private func texts(_ name: StaticString, _ values: [String], _ json: inout JSONWriter) {
        json.key(name)
        json.beginArray()
        for value in values { json.value(value) }
        json.endArray()
    }
}

extension SimulatedInstrument {
    /// The tick as a venue lists it: `0.10000000` on Binance spot, `0.1` elsewhere.
    var tickText: String {
        var out = ByteBuffer(capacity: 32)
        out.append(mantissa: tick, decimals: priceDecimals, digits: printedPriceDigits)
        return out.text
    }

    /// The least quantity as a venue lists it.
    var stepText: String {
        var out = ByteBuffer(capacity: 32)
        out.append(mantissa: step, decimals: quantityDecimals, digits: printedQuantityDigits)
        return out.text
    }
}
