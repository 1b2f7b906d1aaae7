import MarketModel

extension Dataset where Row == BasketRow {
    /// The datasets of baskets, in the order of those of instruments: what adds up over members.
    public static let all: [Dataset<BasketRow>] = [.flow, .tradeSize, .upDownTicks, .vtwap, .ohlcv]

    /// The dataset of a name, or nil.
    public static func named(_ name: some StringProtocol) -> Dataset<BasketRow>? {
        all.first { $0.name == name }
    }

    /// Whether it tells prices of the coin that all members trade: a basket of several does not have it.
    public var isOfOneCoin: Bool { [Self.vtwap.name, Self.ohlcv.name].contains(name) }

    /// Who hit the market, how much, and in what sizes.
    public static let flow = Dataset(
        name: Dataset<BarRow>.flow.name, title: "Order flow of a basket",
        description: "What takers bought and sold of all members together, in dollars and coins, and by order size, per bar.",
        columns: [
            Column("taker_buy_notional", "Taker Buy Notional", unit: "USD", "What takers bought.") { .real($0.bar.buy.notional.nearest) },
            Column("taker_sell_notional", "Taker Sell Notional", unit: "USD", "What takers sold.") { .real($0.bar.sell.notional.nearest) },
            Column("volume_delta_notional", "Volume Delta Notional", unit: "USD", "taker_buy_notional − taker_sell_notional.") {
                .real($0.delta.notional.nearest)
            },
            .notional,
            Column("taker_buy_count", "Taker Buy Count", unit: "trades", type: .integer, "How many trades takers bought in.") {
                .integer($0.bar.buyCount)
            },
            Column("taker_sell_count", "Taker Sell Count", unit: "trades", type: .integer, "How many trades takers sold in.") {
                .integer($0.bar.sellCount)
            },
            .tradeCount,
            .coins("taker_buy_volume", "Taker Buy Volume", "What takers bought") { $0.bar.buy.base },
            .coins("taker_sell_volume", "Taker Sell Volume", "What takers sold") { $0.bar.sell.base },
            .coins("volume_delta", "Volume Delta", "taker_buy_volume − taker_sell_volume") { $0.delta.base },
            .volume, .vwap,
        ] + sizes(.buy) + sizes(.sell) + Column.basketTail)

    private static func sizes(_ side: TakerSide) -> [Column<BasketRow>] {
        OrderSize.allCases.flatMap { size -> [Column<BasketRow>] in
            let label = "\(side.name.capitalized) \(size.name.capitalized)"
            return [
                Column(
                    "taker_\(side.name)_\(size.name)_order_volume", "\(label) Order Volume", unit: "USD",
                    "Notional of \(size.name) taker \(side.name)s (\(size.range))."
                ) { .real($0.bar[side, size].notional.nearest) },
                Column(
                    "taker_\(side.name)_\(size.name)_order_count", "\(label) Order Count", unit: "trades", type: .integer,
                    "Count of \(size.name) taker \(side.name)s (\(size.range))."
                ) { .integer($0.bar[side, size].count) },
            ]
        }
    }

    /// How large trades are.
    public static let tradeSize = Dataset(
        name: Dataset<BarRow>.tradeSize.name, title: "Trade size of a basket",
        description: "Volume and count of small, medium and large orders of all members together, per bar.",
        columns: sizes + [
            .volume,
            Column("n_trades", "Trades", unit: "trades", type: .integer, "Count of all trades (tape rows).") { .integer($0.bar.count) },
        ] + sizeShares + [
            Column(
                "trade_amount_mean", "Trade Amount Mean", unit: "base",
                "Mean base quantity of a trade: volume ÷ n_trades; null where members trade several coins."
            ) { .real($0.perTrade($0.total.base)) }
        ] + Column.basketTail)

    private static let sizes: [Column<BasketRow>] = OrderSize.allCases.flatMap { size -> [Column<BasketRow>] in
        [
            Column(
                "\(size.name)_order_volume", "\(size.name.capitalized) Order Volume", unit: "USD",
                "Notional of \(size.name) trades (\(size.range))."
            ) { .real($0.bar.orders(size)?.notional.nearest) },
            Column(
                "\(size.name)_order_count", "\(size.name.capitalized) Order Count", unit: "trades", type: .integer,
                "Count of \(size.name) trades (\(size.range))."
            ) { .integer($0.bar.orders(size)?.count ?? 0) },
        ]
    }

    private static let sizeShares: [Column<BasketRow>] = OrderSize.allCases.map { size in
        Column(
            "\(size.name)_order_count_percentage", "\(size.name.capitalized) Count %", unit: "ratio",
            "\(size.name)_order_count ÷ n_trades, 0…1."
        ) { row in .real(row.bar.orders(size).flatMap { ExactQuotient.nearest(Int128($0.count), over: Int128(row.bar.count)) }) }
    }

    /// Average prices.
    public static let vtwap = Dataset(
        name: Dataset<BarRow>.vtwap.name, title: "VWAP and TWAP of a basket",
        description: "Average prices of the coin that all members trade, by volume and by trade, per bar.",
        columns: [
            .vwap,
            Column(
                "twap", "TWAP", unit: "USD", needs: .prices,
                "Arithmetic mean of all trades' prices of a coin, each trade counting once, whatever its member."
            ) { .real($0.perTrade($0.bar.prices.total)) },
            .tradeCount,
        ] + Column.basketTail)

    /// Candles.
    public static let ohlcv = Dataset(
        name: Dataset<BarRow>.ohlcv.name, title: "OHLCV of a basket",
        description: """
            Open, high, low and close price of the coin that all members trade, those of each member weighted by the coins that it traded \
            in the bar, and volume, per bar.
            """,
        columns: [
            Column("open", "Open", unit: "USD", needs: .prices, weighted("first prices")) { .real($0.perCoin($0.bar.prices.open)) },
            Column("high", "High", unit: "USD", needs: .prices, weighted("highest prices")) { .real($0.perCoin($0.bar.prices.high)) },
            Column("low", "Low", unit: "USD", needs: .prices, weighted("lowest prices")) { .real($0.perCoin($0.bar.prices.low)) },
            Column("close", "Close", unit: "USD", needs: .prices, weighted("last prices")) { .real($0.perCoin($0.bar.prices.close)) },
            .volume, .notional, .tradeCount, .vwap,
        ] + Column.basketTail)

    private static func weighted(_ what: String) -> String {
        "The mean of the \(what) of the members that traded, of one coin, weighted by the coins that each traded in the bar."
    }
}
