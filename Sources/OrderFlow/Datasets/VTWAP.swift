import MarketModel

extension Dataset where Row == BarRow {
    /// Average prices.
    public static let vtwap = Dataset(
        name: "vtwap", title: "VWAP and TWAP", description: "Average prices by volume and by trade, per bar.",
        columns: [
            Column("vwap", "VWAP", unit: "quote", "Volume-weighted average price: Σ notional ÷ Σ base quantity.") {
                .real($0.notionalPerBase($0.all.notional, $0.all.base))
            },
            Column(
                "twap", "TWAP", unit: "quote", needs: .prices,
                "Arithmetic mean of the trades' prices, each trade counting once: what the vendor calls TWAP."
            ) { .real($0.meanPrice) },
            .tradeCount, .quality,
        ])
}
