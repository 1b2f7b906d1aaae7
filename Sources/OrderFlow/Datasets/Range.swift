import MarketModel

extension Dataset where Row == BarRow {
    /// How prices are distributed inside a bar.
    public static let range = Dataset(
        name: "range", title: "Price range",
        description: "The range and the distribution of trade prices, each trade counting once, per bar.",
        columns: [extent, moments, [.tradeCount, .quality]].flatMap { $0 })

    private static let extent: [Column<BarRow>] = [
        Column("range", "Range", unit: "quote", needs: .prices, "Highest price − lowest price.") {
            .real($0.price(Int128($0.bar.prices.high - $0.bar.prices.low)))
        },
        Column("range_bps", "Range (bps)", unit: "bps", needs: .prices, "range ÷ close × 10,000.") {
            .real(ExactQuotient.nearest(Int128($0.bar.prices.high - $0.bar.prices.low) * 10_000, over: Int128($0.bar.prices.close)))
        },
    ]

    private static let moments: [Column<BarRow>] = [
        Column("price_mean", "Price Mean", unit: "quote", needs: .prices, "Mean of the trades' prices, unweighted.") {
            .real($0.meanPrice)
        },
        Column(
            "price_median", "Price Median", unit: "quote", needs: .priceMedian,
            "Median of the trades' prices; of an even number the mean of the two in the middle."
        ) { row in
            .real(row.bar.order.priceMiddles.flatMap { ExactQuotient.nearest($0, over: 2, tenTo: row.valuation.priceScale) })
        },
        Column(
            "price_std", "Price Std", unit: "quote", needs: .priceMoments,
            "Sample standard deviation (ddof 1) of prices; null for one trade."
        ) {
            .real($0.bar.priceMoments.deviation(scale: $0.valuation.priceScale))
        },
        Column(
            "price_variance", "Price Variance", unit: "quote²", needs: .priceMoments,
            "Sample variance (ddof 1) of prices; null for one trade."
        ) {
            .real($0.bar.priceMoments.variance(scale: $0.valuation.priceScale))
        },
        Column(
            "price_skewness", "Price Skewness", unit: "score", needs: .priceMoments,
            "m₃ ÷ m₂^1.5 of prices, population moments; null where all are equal."
        ) { .real($0.bar.priceMoments.skewness) },
        Column(
            "price_kurtosis", "Price Kurtosis", unit: "score", needs: .priceMoments,
            "m₄ ÷ m₂² − 3 of prices, population moments; null where all are equal."
        ) { .real($0.bar.priceMoments.excessKurtosis) },
        Column("price_range_ratio", "Price Range Ratio", unit: "ratio", needs: .prices, "Highest price ÷ lowest price.") {
            .real(ExactQuotient.nearest(Int128($0.bar.prices.high), over: Int128($0.bar.prices.low)))
        },
        Column(
            "price_cv", "Price CV", unit: "ratio", needs: [.prices, .priceMoments],
            "Coefficient of variation: price_std ÷ price_mean."
        ) {
            .real(quotient($0.bar.priceMoments.deviation(scale: $0.valuation.priceScale), $0.meanPrice))
        },
    ]
}
