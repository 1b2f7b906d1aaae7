import JSONReading
import MarketModel

/// What a venue's REST says of the past: readings of one contract, and rows that are none.
public struct OpenInterestHistory: Sendable {
    /// The readings, in the answer's order.
    public private(set) var readings: [OpenInterestReading] = []
    /// Rows that are no readings, by the reason.
    public private(set) var faults: [OpenInterestFault: Int] = [:]
    /// Whether the answer was understood.
    public private(set) var outcome = RESTOutcome.done
    /// Where the next page begins, in the venue's words; nil where there is none.
    public private(set) var cursor: String?

    /// Reads Binance's `openInterestHist`: of USD-M base coins and USD, of COIN-M contracts and base coins.
    ///
    /// - Parameter symbol: the contract that was asked for; rows of COIN-M name a pair and a type only.
    public static func binance(_ body: [UInt8], market: BinanceFeed.Market, symbol: String) -> OpenInterestHistory {
        OpenInterestHistory(body, venue: market == .coinMargined ? .binanceCoinFutures : .binanceFutures, symbol) {
            body, history, contract in
            guard body.kind == .array else { return .failed(reason: body["msg"]?.words ?? "the answer is no list") }
            let name = CoinName(AtlasSymbol(native: symbol, venue: contract.venue)?.base ?? "")
            for row in body.elements {
                let (open, value) = (row["sumOpenInterest"], row["sumOpenInterestValue"])
                if market == .coinMargined {
                    history.append(contract, quantity: value, usd: open, usdTimes: contractSize(contract), time: row["timestamp"])
                } else {
                    history.append(
                        contract, quantity: open, quantityTimes: FixedPoint(mantissa: name.multiple), usd: value, time: row["timestamp"])
                }
            }
            return .done
        }
    }

    /// Reads Bybit's `open-interest`: of linear contracts coins, of inverse ones USD, of both sides, which are halved unless the user says
    /// otherwise. Rows of the time before v5 are read as well.
    public static func bybit(
        _ body: [UInt8], market: BybitFeed.Market, symbol: String, factor: FixedPoint = FixedPoint(mantissa: 5, scale: 1)
    ) -> OpenInterestHistory {
        OpenInterestHistory(body, venue: market == .inverse ? .bybitInverse : .bybitLinear, symbol) { body, history, contract in
            if let code = body["retCode"]?.integer, code != 0 { return .failed(reason: "\(code): \(body["retMsg"]?.words ?? "")") }
            guard let result = body["result"], let list = result["list"] ?? Optional(result), list.kind == .array else {
                return .failed(reason: "the answer has no list")
            }
            let multiple = CoinName(AtlasSymbol(native: symbol, venue: contract.venue)?.base ?? "").multiple
            for row in list.elements {
                let figure = row["openInterest"] ?? row["open_interest"]
                if market == .inverse {
                    history.append(contract, usd: figure, usdTimes: factor, time: row["timestamp"])
                } else {
                    let times = factor.times(FixedPoint(mantissa: multiple), decimals: 18)
                    history.append(contract, quantity: figure, quantityTimes: times ?? factor, time: row["timestamp"])
                }
            }
            if let cursor = result["nextPageCursor"]?.string, !cursor.isEmpty, cursor.utf8.count <= 1024 { history.cursor = cursor }
            return .done
        }
    }

    private init(
        _ body: [UInt8], venue: Venue, _ symbol: String,
        _ read: (JSONValue, inout OpenInterestHistory, OpenInterestContract) -> RESTOutcome
    ) {
        guard let contract = OpenInterestContract(venue: venue, symbol: symbol) else {
            outcome = .refused(reason: "no such contract")
            return
        }
        outcome = body.withUnsafeBytes { bytes in
            do throws(JSONFault) {
                return try JSONReader().read(bytes) { read($0, &self, contract) }
            } catch {
                return .failed(reason: "the answer is \(error)")
            }
        }
    }

    /// What a contract of COIN-M stands for, in USD.
    private static func contractSize(_ contract: OpenInterestContract) -> FixedPoint {
        let instrument = Instrument(venue: contract.venue, symbol: contract.symbol)
        return ContractSizes.size(of: instrument, on: CivilDate(epochDay: 0)) ?? FixedPoint(mantissa: 10)
    }

