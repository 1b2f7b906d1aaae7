import MarketModel

extension Dataset where Row == BarRow {
    /// The variance, jumps and persistence of trade-to-trade returns.
    public static let returns = Dataset(
        name: "returns", title: "Returns",
        description: "Statistics of the logarithmic returns from trade to trade, rᵢ = ln(pᵢ ÷ pᵢ₋₁) for i >= 2, per bar.",
        columns: [
            Column(
                "logret_var", "Log Return Variance", unit: "log return²", needs: .returns,
                "Sample variance (ddof 1) of rᵢ; null for fewer than two returns."
            ) { .real($0.bar.returns.variance) },
            Column("realized_vol", "Realized Volatility", unit: "log return", needs: .returns, "√Σ rᵢ²; 0 for one trade.") {
                .real($0.bar.returns.squares.squareRoot())
            },
            Column(
                "bipower_variation", "Bipower Variation", unit: "log return²", needs: .returns,
                "(π ÷ 2) Σ |rᵢ| |rᵢ₋₁| (Barndorff-Nielsen and Shephard, 2004)."
            ) { .real($0.bar.returns.bipowerVariation) },
            Column(
                "jump_ratio", "Jump Ratio", unit: "ratio", needs: .returns,
                "max(0, 1 − bipower_variation ÷ Σ rᵢ²): the share of realized variance that comes in jumps, 0…1; null where it is 0."
            ) {
                let squares = $0.bar.returns.squares
                return .real(squares > 0 ? max(0, 1 - $0.bar.returns.bipowerVariation / squares) : nil)
            },
            Column(
                "ret_autocorr_lag1", "Return Autocorrelation", unit: "ratio", needs: .returns,
                "Pearson's correlation of rᵢ with rᵢ₋₁, −1…1; null for fewer than two pairs, or where either does not vary."
            ) { .real($0.bar.returns.autocorrelation) },
            Column(
                "trendiness", "Trendiness", unit: "ratio", needs: .returns, "|ln(close ÷ open)| ÷ Σ |rᵢ|, 0…1; null where no price changes."
            ) { .real(quotient(abs($0.barReturn), $0.bar.returns.absolute)) },
            .tradeCount, .quality,
        ])
}
