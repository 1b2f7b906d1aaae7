import MarketModel

extension Dataset where Row == BarRow {
    /// How large trades are: volume by order size, and the distribution of trade sizes.
    public static let tradeSize = Dataset(
        name: "trade_size", title: "Trade size",
        description: "Volume, count and share of small, medium and large orders, and the distribution of trade sizes, per bar.",
        columns: [orders, totals, shares, distribution, [.quality]].flatMap { $0 })

    private static let orders: [Column<BarRow>] = OrderSize.allCases.flatMap { size in
        [
            Column(
                "\(size.name)_order_volume", "\(size.name.capitalized) Order Volume", unit: "quote",
                "Notional of \(size.name) trades (\(size.range))."
            ) { .real($0.notional($0.all[size].notional)) },
            Column(
                "\(size.name)_order_count", "\(size.name.capitalized) Order Count", unit: "trades", type: .integer,
                "Count of \(size.name) trades (\(size.range))."
            ) { .integer($0.all[size].count) },
        ]
    }

    private static let totals: [Column<BarRow>] = [
        Column("volume", "Volume", unit: "base", "Base quantity of all trades.") { .real($0.base($0.all.base)) },
        Column("n_trades", "Trades", unit: "trades", type: .integer, "Count of all trades (tape rows).") { .integer($0.all.count) },
    ]

    private static let shares: [Column<BarRow>] =
        OrderSize.allCases.map { size in
            Column(
                "\(size.name)_order_percentage", "\(size.name.capitalized) Order %", unit: "quote per base",
                "\(size.name)_order_volume ÷ volume, as the vendor documents it: notional over base, so not a share."
            ) { .real($0.notionalPerBase($0.all[size].notional, $0.all.base)) }
        }
        + OrderSize.allCases.map { size in
            Column(
                "\(size.name)_order_count_percentage", "\(size.name.capitalized) Count %", unit: "ratio",
                "\(size.name)_order_count ÷ n_trades, 0…1."
            ) { .real(ExactQuotient.nearest(Int128($0.all[size].count), over: Int128($0.all.count))) }
        }

    private static let distribution: [Column<BarRow>] = [
        Column("trade_amount_mean", "Trade Amount Mean", unit: "base", "Mean base quantity of a trade: volume ÷ n_trades.") {
            .real(ExactQuotient.nearest($0.all.base, over: Int128($0.all.count), tenTo: $0.valuation.baseScale))
        },
        Column(
            "trade_amount_median", "Trade Amount Median", unit: "base", needs: .sizeMedian,
            "Median base quantity of a trade; of an even number the mean of the two in the middle."
        ) { row in
            .real(row.bar.order.sizeMiddles.flatMap { ExactQuotient.nearest($0, over: 2, tenTo: row.valuation.baseScale) })
        },
        Column(
            "trade_amount_std", "Trade Amount Std", unit: "base", needs: .sizeMoments,
            "Sample standard deviation (ddof 1) of base quantities; null for one trade."
        ) { .real($0.bar.sizeMoments.deviation(scale: $0.valuation.baseScale)) },
        Column(
            "trade_amount_variance", "Trade Amount Variance", unit: "base²", needs: .sizeMoments,
            "Sample variance (ddof 1) of base quantities; null for one trade."
        ) { .real($0.bar.sizeMoments.variance(scale: $0.valuation.baseScale)) },
        Column(
            "trade_amount_skewness", "Trade Amount Skewness", unit: "score", needs: .sizeMoments,
            "m₃ ÷ m₂^1.5 of base quantities, population moments; null where all are equal."
        ) { .real($0.bar.sizeMoments.skewness) },
        Column(
            "trade_amount_kurtosis", "Trade Amount Kurtosis", unit: "score", needs: .sizeMoments,
            "m₄ ÷ m₂² − 3 of base quantities, population moments; null where all are equal."
        ) { .real($0.bar.sizeMoments.excessKurtosis) },
        Column("trade_amount_min", "Trade Amount Min", unit: "base", needs: .sizeMoments, "Least base quantity of a trade.") {
            .real($0.base($0.bar.sizes.least))
        },
        Column("trade_amount_max", "Trade Amount Max", unit: "base", needs: .sizeMoments, "Greatest base quantity of a trade.") {
            .real($0.base($0.bar.sizes.greatest))
        },
        Column(
            "trade_amount_range_ratio", "Trade Amount Range Ratio", unit: "ratio", needs: .sizeMoments,
            "trade_amount_max ÷ trade_amount_min."
        ) { .real(ExactQuotient.nearest($0.bar.sizes.greatest, over: $0.bar.sizes.least)) },
        Column(
            "trade_amount_cv", "Trade Amount CV", unit: "ratio", needs: .sizeMoments,
            "Coefficient of variation: trade_amount_std ÷ trade_amount_mean."
        ) {
            let mean = ExactQuotient.nearest($0.all.base, over: Int128($0.all.count), tenTo: $0.valuation.baseScale)
            return .real(quotient($0.bar.sizeMoments.deviation(scale: $0.valuation.baseScale), mean))
        },
    ]
}