    private mutating func append(
        _ contract: OpenInterestContract, quantity: JSONValue? = nil, quantityTimes: FixedPoint = FixedPoint(mantissa: 1),
        usd: JSONValue? = nil, usdTimes: FixedPoint = FixedPoint(mantissa: 1), time: JSONValue?
    ) {
        do throws(OpenInterestFault) {
            guard let time = Self.time(time) else { throw .wrongTime }
            let coins = try quantity.map { value throws(OpenInterestFault) in try Self.figure(value, quantityTimes) }
            let dollars = try usd.map { value throws(OpenInterestFault) in try Self.figure(value, usdTimes) }
            guard coins != nil || dollars != nil else { throw .missing }
            readings.append(OpenInterestReading(contract: contract, quantity: coins, usd: dollars, time: time))
        } catch {
            faults[error, default: 0] += 1
        }
    }

    private static func figure(_ value: JSONValue, _ factor: FixedPoint) throws(OpenInterestFault) -> FixedPoint {
        guard let product = try value.figure.get().times(factor, decimals: OpenInterest.decimals) else { throw .tooLarge }
        return product
    }

    /// Milliseconds; seconds before v5.
    private static func time(_ value: JSONValue?) -> Int64? {
        guard let seconds = value?.integer, (100_000_000..<100_000_000_000).contains(seconds) else { return TradeBatch.microseconds(value) }
        return seconds * 1_000_000
    }
}

extension BinanceOpenInterest {
    /// Asks for the past of a contract: at most 500 readings of the last 30 days. Read by ``OpenInterestHistory/binance(_:market:symbol:)``.
    ///
    /// - Parameters:
    ///   - period: `5m`, `15m`, `30m`, `1h`, `2h`, `4h`, `6h`, `12h` or `1d`.
    ///   - times: microseconds since 1970-01-01 UTC; nil for the newest.
    /// - Returns: nil for a symbol that names no contract.
    public func history(_ symbol: String, period: String, times: ClosedRange<Int64>? = nil) -> RESTRequest? {
        guard let atlas = AtlasSymbol(native: symbol, venue: venue) else { return nil }
        var query = "symbol=\(symbol.percentEncoded)"
        if market == .coinMargined {
            // Dated contracts are asked for by their place in the calendar, which a symbol does not tell.
            guard atlas.type == .perpetual else { return nil }
            query = "pair=\((atlas.base + atlas.quote).percentEncoded)&contractType=PERPETUAL"
        }
        let span = times.map { "&startTime=\($0.lowerBound / 1000)&endTime=\($0.upperBound / 1000)" } ?? ""
        return request(
            OpenInterestStep(.values, of: symbol),
            url: endpoints.rest + "/futures/data/openInterestHist?\(query)&period=\(period.percentEncoded)&limit=500\(span)",
            bucket: Self.historyRate.bucket)
    }

    /// What may be asked of histories, beside the weight of everything else.
    public static let historyRate = RateLimit(bucket: "binance-history", weight: 1000, seconds: 300)
}

extension BybitOpenInterest {
    /// Asks for the past of a contract, the newest first, 200 readings a page. Read by ``OpenInterestHistory/bybit(_:market:symbol:factor:)``.
    ///
    /// - Parameters:
    ///   - interval: `5min`, `15min`, `30min`, `1h`, `4h` or `1d`.
    ///   - cursor: where the page begins, as the page before has it.
    public func history(_ symbol: String, interval: String, cursor: String? = nil) -> RESTRequest {
        let page = cursor.map { "&cursor=\($0.percentEncoded)" } ?? ""
        return request(
            OpenInterestStep(.values, of: symbol, cursor: cursor ?? ""),
            url: endpoints.rest + "/v5/market/open-interest?category=\(market.rawValue)&symbol=\(symbol.percentEncoded)"
                + "&intervalTime=\(interval.percentEncoded)&limit=200\(page)",
            bucket: "bybit")
    }
}
