import MarketModel

/// What a venue's figure of a contract's open interest counts.
public struct OpenInterestTerms: Sendable, Hashable {
    /// What one of ``size`` is.
    public enum Unit: Sendable, Hashable {
        /// Of what the price is of: linear contracts.
        case base
        /// Of the currency of the price: inverse contracts.
        case quote
        /// Of a coin that the contract settles in, at its worth: quanto contracts.
        case settlement(String)
    }

    /// The contract.
    public var contract: OpenInterestContract
    /// What ``size`` is of.
    public var unit: Unit
    /// How much of the unit one is; more than zero.
    public var size: FixedPoint
    /// How many coins the price is of: 1000 for `1000PEPE`.
    public var multiple: Int64
    /// The currency of the price.
    public var priced: String
    /// Whether it never ends, so that its price is the coin's.
    public var isPerpetual: Bool
    /// The part of the venue that lists it.
    public var part = ""

    /// Creates the terms of a contract.
    ///
    /// - Parameters:
    ///   - coin: as the venue writes it: `XBT`, `1000PEPE`.
    ///   - priced: the currency of the price, if it is not `quote`.
    public init(
        venue: Venue, symbol: String, coin: String, quote: String, margin: MarginKind, unit: Unit,
        size: FixedPoint = FixedPoint(mantissa: 1),
        priced: String? = nil, isPerpetual: Bool = true
    ) {
        let coin = CoinName(coin)
        let quote = CoinName(quote).name
        contract = OpenInterestContract(venue: venue, symbol: symbol, coin: coin.name, quote: quote, margin: margin)
        self.unit = unit
        self.size = size
        multiple = coin.multiple
        self.priced = priced ?? quote
        self.isPerpetual = isPerpetual
    }

    /// Whether an amount of a currency is taken for as much in USD.
    static func isDollar(_ currency: String) -> Bool { dollars.contains(currency) }

    private static let dollars: Set<String> = [
        "USD", "USDT", "USDC", "FDUSD", "BUSD", "TUSD", "DAI", "USDE", "USD1", "RLUSD", "PYUSD",
    ]

    /// Open interest of an amount in the venue's unit.
    ///
    /// - Parameters:
    ///   - amount: of one side; not negative.
    ///   - price: the mark price; nil where it is not known.
    ///   - worth: what a coin is worth in USD, as far as that is known.
    func value(of amount: FixedPoint, price: FixedPoint?, worth: (String) -> FixedPoint?) -> Result<OpenInterest, OpenInterestFault> {
        guard amount.mantissa > 0 else {
            let none = FixedPoint(mantissa: 0)
            return .success(OpenInterest(quantity: none, usd: none))
        }
        guard let price, price.mantissa > 0 else { return .failure(.noPrice) }
        let currency = if case .settlement(let coin) = unit { coin } else { priced }
        guard let rate = Self.isDollar(currency) ? FixedPoint(mantissa: 1) : worth(currency), rate.mantissa > 0 else {
            return .failure(.noPrice)
        }
        let usd: FixedPoint?
        let units: FixedPoint?
        let most = 18
        let total = amount.times(size, decimals: most)
        switch unit {
        case .base:
            units = total
            usd = units?.times(price, decimals: most)?.times(rate, decimals: OpenInterest.decimals)
        case .quote:
            units = total?.over(price, decimals: most)
            usd = total?.times(rate, decimals: OpenInterest.decimals)
        case .settlement:
            let worth = total?.times(rate, decimals: most)
            units = worth?.over(price, decimals: most)
            usd = worth?.times(FixedPoint(mantissa: 1), decimals: OpenInterest.decimals)
        }
        guard let usd, let quantity = units?.times(FixedPoint(mantissa: multiple), decimals: OpenInterest.decimals) else {
            return .failure(.tooLarge)
        }
        return .success(OpenInterest(quantity: quantity, usd: usd))
    }
}
