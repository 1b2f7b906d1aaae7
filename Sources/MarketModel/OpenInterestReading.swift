/// What a history says of a contract's open interest at one moment: in coins, in USD, or in both.
public struct OpenInterestReading: Sendable, Hashable {
    /// The contract.
    public var contract: OpenInterestContract
    /// In base coins of one side; nil where the history has no coins.
    public var quantity: FixedPoint?
    /// In USD of one side; nil where the history has no USD.
    public var usd: FixedPoint?
    /// When, in microseconds since 1970-01-01 UTC.
    public var time: Int64

    /// Creates a reading.
    public init(contract: OpenInterestContract, quantity: FixedPoint?, usd: FixedPoint?, time: Int64) {
        self.contract = contract
        self.quantity = quantity
        self.usd = usd
        self.time = time
    }

    /// The whole sample.
    ///
    /// - Parameter price: of one coin in USD at that time, which gives what the history does not have.
    /// - Returns: nil where a number is negative, or what is missing cannot be worked out.
    public func sample(price: FixedPoint? = nil) -> OpenInterestSample? {
        let value: OpenInterest? =
            switch (quantity, usd, price) {
            case (let quantity?, let usd?, _):
                quantity.mantissa >= 0 && usd.mantissa >= 0 ? OpenInterest(quantity: quantity, usd: usd) : nil
            case (let quantity?, nil, let price?): OpenInterest(quantity: quantity, price: price)
            case (nil, let usd?, let price?): OpenInterest(usd: usd, price: price)
            default: nil
            }
        return value.map { OpenInterestSample(contract: contract, value: $0, time: time) }
    }
}

extension OpenInterestContract {
    /// The contract that a venue's own symbol names, as far as the symbol alone tells; nil for one that does not.
    ///
    ///     OpenInterestContract(venue: .binanceFutures, symbol: "1000PEPEUSDT")      // PEPE/USDT, stable
    public init?(venue: Venue, symbol: String) {
        guard let atlas = AtlasSymbol(native: symbol, venue: venue), atlas.type != .spot, let settlement = atlas.margin else { return nil }
        let margin: MarginKind =
            switch venue {
            case .binanceCoinFutures, .bybitInverse: .coin
            // Linear contracts settle in what they are quoted in.
            case .binanceFutures, .bybitLinear: MarginKind(settlement: atlas.quote)
            default: MarginKind(settlement: settlement)
            }
        self.init(venue: venue, symbol: symbol, coin: CoinName(atlas.base).name, quote: atlas.quote, margin: margin)
    }
}
