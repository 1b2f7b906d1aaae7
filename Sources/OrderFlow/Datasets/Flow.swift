import MarketModel

extension Dataset where Row == BarRow {
    /// Taker flow: who hit the market, how much, and in what sizes. 36 fields as Aperiodic documents them, then Millrace's own.
    public static let flow = Dataset(
        name: "flow", title: "Order flow",
        description: "Taker buy and sell volume, counts, delta, entropy, toxicity and the split by order size, per bar.",
        columns: [
            headline, sizes(.buy), sizes(.sell), shares(.buy), shares(.sell), orderShares(.buy), orderShares(.sell), totals,
        ].flatMap { $0 })

    private static let headline: [Column<BarRow>] = [
        Column("taker_buy_volume", "Taker Buy Volume", unit: "base", "Sum of the base quantity of taker buys.") {
            .real($0.base($0.buy.base))
        },
        Column("taker_sell_volume", "Taker Sell Volume", unit: "base", "Sum of the base quantity of taker sells.") {
            .real($0.base($0.sell.base))
        },
        Column("taker_buy_count", "Taker Buy Count", unit: "trades", type: .integer, "Count of taker buys (tape rows).") {
            .integer($0.buy.count)
        },
        Column("taker_sell_count", "Taker Sell Count", unit: "trades", type: .integer, "Count of taker sells (tape rows).") {
            .integer($0.sell.count)
        },
        Column("volume_delta", "Volume Delta", unit: "base", "taker_buy_volume − taker_sell_volume.") { .real($0.base($0.deltaBase)) },
        Column("volume_delta_notional", "Volume Delta Notional", unit: "quote", "Buy notional − sell notional.") {
            .real($0.notional($0.deltaNotional))
        },
        Column(
            "flow_entropy", "Flow Entropy", unit: "nats",
            "−Σ p ln p over the buy and sell shares of volume; 0 where one side is empty."
        ) { .real($0.entropy) },
        Column(
            "flow_toxicity_score", "Flow Toxicity Score", unit: "score", needs: .variance,
            "z(volume_delta_notional) × z(realized volatility), each against the rows of the month so far (sample deviation); "
                + "realized volatility is the root of Σ ln²(pᵢ/pᵢ₋₁) inside the bar."
        ) { .real($0.toxicity) },
        Column("taker_buy_sell_ratio", "Buy/Sell Ratio", unit: "ratio", "taker_buy_volume ÷ taker_sell_volume.") {
            .real(ExactQuotient.nearest($0.buy.base, over: $0.sell.base))
        },
        Column("taker_buy_sell_count_ratio", "Buy/Sell Count Ratio", unit: "ratio", "taker_buy_count ÷ taker_sell_count.") {
            .real(ExactQuotient.nearest(Int128($0.buy.count), over: Int128($0.sell.count)))
        },
        Column(
            "taker_buy_sell_percentage", "Taker Buy %", unit: "ratio", "taker_buy_volume ÷ (taker_buy_volume + taker_sell_volume), 0…1."
        ) {
            .real(ExactQuotient.nearest($0.buy.base, over: $0.buy.base + $0.sell.base))
        },
        Column(
            "taker_buy_sell_count_percentage", "Taker Buy Count %", unit: "ratio",
            "taker_buy_count ÷ (taker_buy_count + taker_sell_count), 0…1."
        ) {
            .real(ExactQuotient.nearest(Int128($0.buy.count), over: Int128($0.buy.count + $0.sell.count)))
        },
    ]

    private static func sizes(_ side: TakerSide) -> [Column<BarRow>] {
        OrderSize.allCases.flatMap { size in
            [
                Column(
                    "taker_\(side.name)_\(size.name)_order_volume", label(side, size, "Order Volume"), unit: "quote",
                    "Notional of \(size.name) taker \(side.name)s (\(size.range))."
                ) { .real($0.notional($0.side(side)[size].notional)) },
                Column(
                    "taker_\(side.name)_\(size.name)_order_count", label(side, size, "Order Count"), unit: "trades", type: .integer,
                    "Count of \(size.name) taker \(side.name)s (\(size.range))."
                ) { .integer($0.side(side)[size].count) },
            ]
        }
    }

    private static func shares(_ side: TakerSide) -> [Column<BarRow>] {
        OrderSize.allCases.map { size in
            Column(
                "taker_\(side.name)_\(size.name)_order_percentage", label(side, size, "Order %"), unit: "quote per base",
                "taker_\(side.name)_\(size.name)_order_volume ÷ taker_\(side.name)_volume, as the vendor documents it: notional over base, "
                    + "so not a share; see taker_\(side.name)_\(size.name)_order_share."
            ) { .real($0.notionalPerBase($0.side(side)[size].notional, $0.side(side).base)) }
        }
            + OrderSize.allCases.map { size in
                Column(
                    "taker_\(side.name)_\(size.name)_order_count_percentage", label(side, size, "Count %"), unit: "ratio",
                    "taker_\(side.name)_\(size.name)_order_count ÷ taker_\(side.name)_count, 0…1."
                ) { .real(ExactQuotient.nearest(Int128($0.side(side)[size].count), over: Int128($0.side(side).count))) }
            }
    }

    private static func orderShares(_ side: TakerSide) -> [Column<BarRow>] {
        OrderSize.allCases.map { size in
            Column(
                "taker_\(side.name)_\(size.name)_order_share", label(side, size, "Share"), unit: "ratio", native: true,
                "Notional of \(size.name) taker \(side.name)s ÷ notional of all taker \(side.name)s, 0…1."
            ) { .real(ExactQuotient.nearest($0.side(side)[size].notional, over: $0.side(side).notional)) }
        }
    }

    private static let totals: [Column<BarRow>] = [
        Column("volume", "Volume", unit: "base", native: true, "Base quantity of all trades, those of unknown side included.") {
            .real($0.base($0.all.base))
        },
        Column("volume_notional", "Notional", unit: "quote", native: true, "Notional of all trades, those of unknown side included.") {
            .real($0.notional($0.all.notional))
        },
        .tradeCount, .quality,
    ]

    private static func label(_ side: TakerSide, _ size: OrderSize, _ what: String) -> String {
        "\(side.name.capitalized) \(size.name.capitalized) \(what)"
    }
}
