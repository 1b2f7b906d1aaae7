import MarketModel

/// An instrument of the simulated market: how a venue lists it, and what its tape looks like.
///
/// Prices and quantities are whole numbers of 10^-``priceDecimals`` and 10^-``quantityDecimals``; both move in the venue's own steps.
public struct SimulatedInstrument: Sendable, Hashable {
    /// Where it trades.
    public var venue: Venue
    /// As the venue spells it.
    public var symbol: String
    /// What kind of contract it is.
    public var kind: InstrumentKind
    /// The base asset.
    public var base: String
    /// The quote currency.
    public var quote: String
    /// Digits of a price after the point.
    public var priceDecimals: Int
    /// The least move of a price, in its last digit.
    public var tick: Int64
    /// Digits of a quantity after the point.
    public var quantityDecimals: Int
    /// The least quantity, in its last digit.
    public var step: Int64
    /// Base per contract (linear), or quote currency per contract (inverse); 1 where quantity is base.
    public var contractSize: FixedPoint
    /// The price around which the tape moves.
    public var price: Double
    /// The usual quantity of a taker order, in the venue's unit.
    public var size: Double
    /// Taker orders at one price (rows of Binance's aggTrades) in a day, on average; 48 … 20,000,000,000.
    public var ordersPerDay: Int64
    /// When it was listed, UTC midnight: its ids begin then.
    public var listed = CivilDate(epochDay: 18_262)

    /// Creates an instrument of the usual sort; see the properties.
    public init(
        venue: Venue, symbol: String, kind: InstrumentKind, base: String, quote: String, priceDecimals: Int, tick: Int64 = 1,
        quantityDecimals: Int, step: Int64 = 1, contractSize: FixedPoint = FixedPoint(mantissa: 1), price: Double, size: Double,
        ordersPerDay: Int64
    ) {
        self.venue = venue
        self.symbol = symbol
        self.kind = kind
        self.base = base
        self.quote = quote
        self.priceDecimals = priceDecimals
        self.tick = tick
        self.quantityDecimals = quantityDecimals
        self.step = step
        self.contractSize = contractSize
        self.price = price
        self.size = size
        self.ordersPerDay = ordersPerDay
    }

    /// Whether times step back by a few milliseconds between orders, as they do on futures.
    var stepsBack: Bool { venue != .binanceSpot }
    /// Whether the insurance fund prints into the numbering of raw trades.
    var hasOffBookPrints: Bool { venue == .binanceFutures }
    /// Microseconds from a trade to its publication; the venue's clock shows whole milliseconds.
    var latency: Int64 { venue == .binanceCoinFutures ? 12_000 : 2000 }
    /// The digits that the venue writes after the point of a price, zeros included.
    var printedPriceDigits: Int { venue == .binanceSpot ? 8 : venue == .binanceFutures ? max(2, priceDecimals) : priceDecimals }
    /// The digits that the venue writes after the point of a quantity, zeros included.
    var printedQuantityDigits: Int { venue == .binanceSpot ? 8 : quantityDecimals }
}

extension SimulatedInstrument {
    /// The instruments that the simulator starts with: the large pairs of every venue, and two with spellings that trip readers.
    public static let usual: [SimulatedInstrument] = binance + okx + bybit

    private static let binance: [SimulatedInstrument] = [
        .init(
            venue: .binanceSpot, symbol: "BTCUSDT", kind: .spot, base: "BTC", quote: "USDT", priceDecimals: 2, quantityDecimals: 5,
            price: 68_250, size: 0.012, ordersPerDay: 1_600_000),
        .init(
            venue: .binanceSpot, symbol: "ETHUSDT", kind: .spot, base: "ETH", quote: "USDT", priceDecimals: 2, quantityDecimals: 4,
            price: 3520, size: 0.2, ordersPerDay: 1_000_000),
        .init(
            venue: .binanceSpot, symbol: "币安人生USDT", kind: .spot, base: "币安人生", quote: "USDT", priceDecimals: 4, quantityDecimals: 1,
            price: 0.21, size: 400, ordersPerDay: 60_000),
        .init(
            venue: .binanceFutures, symbol: "BTCUSDT", kind: .linear, base: "BTC", quote: "USDT", priceDecimals: 1, quantityDecimals: 3,
            price: 68_230, size: 0.04, ordersPerDay: 2_400_000),
        .init(
            venue: .binanceFutures, symbol: "ETHUSDT", kind: .linear, base: "ETH", quote: "USDT", priceDecimals: 2, quantityDecimals: 3,
            price: 3519, size: 0.8, ordersPerDay: 1_800_000),
        .init(
            venue: .binanceFutures, symbol: "1000PEPEUSDT", kind: .linear, base: "1000PEPE", quote: "USDT", priceDecimals: 7,
            quantityDecimals: 0, price: 0.0113, size: 40_000, ordersPerDay: 200_000),
        .init(
            venue: .binanceCoinFutures, symbol: "BTCUSD_PERP", kind: .inverse, base: "BTC", quote: "USD", priceDecimals: 1,
            quantityDecimals: 0, contractSize: FixedPoint(mantissa: 100), price: 68_240, size: 6, ordersPerDay: 120_000),
        .init(
            venue: .binanceCoinFutures, symbol: "ETHUSD_PERP", kind: .inverse, base: "ETH", quote: "USD", priceDecimals: 2,
            quantityDecimals: 0, contractSize: FixedPoint(mantissa: 10), price: 3519, size: 20, ordersPerDay: 60_000),
    ]

