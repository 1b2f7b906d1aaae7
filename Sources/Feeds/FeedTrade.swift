import MarketModel

/// Which of a venue's numberings an id belongs to.
public enum IDSpace: UInt8, Sendable, Hashable, CaseIterable {
    /// The numbering of the venue's tape: aggregates on Binance, trades elsewhere.
    case tape
    /// Binance's raw trades, which have a numbering of their own.
    case raw
}

/// A trade as a venue's live feed prints it: exact, and not yet at an instrument's scales.
public struct FeedTrade: Sendable, Hashable {
    /// The instrument, as the venue spells it.
    public var symbol: String
    /// The venue's id within the instrument and ``idSpace``.
    public var id: TradeID
    /// Event time in microseconds since 1970-01-01 UTC.
    public var time: Int64
    /// The price; more than zero where ``isTrade``.
    public var price: FixedPoint
    /// The quantity in the venue's own unit (contracts, or USD, where that is what it prints); more than zero where ``isTrade``.
    public var quantity: FixedPoint
    /// Who was the aggressor.
    public var side: TakerSide
    /// How many raw fills the row stands for; 1 where the venue does not say.
    public var fills: Int32
    /// How many ids the row stands for, the last of them ``id``: more than 1 only where a venue numbers fills and prints them merged (OKX `trades`).
    public var ids: Int32
    /// Which numbering the id belongs to.
    public var idSpace: IDSpace
    /// False for a row whose id counts as present but that is no trade of the book: an insurance fund's print, a block, an invalidated row.
    public var isTrade: Bool

    /// Creates a trade.
    public init(
        symbol: String, id: TradeID, time: Int64, price: FixedPoint, quantity: FixedPoint, side: TakerSide, fills: Int32 = 1,
        ids: Int32 = 1,
        idSpace: IDSpace = .tape, isTrade: Bool = true
    ) {
        self.symbol = symbol
        self.id = id
        self.time = time
        self.price = price
        self.quantity = quantity
        self.side = side
        self.fills = fills
        self.ids = ids
        self.idSpace = idSpace
        self.isTrade = isTrade
    }
}
