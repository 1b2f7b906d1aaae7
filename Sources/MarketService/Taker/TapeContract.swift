public import MarketModel

/// A future or perpetual that has a tape and is priced in dollars, or a spot pair that has one.
public struct TapeContract: Sendable {
    /// The instrument.
    public let instrument: Instrument
    /// What is traded: `PEPE`, also where the venue counts it in thousands.
    public let coin: String
    /// What it is priced in: `USDT`, `USD`.
    public let quote: String
    /// How many coins one unit of base is.
    let multiple: Int64

    /// Creates the contract of an instrument; nil for spot, options, and what is priced in anything but dollars.
    init?(_ instrument: Instrument) {
        guard instrument.kind == .linear || instrument.kind == .inverse, let base = instrument.base, let quote = instrument.quote,
            DollarCurrency.contains(quote)
        else { return nil }
        let name = CoinName(base)
        self.instrument = instrument
        self.quote = quote
        (coin, multiple) = (name.name, name.multiple)
    }

    /// Creates the pair of a spot instrument; nil for anything else.
    init?(spot instrument: Instrument) {
        guard instrument.kind == .spot, let base = instrument.base, let quote = instrument.quote else { return nil }
        let name = CoinName(base)
        self.instrument = instrument
        self.quote = quote
        (coin, multiple) = (name.name, name.multiple)
    }
}
