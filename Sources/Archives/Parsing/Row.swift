import MarketModel

/// What one line of text turned out to be.
enum Row {
    case trade(ParsedTrade)
    /// Zero price or quantity: not a trade, but its id is present.
    case zero(id: TradeID, time: Int64)
    case otherSymbol
    /// A blank line, or the header once more.
    case nothing
    case rejected(String)
}

/// A trade whose numbers are still at their own scales.
struct ParsedTrade {
    var id: TradeID
    var time: Int64
    var price: FixedPoint
    var quantity: FixedPoint
    var side: TakerSide
    var fills: Int32
}
