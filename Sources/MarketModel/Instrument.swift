/// What kind of contract an instrument is, and so what its quantities count.
public enum InstrumentKind: String, Sendable, Hashable, CaseIterable {
    /// Coin against coin or cash; quantity is base.
    case spot
    /// A future or perpetual margined in the quote currency; quantity is base, or contracts of a fixed amount of base.
    case linear
    /// A future or perpetual margined in the base coin; quantity is contracts of a fixed amount of quote currency.
    case inverse
    /// An option; quantity is contracts of a fixed amount of the underlying.
    case option
}

/// An instrument: one native symbol of one venue, with all that is needed to turn its tape rows into base quantity and notional.
///
/// - Linear, spot, option: base = quantity × ``contractSize``, notional = price × base.
/// - Inverse: notional = quantity × ``contractSize``, base = notional ÷ price.
public struct Instrument: Sendable, Hashable, CustomStringConvertible {
    /// Where it trades.
    public var venue: Venue
    /// The venue's own symbol, UTF-8, exactly as the venue spells it.
    public var symbol: String
    /// What kind of contract it is.
    public var kind: InstrumentKind
    /// The base asset, upper case, where known.
    public var base: String?
    /// The quote currency, upper case, where known.
    public var quote: String?
    /// The universal symbol, where the parts are known.
    public var atlas: AtlasSymbol?
    /// Base per contract (linear, option) or quote currency per contract (inverse); 1 where quantity is base already.
    public var contractSize: FixedPoint
    /// How its trades are numbered.
    public var tradeIDs: TradeIDKind

    /// Creates an instrument.
    public init(
        venue: Venue, symbol: String, kind: InstrumentKind, base: String? = nil, quote: String? = nil, atlas: AtlasSymbol? = nil,
        contractSize: FixedPoint = FixedPoint(mantissa: 1), tradeIDs: TradeIDKind
    ) {
        self.venue = venue
        self.symbol = symbol
        self.kind = kind
        self.base = base
        self.quote = quote
        self.atlas = atlas
        self.contractSize = contractSize
        self.tradeIDs = tradeIDs
    }

    public var description: String { "\(venue.name) \(symbol)" }
}

extension Instrument {
    /// The instrument that a venue's symbol names, as far as the symbol itself tells.
    ///
    /// The contract size is left at 1 here; for contracts it comes from the venue, from ``ContractSizes`` or from the user.
    ///
    ///     Instrument(venue: .binanceSpot, symbol: "BTCUSDT").atlas        // spot-BTC-USDT
    ///     Instrument(venue: .okxPerps, symbol: "BTC-USD-SWAP").kind       // inverse
    public init(venue: Venue, symbol: String) {
        let atlas = AtlasSymbol(native: symbol, venue: venue)
        let kind: InstrumentKind =
            switch venue {
            case .binanceCoinFutures, .bybitInverse: .inverse
            case .binanceFutures, .bybitLinear, .hyperliquidPerps: .linear
            case .okxOptions: .option
            case .okxPerps, .deribit: atlas?.isInverse == true ? .inverse : .linear
            default: .spot
            }
        self.init(
            venue: venue, symbol: symbol, kind: kind, base: atlas?.base, quote: atlas?.quote, atlas: atlas, tradeIDs: venue.tradeIDs)
    }

    /// Whether quantity counts contracts, so that a contract size has to be known.
    public var countsContracts: Bool {
        switch kind {
        case .spot: false
        case .linear: venue == .okxPerps
        // Bybit prints inverse quantities in US dollars: contracts of 1 USD.
        case .inverse, .option: venue != .bybitInverse
        }
    }
}