    private static let okx: [SimulatedInstrument] = [
        .init(
            venue: .okxSpot, symbol: "BTC-USDT", kind: .spot, base: "BTC", quote: "USDT", priceDecimals: 1, quantityDecimals: 8,
            price: 68_250, size: 0.011, ordersPerDay: 500_000),
        .init(
            venue: .okxSpot, symbol: "ETH-USDT", kind: .spot, base: "ETH", quote: "USDT", priceDecimals: 2, quantityDecimals: 6,
            price: 3520, size: 0.2, ordersPerDay: 300_000),
        .init(
            venue: .okxPerps, symbol: "BTC-USDT-SWAP", kind: .linear, base: "BTC", quote: "USDT", priceDecimals: 1, quantityDecimals: 2,
            contractSize: FixedPoint(mantissa: 1, scale: 2), price: 68_235, size: 3, ordersPerDay: 900_000),
        .init(
            venue: .okxPerps, symbol: "ETH-USDT-SWAP", kind: .linear, base: "ETH", quote: "USDT", priceDecimals: 2, quantityDecimals: 2,
            contractSize: FixedPoint(mantissa: 1, scale: 1), price: 3519, size: 6, ordersPerDay: 700_000),
        .init(
            venue: .okxPerps, symbol: "BTC-USD-SWAP", kind: .inverse, base: "BTC", quote: "USD", priceDecimals: 1, quantityDecimals: 1,
            contractSize: FixedPoint(mantissa: 100), price: 68_242, size: 5, ordersPerDay: 120_000),
    ]

    private static let bybit: [SimulatedInstrument] = [
        .init(
            venue: .bybitSpot, symbol: "BTCUSDT", kind: .spot, base: "BTC", quote: "USDT", priceDecimals: 1, quantityDecimals: 6,
            price: 68_252, size: 0.01, ordersPerDay: 500_000),
        .init(
            venue: .bybitSpot, symbol: "ETHUSDT", kind: .spot, base: "ETH", quote: "USDT", priceDecimals: 2, quantityDecimals: 5,
            price: 3520, size: 0.18, ordersPerDay: 300_000),
        .init(
            venue: .bybitLinear, symbol: "BTCUSDT", kind: .linear, base: "BTC", quote: "USDT", priceDecimals: 2, tick: 10,
            quantityDecimals: 3, price: 68_233, size: 0.03, ordersPerDay: 1_000_000),
        .init(
            venue: .bybitLinear, symbol: "ETHUSDT", kind: .linear, base: "ETH", quote: "USDT", priceDecimals: 2, quantityDecimals: 2,
            price: 3519, size: 0.6, ordersPerDay: 700_000),
        .init(
            venue: .bybitInverse, symbol: "BTCUSD", kind: .inverse, base: "BTC", quote: "USD", priceDecimals: 2, tick: 50,
            quantityDecimals: 0, price: 68_240, size: 900, ordersPerDay: 100_000),
    ]

    /// Further instruments of a venue, `SIM0001…`, each with prices and a pace of its own: for tests with hundreds of symbols.
    public static func further(_ count: Int, venue: Venue, seed: UInt64) -> [SimulatedInstrument] {
        guard let pattern = usual.first(where: { $0.venue == venue }) else { return [] }
        return (0..<max(0, count)).map { index in
            let number = String(index + 1)
            let base = "SIM" + String(repeating: "0", count: max(0, 4 - number.count)) + number
            var instrument = pattern
            instrument.symbol = pattern.symbol.replacingPrefix(pattern.base, by: base)
            instrument.base = base
            let draw = Mixing.hash(seed, Mixing.key(base))
            instrument.price = pattern.price * (0.01 + 0.05 * Double(draw & 0xFFFF) / 65_536)
            instrument.ordersPerDay = 4000 + Int64(draw >> 32) % 80_000
            return instrument
        }
    }
}

extension String {
    /// The text with its beginning replaced; unchanged if it does not begin so.
    func replacingPrefix(_ prefix: String, by other: String) -> String {
        hasPrefix(prefix) ? other + dropFirst(prefix.count) : self
    }
}

/// Hashes that are the same on every machine: what the market is drawn from.
enum Mixing {
    /// 64 well-mixed bits of two numbers (the finaliser of SplitMix64).
    @inline(__always)
    static func hash(_ seed: UInt64, _ value: UInt64) -> UInt64 {
        var z = (seed ^ (value &* 0xD1B5_4A32_D192_ED03)) &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z &>> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z &>> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z &>> 31)
    }

    /// FNV-1a of a name.
    static func key(_ name: String) -> UInt64 {
        name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
