/// A place that prints trades, in one of its markets: `binance-spot`, `okx-perps`, …
public struct Venue: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The name used on the command line, in paths and in APIs: lower-case letters, digits and hyphens.
    public let name: String

    /// Creates a venue from its name, known or not.
    ///
    /// - Returns: nil unless the name is 1…40 characters of `a-z`, `0-9` and inner hyphens.
    public init?(_ name: some StringProtocol) {
        let bytes = Array(name.utf8)
        guard (1...40).contains(bytes.count), bytes.first != UInt8(ascii: "-"), bytes.last != UInt8(ascii: "-"),
            bytes.allSatisfy({ (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "-") })
        else { return nil }
        self.name = String(name)
    }

    private init(known name: String) { self.name = name }

    /// Binance spot.
    public static let binanceSpot = Venue(known: "binance-spot")
    /// Binance USD-M futures.
    public static let binanceFutures = Venue(known: "binance-futures")
    /// Binance COIN-M futures.
    public static let binanceCoinFutures = Venue(known: "binance-coin-futures")
    /// OKX spot.
    public static let okxSpot = Venue(known: "okx-spot")
    /// OKX perpetual swaps.
    public static let okxPerps = Venue(known: "okx-perps")
    /// OKX options.
    public static let okxOptions = Venue(known: "okx-options")
    /// Bybit spot.
    public static let bybitSpot = Venue(known: "bybit-spot")
    /// Bybit linear contracts.
    public static let bybitLinear = Venue(known: "bybit-linear")
    /// Bybit inverse contracts.
    public static let bybitInverse = Venue(known: "bybit-inverse")
    /// Deribit.
    public static let deribit = Venue(known: "deribit")
    /// Deribit's options.
    public static let deribitOptions = Venue(known: "deribit-options")
    /// Hyperliquid perpetuals.
    public static let hyperliquidPerps = Venue(known: "hyperliquid-perps")
    /// Bitget futures of all margins.
    public static let bitgetFutures = Venue(known: "bitget-futures")
    /// Gate futures of all margins.
    public static let gateFutures = Venue(known: "gate-futures")
    /// Kraken Futures.
    public static let krakenFutures = Venue(known: "kraken-futures")
    /// HTX futures and swaps.
    public static let htxFutures = Venue(known: "htx-futures")
    /// BitMEX.
    public static let bitmex = Venue(known: "bitmex")
    /// KuCoin futures.
    public static let kucoinFutures = Venue(known: "kucoin-futures")
    /// CME futures.
    public static let cme = Venue(known: "cme")

    /// The venues that Millrace knows by name.
    public static let known: [Venue] = [
        binanceSpot, binanceFutures, binanceCoinFutures, okxSpot, okxPerps, okxOptions, bybitSpot, bybitLinear, bybitInverse, deribit,
        deribitOptions, hyperliquidPerps, bitgetFutures, gateFutures, krakenFutures, htxFutures, bitmex, kucoinFutures, cme,
    ]

    /// The exchange behind the market, as people write it: `Binance`, `OKX`, `Bybit`.
    public var exchange: String {
        let stem = name.prefix { $0 != "-" }
        return switch stem {
        case "okx", "htx", "cme": stem.uppercased()
        case "bitmex": "BitMEX"
        case "kucoin": "KuCoin"
        case "binance", "bybit", "deribit", "hyperliquid", "bitget", "gate", "kraken": stem.prefix(1).uppercased() + stem.dropFirst()
        default: name
        }
    }

    /// Whether it is the market of an exchange's options, of which open interest is kept apart from that of contracts.
    public var isOptions: Bool { self == .okxOptions || self == .deribitOptions }

    /// How the venue numbers the trades of one instrument on its tape.
    public var tradeIDs: TradeIDKind {
        switch self {
        case .binanceSpot, .binanceFutures, .binanceCoinFutures, .okxSpot, .okxPerps, .okxOptions: .contiguous
        case .bybitLinear, .bybitInverse: .uuid
        case .deribit, .deribitOptions, .hyperliquidPerps: .integer
        default: .none
        }
    }

    public var description: String { name }

    public static func < (a: Venue, b: Venue) -> Bool { a.name < b.name }
}
