import MarketModel

/// Where a venue's servers are: base addresses, to which adapters add the paths.
///
///     Endpoints(rest: "http://127.0.0.1:8081", sockets: ["ws://127.0.0.1:8081"])      // a simulator
public struct Endpoints: Sendable, Hashable {
    /// The base of REST requests, without a slash at the end.
    public var rest: String
    /// The bases of WebSockets, the preferred one first; the next is tried when one delivers nothing.
    public var sockets: [String]

    /// Creates endpoints; slashes at the ends are dropped.
    public init(rest: String, sockets: [String]) {
        self.rest = Self.trimmed(rest)
        self.sockets = sockets.map(Self.trimmed)
    }

    private static func trimmed(_ text: String) -> String {
        String(text.reversed().drop { $0 == "/" }.reversed())
    }

    /// The exchange's own servers, without sockets where only open interest is asked for; nil for a venue without an adapter.
    public static func official(_ venue: Venue) -> Endpoints? {
        switch venue {
        case .binanceSpot:
            Endpoints(rest: "https://api.binance.com", sockets: ["wss://stream.binance.com:9443", "wss://data-stream.binance.vision"])
        case .binanceFutures: Endpoints(rest: "https://fapi.binance.com", sockets: ["wss://fstream.binance.com"])
        case .binanceCoinFutures: Endpoints(rest: "https://dapi.binance.com", sockets: ["wss://dstream.binance.com"])
        case .okxSpot, .okxPerps, .okxOptions: Endpoints(rest: "https://www.okx.com", sockets: ["wss://ws.okx.com:8443"])
        case .bybitSpot, .bybitLinear, .bybitInverse:
            Endpoints(rest: "https://api.bybit.com", sockets: ["wss://stream.bybit.com"])
        case .hyperliquidPerps: Endpoints(rest: "https://api.hyperliquid.xyz", sockets: ["wss://api.hyperliquid.xyz"])
        case .deribit: Endpoints(rest: "https://www.deribit.com", sockets: [])
        case .deribitOptions: Endpoints(rest: "https://www.deribit.com", sockets: ["wss://www.deribit.com"])
        case .bitgetFutures: Endpoints(rest: "https://api.bitget.com", sockets: [])
        case .gateFutures: Endpoints(rest: "https://api.gateio.ws", sockets: [])
        case .krakenFutures: Endpoints(rest: "https://futures.kraken.com", sockets: [])
        case .htxFutures: Endpoints(rest: "https://api.hbdm.com", sockets: [])
        case .bitmex: Endpoints(rest: "https://www.bitmex.com", sockets: [])
        case .kucoinFutures: Endpoints(rest: "https://api-futures.kucoin.com", sockets: [])
        case .cme: Endpoints(rest: "https://publicreporting.cftc.gov", sockets: [])
        default: nil
        }
    }
}

/// The adapters by venue.
public enum FeedCatalogue {
    /// The live feed of a venue; nil for one without an adapter.
    ///
    /// - Parameter endpoints: where its servers are; nil for the exchange's own.
    public static func feed(of venue: Venue, endpoints: Endpoints? = nil) -> (any FeedAdapter)? {
        guard let endpoints = endpoints ?? .official(venue) else { return nil }
        return switch venue {
        case .binanceSpot: BinanceFeed(.spot, endpoints: endpoints)
        case .binanceFutures: BinanceFeed(.usdMargined, endpoints: endpoints)
        case .binanceCoinFutures: BinanceFeed(.coinMargined, endpoints: endpoints)
        // Every fill with an id of its own, as the venue's dumps have them: merged rows would be another tape.
        case .okxSpot: OKXFeed(.spot, channel: .tradesAll, endpoints: endpoints)
        case .okxPerps: OKXFeed(.swaps, channel: .tradesAll, endpoints: endpoints)
        case .bybitSpot: BybitFeed(.spot, endpoints: endpoints)
        case .bybitLinear: BybitFeed(.linear, endpoints: endpoints)
        case .bybitInverse: BybitFeed(.inverse, endpoints: endpoints)
        case .hyperliquidPerps: HyperliquidFeed(endpoints: endpoints)
        default: nil
        }
    }

    /// The REST side of a venue; nil for one without an adapter.
    ///
    /// - Parameter endpoints: where its servers are; nil for the exchange's own.
    public static func rest(of venue: Venue, endpoints: Endpoints? = nil) -> (any RESTAdapter)? {
        switch venue {
        case .binanceSpot: BinanceREST(.spot, endpoints: endpoints)
        case .binanceFutures: BinanceREST(.usdMargined, endpoints: endpoints)
        case .binanceCoinFutures: BinanceREST(.coinMargined, endpoints: endpoints)
        case .okxSpot: OKXREST(.spot, endpoints: endpoints)
        case .okxPerps: OKXREST(.swaps, endpoints: endpoints)
        case .bybitSpot: BybitREST(.spot, endpoints: endpoints)
        case .bybitLinear: BybitREST(.linear, endpoints: endpoints)
        case .bybitInverse: BybitREST(.inverse, endpoints: endpoints)
        case .hyperliquidPerps: HyperliquidREST(endpoints: endpoints)
        default: nil
        }
    }

    /// What to ask of a venue about open interest; nil for one without an adapter.
    ///
    /// - Parameter endpoints: where its servers are; nil for the exchange's own.
    public static func openInterest(of venue: Venue, endpoints: Endpoints? = nil) -> (any OpenInterestAdapter)? {
        guard let endpoints = endpoints ?? .official(venue) else { return nil }
        return switch venue {
        case .binanceFutures: BinanceOpenInterest(.usdMargined, endpoints: endpoints)
        case .binanceCoinFutures: BinanceOpenInterest(.coinMargined, endpoints: endpoints)
        case .okxPerps: OKXOpenInterest(endpoints: endpoints)
        case .bybitLinear: BybitOpenInterest(.linear, endpoints: endpoints)
        case .bybitInverse: BybitOpenInterest(.inverse, endpoints: endpoints)
        case .deribit: DeribitOpenInterest(endpoints: endpoints)
        case .hyperliquidPerps: HyperliquidOpenInterest(endpoints: endpoints)
        case .bitgetFutures: BitgetOpenInterest(endpoints: endpoints)
        case .gateFutures: GateOpenInterest(endpoints: endpoints)
        case .krakenFutures: KrakenOpenInterest(endpoints: endpoints)
        case .htxFutures: HTXOpenInterest(endpoints: endpoints)
        case .bitmex: BitMEXOpenInterest(endpoints: endpoints)
        case .kucoinFutures: KuCoinOpenInterest(endpoints: endpoints)
        case .cme: CMEOpenInterest(endpoints: endpoints)
        default: nil
        }
    }

    /// The venues whose open interest can be asked for.
    public static let openInterestVenues: [Venue] = [
        .binanceFutures, .binanceCoinFutures, .okxPerps, .bybitLinear, .bybitInverse, .deribit, .hyperliquidPerps, .bitgetFutures,
        .gateFutures, .krakenFutures, .htxFutures, .bitmex, .kucoinFutures, .cme,
    ]
}

extension String {
    /// For a query's value: everything but letters, digits and `-._~` as `%` and two hexadecimal digits of each UTF-8 byte.
    var percentEncoded: String {
        var result = ""
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                result.unicodeScalars.append(Unicode.Scalar(byte))
            default:
                let digits = String(byte, radix: 16, uppercase: true)
                result += (byte < 16 ? "%0" : "%") + digits
            }
        }
        return result
    }
}
