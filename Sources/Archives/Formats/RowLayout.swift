import MarketModel

/// Where the values of a trade stand in a row, and how they are written: all that the row parser needs to know of a format.
struct RowLayout: Sendable, Hashable {
    /// What the format is called.
    var name: String
    /// Between fields.
    var separator: UInt8 = UInt8(ascii: ",")
    /// How many fields a row has.
    var columnCount: Int
    var time: Int
    var price: Int
    var quantity: Int
    var side: Int?
    var id: Int?
    /// First and last raw id, from which the fills follow.
    var fills: FillColumns?
    var symbol: Int?
    /// What the id column is; `.none` also where there is no such column or it does not identify a trade.
    var tradeIDs: TradeIDKind = .none
    var sideMeaning = SideMeaning.taker
    /// The header line, without its end; rows equal to it are headers again, as in files joined end to end.
    var header: [UInt8]?
    /// The unit of integer times in the sample, in words.
    var timeUnit = "ms"
    /// Whether the hot parser knows these rows.
    var aggTrades: AggTradesVariant?

    struct FillColumns: Sendable, Hashable {
        var first: Int
        var last: Int
    }

    /// The two column orders of Binance's aggTrades dumps.
    enum AggTradesVariant: Sendable, Hashable {
        /// id, price, quantity, first, last, time, is_buyer_maker
        case futures
        /// the same and is_best_match
        case spot
    }

    /// In words: name, header or not, time unit.
    var description: String { "\(name) CSV, \(header == nil ? "no header" : "header"), \(timeUnit)" }
}

/// What `true` in a side column means.
enum SideMeaning: Sendable, Hashable {
    /// The column names the taker: buy, sell; `true` would be a buy.
    case taker
    /// The column says whether the buyer was the maker: `true` is a taker sell.
    case buyerIsMaker
}
