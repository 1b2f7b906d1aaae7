import JSONReading
import MarketModel

/// Open interest of BitMEX's futures and perpetuals; one side. One list holds contracts, prices and figures.
///
/// - Inverse (`XBTUSD`): contracts of 1 USD.
/// - Inverse in another currency (`XBTEUR`), and quanto (`ETHUSD`, settled in XBT): `openValue`, in satoshi, at the price of XBTUSD.
/// - Linear (`XRPU21` in XBT, `XBTUSDT` in USDT): contracts of a part of a coin.
public struct BitMEXOpenInterest: Sendable {
    /// Where its servers are.
    public let endpoints: Endpoints

    /// Creates the questions; without `endpoints` for the exchange's own servers.
    public init(endpoints: Endpoints? = nil) {
        self.endpoints = endpoints ?? Endpoints.official(.bitmex) ?? Endpoints(rest: "", sockets: [])
    }

    private static let bucket = "bitmex"
    /// Decimals of what contracts settle in, whose smallest part `openValue` counts.
    private static let decimals = ["XBt": 8, "USDt": 6]
}

extension BitMEXOpenInterest: OpenInterestAdapter {
    public var venue: Venue { .bitmex }
    public var rates: [RateLimit] { [RateLimit(bucket: Self.bucket, weight: 30, seconds: 60)] }
    public var questions: [OpenInterestStep] { [OpenInterestStep(.values)] }

    public func request(_ step: OpenInterestStep) -> RESTRequest {
        request(step, url: endpoints.rest + "/api/v1/instrument/active", bucket: Self.bucket)
    }

    public func read(_ body: JSONValue, of step: OpenInterestStep, into page: inout OpenInterestPage) -> RESTOutcome {
        guard body.kind == .array else { return .failed(reason: "the answer is no list") }
        for row in body.elements {
            // Spot pairs, indices and options are of other types, futures of all sorts begin so.
            guard let type = row["typ"], type.bytes.starts(with: "FF".utf8), row["state"]?.equals("Open") == true else { continue }
            guard let symbol = row["symbol"]?.symbol, let (terms, counts) = terms(row, symbol) else {
                page.append(.noContract, row["symbol"]?.words ?? "")
                continue
            }
            let time = row["timestamp"].map { text in text.string.flatMap { Timestamp.parse($0) }.flatMap { page.plausible($0) } }
            let price = terms.priced == terms.contract.quote ? row["markPrice"]?.price : FixedPoint(mantissa: 1)
            page.append(terms, amount: row[counts], at: price, time: time ?? page.received)
        }
        return .done
    }

    /// What a row's figure counts, and which figure that is.
    private func terms(_ row: JSONValue, _ symbol: String) -> (OpenInterestTerms, StaticString)? {
        guard let coin = row["underlying"]?.symbol, let quote = row["quoteCurrency"]?.symbol,
            let settlement = row["settlCurrency"]?.symbol, let decimals = Self.decimals[settlement]
        else { return nil }
        let settle = CoinName(settlement).name
        let margin = MarginKind(settlement: settle)
        let isPerpetual = row["typ"]?.equals("FFWCSX") == true
        func terms(_ unit: OpenInterestTerms.Unit, _ size: FixedPoint, priced: String? = nil) -> OpenInterestTerms {
            OpenInterestTerms(
                venue: venue, symbol: symbol, coin: coin, quote: quote, margin: margin, unit: unit, size: size, priced: priced,
                isPerpetual: isPerpetual)
        }
        let least = FixedPoint(mantissa: 1, scale: decimals)
        if row["isQuanto"]?.bool == true { return (terms(.settlement(settle), least), "openValue") }
        if row["isInverse"]?.bool == true {
            // In a currency whose worth nobody tells here, the satoshi are what is known.
            guard OpenInterestTerms.isDollar(quote) else { return (terms(.base, least, priced: settle), "openValue") }
            guard let multiplier = row["multiplier"]?.decimal, multiplier.mantissa != 0 else { return nil }
            let size = FixedPoint(mantissa: abs(multiplier.mantissa), scale: multiplier.scale).times(least, decimals: 18)
            return size.map { (terms(.quote, $0), "openInterest") }
        }
        guard let parts = row["underlyingToPositionMultiplier"]?.price,
            let size = FixedPoint(mantissa: 1).over(parts, decimals: 18), size.mantissa > 0
        else { return nil }
        return (terms(.base, size), "openInterest")
    }
}
