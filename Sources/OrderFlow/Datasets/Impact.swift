import MarketModel

extension Dataset where Row == BarRow {
    /// What trading moves the price by.
    public static let impact = Dataset(
        name: "impact", title: "Price impact",
        description: "How far the price moves for what is traded: illiquidity, Kyle's lambda, reversal and asymmetry, per bar.",
        columns: [
            Column(
                "amihud_like", "Amihud Illiquidity", unit: "1 per quote",
                "|ln(close ÷ open)| ÷ notional of the bar (after Amihud, 2002)."
            ) { .real(quotient(abs($0.barReturn), $0.notional($0.all.notional))) },
            Column(
                "kyle_like_lambda", "Kyle Lambda", unit: "1 per base", needs: .impact,
                "cov(rᵢ, xᵢ) ÷ var(xᵢ) over the trades after the first; rᵢ = ln(pᵢ ÷ pᵢ₋₁), xᵢ = base quantity of trade i, negative for taker "
                    + "sells, 0 for unknown sides (after Kyle, 1985); null for fewer than two or where sizes do not vary."
            ) { .real($0.bar.impact.lambda(scale: $0.valuation.baseScale)) },
            Column(
                "impact_per_notional", "Impact per Notional", unit: "1 per quote", "|ln(close ÷ open)| ÷ |buy notional − sell notional|."
            ) {
                .real(quotient(abs($0.barReturn), $0.notional(Int128($0.deltaNotional.magnitude))))
            },
            Column(
                "large_trade_reversal", "Large Trade Reversal", unit: "log return", needs: .reversal,
                "Mean of ln(pᵢ₊₅ ÷ pᵢ) over the trades of at least the 90th percentile of size (nearest rank: the ⌈0.9 n⌉-th smallest) that "
                    + "have five trades after them in the bar; null if none has."
            ) { .real($0.bar.order.reversal) },
            Column(
                "directional_impact_asymmetry", "Directional Impact Asymmetry", unit: "1 per quote", needs: .impact,
                "Σ rᵢ over taker buys ÷ their notional − Σ (−rᵢ) over taker sells ÷ their notional; null where either notional is 0."
            ) { row in
                let buy = row.notional(row.buy.notional) ?? 0
                let sell = row.notional(row.sell.notional) ?? 0
                guard buy > 0, sell > 0 else { return .real(nil) }
                return .real(row.bar.impact.buyReturns / buy + row.bar.impact.sellReturns / sell)
            },
            .tradeCount, .quality,
        ])
}
