import MarketModel

/// A format that is known by the names in its header, whatever their order.
struct KnownFormat: Sendable {
    var name: String
    /// Names that must all be there.
    var signature: [String]
    var time: String
    var price: String
    var quantity: String
    var side: String
    var sideMeaning = SideMeaning.taker
    var id: String?
    var tradeIDs: TradeIDKind?
    var firstID: String?
    var lastID: String?
    var symbol: String?

    static let all: [KnownFormat] = [
        // agg_trade_id,price,quantity,first_trade_id,last_trade_id,transact_time,is_buyer_maker
        KnownFormat(
            name: "Binance aggTrades", signature: ["agg_trade_id", "first_trade_id", "last_trade_id"], time: "transact_time",
            price: "price", quantity: "quantity", side: "is_buyer_maker", sideMeaning: .buyerIsMaker, id: "agg_trade_id",
            tradeIDs: .contiguous, firstID: "first_trade_id", lastID: "last_trade_id"),
        // id,price,qty,quote_qty,time,is_buyer_maker
        KnownFormat(
            name: "Binance trades", signature: ["qty", "quote_qty"], time: "time", price: "price", quantity: "qty", side: "is_buyer_maker",
            sideMeaning: .buyerIsMaker, id: "id", tradeIDs: .contiguous),
        // id,price,qty,base_qty,time,is_buyer_maker
        KnownFormat(
            name: "Binance COIN-M trades", signature: ["qty", "base_qty"], time: "time", price: "price", quantity: "qty",
            side: "is_buyer_maker", sideMeaning: .buyerIsMaker, id: "id", tradeIDs: .contiguous),
        // timestamp,symbol,side,size,price,tickDirection,trdMatchID,grossValue,homeNotional,foreignNotional[,RPI]
        KnownFormat(
            name: "Bybit trades", signature: ["trdmatchid", "tickdirection"], time: "timestamp", price: "price", quantity: "size",
            side: "side", id: "trdmatchid", tradeIDs: .uuid, symbol: "symbol"),
        // id,timestamp,price,volume,side[,rpi]; the id begins again in each file, so it identifies nothing
        KnownFormat(
            name: "Bybit spot trades", signature: ["id", "volume"], time: "timestamp", price: "price", quantity: "volume", side: "side",
            id: nil, tradeIDs: TradeIDKind.none),
        // instrument_name,trade_id,side,price,size,created_time[,source]
        KnownFormat(
            name: "OKX trades", signature: ["instrument_name", "created_time"], time: "created_time", price: "price", quantity: "size",
            side: "side", id: "trade_id", tradeIDs: .contiguous, symbol: "instrument_name"),
        // the same in older files, which hold one instrument and do not name it
        KnownFormat(
            name: "OKX trades", signature: ["trade_id", "created_time", "size"], time: "created_time", price: "price", quantity: "size",
            side: "side", id: "trade_id", tradeIDs: .contiguous),
        // exchange,symbol,timestamp,local_timestamp,id,side,price,amount
        KnownFormat(
            name: "tardis trades", signature: ["exchange", "local_timestamp", "amount"], time: "timestamp", price: "price",
            quantity: "amount", side: "side", id: "id", symbol: "symbol"),
    ]

    /// Names by which other CSVs call their columns.
    static let synonyms: [(role: String, names: Set<String>)] = [
        (
            "timestamp",
            ["timestamp", "time", "ts", "transact_time", "trade_time", "created_time", "exchange_timestamp", "datetime", "date"]
        ),
        ("price", ["price", "px", "p", "trade_price"]),
        ("quantity", ["quantity", "qty", "size", "sz", "volume", "amount", "q"]),
        (
            "side",
            ["side", "taker_side", "aggressor_side", "aggressor", "direction", "is_buyer_maker", "isbuyermaker", "buyer_is_maker", "m"]
        ),
        ("id", ["id", "trade_id", "tradeid", "agg_trade_id", "aggtradeid", "trdmatchid"]),
        ("symbol", ["symbol", "instrument", "instrument_name", "instid"]),
    ]

    /// Whether a column of this name says that the buyer was the maker.
    static func saysMaker(_ name: String) -> Bool { name.contains("maker") || name == "m" }
}
