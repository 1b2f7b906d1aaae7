import MarketModel

extension Dataset where Row == BarRow {
    /// Candles.
    public static let ohlcv = Dataset(
        name: "ohlcv", title: "OHLCV", description: "Open, high, low and close price, and volume, per bar.",
        columns: [
            Column("open", "Open", unit: "quote", needs: .prices, "Price of the first trade.") {
                .real($0.price(Int128($0.bar.prices.open)))
            },
            Column("high", "High", unit: "quote", needs: .prices, "Highest price.") { .real($0.price(Int128($0.bar.prices.high))) },
            Column("low", "Low", unit: "quote", needs: .prices, "Lowest price.") { .real($0.price(Int128($0.bar.prices.low))) },
            Column("close", "Close", unit: "quote", needs: .prices, "Price of the last trade.") {
                .real($0.price(Int128($0.bar.prices.close)))
            },
            Column("volume", "Volume", unit: "base", "Base quantity of all trades.") { .real($0.base($0.all.base)) },
            Column("volume_notional", "Notional", unit: "quote", "Notional of all trades.") { .real($0.notional($0.all.notional)) },
            .tradeCount, .quality,
        ])
}
