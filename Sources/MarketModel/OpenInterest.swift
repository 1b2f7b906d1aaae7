/// What margins a contract, by which its open interest is told apart.
public enum MarginKind: String, Sendable, Hashable, CaseIterable {
    /// The coin itself or another one: inverse contracts, and what settles in BTC or ETH.
    case coin
    /// A stablecoin or cash: what settles in USDT, USDC, USD and the like.
    case stable

    /// What margins a contract that settles in a currency.
    ///
    ///     MarginKind(settlement: "USDC")      // .stable
    public init(settlement currency: String) {
        self = MarginKind.stableCurrencies.contains(currency.uppercased()) ? .stable : .coin
    }

    private static let stableCurrencies: Set<String> = [
        "USDT", "USDC", "FDUSD", "BUSD", "TUSD", "DAI", "USDE", "USD1", "RLUSD", "PYUSD", "USD", "EUR", "GBP", "JPY", "KRW", "TRY", "BRL",
    ]
}

/// A contract whose open interest a venue tells.
public struct OpenInterestContract: Sendable, Hashable {
    /// The venue.
    public var venue: Venue
    /// The venue's own symbol.
    public var symbol: String
    /// What is traded: `BTC`, also where the venue counts it in thousands (`1000PEPE` is `PEPE`).
    public var coin: String
    /// What it is priced in: `USDT`, `USD`.
    public var quote: String
    /// What margins it.
    public var margin: MarginKind

    /// Creates a contract.
    public init(venue: Venue, symbol: String, coin: String, quote: String, margin: MarginKind) {
        self.venue = venue
        self.symbol = symbol
        self.coin = coin
        self.quote = quote
        self.margin = margin
    }

    /// An option as a contract of which something is open.
    public init(_ option: OptionContract) {
        self.init(
            venue: option.family.venue, symbol: option.symbol, coin: option.coin, quote: option.quote,
            margin: MarginKind(settlement: option.settlement))
    }
}

/// Open interest of one side: what all long positions hold together, which is what all short ones hold.
public struct OpenInterest: Sendable, Hashable {
    /// How many decimals are kept at most, in base coin and in USD; fewer where 18 digits do not hold them.
    public static let decimals = 8

    /// In base coins; not negative.
    public var quantity: FixedPoint
    /// In USD at the venue's mark price of that moment; not negative.
    public var usd: FixedPoint

    /// Creates a value.
    public init(quantity: FixedPoint, usd: FixedPoint) {
        self.quantity = quantity
        self.usd = usd
    }

    /// Of a number of base coins at a price in USD.
    ///
    /// - Returns: nil where a number is negative, the price not above zero, or the product beyond 18 digits.
    public init?(quantity: FixedPoint, price: FixedPoint) {
        guard quantity.mantissa >= 0, price.mantissa > 0, let usd = quantity.times(price, decimals: OpenInterest.decimals) else {
            return nil
        }
        self.init(quantity: quantity, usd: usd)
    }

    /// Of an amount in USD at a price: inverse contracts.
    ///
    /// - Returns: nil where a number is negative or the price not above zero.
    public init?(usd: FixedPoint, price: FixedPoint) {
        guard usd.mantissa >= 0, price.mantissa > 0, let quantity = usd.over(price, decimals: OpenInterest.decimals) else { return nil }
        self.init(quantity: quantity, usd: usd)
    }
}

/// What a venue says of a contract's open interest at one moment.
public struct OpenInterestSample: Sendable, Hashable {
    /// The contract.
    public var contract: OpenInterestContract
    /// How much there is.
    public var value: OpenInterest
    /// When, in microseconds since 1970-01-01 UTC: the venue's own time where it gives one, else when its answer came.
    public var time: Int64

    /// Creates a sample.
    public init(contract: OpenInterestContract, value: OpenInterest, time: Int64) {
        self.contract = contract
        self.value = value
        self.time = time
    }
}
