import MarketModel

extension Dataset where Row == BarRow {
    /// How taker sides follow one another.
    public static let runStructure = Dataset(
        name: "run_structure", title: "Run structure",
        description: """
            Runs of successive trades of one taker side, and the flips between sides, per bar. A trade of unknown side ends a run and is in \
            none.
            """,
        columns: [
            Column(
                "buy_run_max_len", "Longest Buy Run", unit: "trades", type: .integer, needs: .runs,
                "Trades in the longest run of taker buys; 0 if there is none."
            ) { .integer($0.bar.runs.longestBuy) },
            Column(
                "sell_run_max_len", "Longest Sell Run", unit: "trades", type: .integer, needs: .runs,
                "Trades in the longest run of taker sells; 0 if there is none."
            ) { .integer($0.bar.runs.longestSell) },
            Column(
                "buy_run_mean_len", "Mean Buy Run", unit: "trades", needs: .runs,
                "Mean length of the runs of taker buys; null if there is none."
            ) {
                .real(ExactQuotient.nearest(Int128($0.buy.count), over: Int128($0.bar.runs.buyRuns)))
            },
            Column(
                "sell_run_mean_len", "Mean Sell Run", unit: "trades", needs: .runs,
                "Mean length of the runs of taker sells; null if there is none."
            ) {
                .real(ExactQuotient.nearest(Int128($0.sell.count), over: Int128($0.bar.runs.sellRuns)))
            },
            Column(
                "run_imbalance", "Run Imbalance", unit: "ratio", needs: .runs,
                "(buy_run_max_len − sell_run_max_len) ÷ (buy_run_max_len + sell_run_max_len), −1…1."
            ) {
                let runs = $0.bar.runs
                return .real(
                    ExactQuotient.nearest(Int128(runs.longestBuy - runs.longestSell), over: Int128(runs.longestBuy + runs.longestSell)))
            },
            Column(
                "flip_rate", "Flip Rate", unit: "ratio", needs: .runs,
                "Trades whose side differs from that of the trade before ÷ trades that have one before, 0…1; null for one trade."
            ) { .real(ExactQuotient.nearest(Int128($0.bar.runs.flips), over: Int128($0.all.count - 1))) },
            Column(
                "price_change_on_flip", "Price Change on Flip", unit: "ratio", needs: .runs,
                "Mean of |pᵢ − pᵢ₋₁| ÷ pᵢ₋₁ over the trades whose side differs from that of the trade before; null if there is none."
            ) { .real($0.bar.runs.flips > 0 ? $0.bar.runs.change / Double($0.bar.runs.flips) : nil) },
            .tradeCount, .quality,
        ])
}
