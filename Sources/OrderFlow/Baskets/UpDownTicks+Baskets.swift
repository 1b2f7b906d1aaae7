import MarketModel

extension Dataset where Row == BasketRow {
    /// Trading on rising, falling and unchanged prices.
    public static let upDownTicks = Dataset(
        name: Dataset<BarRow>.upDownTicks.name, title: "Up and down ticks of a basket",
        description: """
            Notional and count of trades above, below and at the price of the trade before, each member's by its own trades, per bar. The \
            first trade of each member in a bar has no direction and is in none of the three.
            """,
        columns: directions.map { sum($0.name, $0.place, $0.meaning) } + directions.map { count($0.name, $0.place, $0.meaning) } + ratios
            + directions.map { share($0.name, $0.place) } + directions.map { countShare($0.name, $0.place) } + [.tradeCount]
            + Column.basketTail)

    private static let directions = [
        (name: "uptick", place: 2, meaning: "above the price of the member's trade before"),
        (name: "downtick", place: 0, meaning: "below the price of the member's trade before"),
        (name: "unchanged", place: 1, meaning: "at the price of the member's trade before"),
    ]

    private static func sum(_ name: String, _ place: Int, _ meaning: String) -> Column<BasketRow> {
        Column(
            "\(name)_volume", "\(name.capitalized) Volume", unit: "USD", needs: .ticks, "Notional of the trades \(meaning)."
        ) { .real($0.bar.ticks[place].notional.nearest) }
    }

    private static func count(_ name: String, _ place: Int, _ meaning: String) -> Column<BasketRow> {
        Column(
            "\(name)_count", "\(name.capitalized) Count", unit: "trades", type: .integer, needs: .ticks, "Count of the trades \(meaning)."
        ) { .integer($0.bar.ticks[place].count) }
    }

    private static let ratios: [Column<BasketRow>] = [
        Column(
            "uptick_downtick_volume_ratio", "Uptick/Downtick Volume Ratio", unit: "ratio", needs: .ticks, "uptick_volume ÷ downtick_volume."
        ) { .real($0.bar.ticks[2].notional.nearest(over: $0.bar.ticks[0].notional)) },
        Column(
            "uptick_downtick_count_ratio", "Uptick/Downtick Count Ratio", unit: "ratio", needs: .ticks, "uptick_count ÷ downtick_count."
        ) { .real(ExactQuotient.nearest(Int128($0.bar.ticks[2].count), over: Int128($0.bar.ticks[0].count))) },
    ]

    private static func share(_ name: String, _ place: Int) -> Column<BasketRow> {
        Column(
            "\(name)_volume_percentage", "\(name.capitalized) Volume %", unit: "ratio", needs: .ticks,
            "\(name)_volume ÷ that of the three directions together, 0…1."
        ) { row in .real(row.bar.ticks.total.flatMap { row.bar.ticks[place].notional.nearest(over: $0.notional) }) }
    }

    private static func countShare(_ name: String, _ place: Int) -> Column<BasketRow> {
        Column(
            "\(name)_count_percentage", "\(name.capitalized) Count %", unit: "ratio", needs: .ticks,
            "\(name)_count ÷ that of the three directions together, 0…1."
        ) { row in
            .real(row.bar.ticks.total.flatMap { ExactQuotient.nearest(Int128(row.bar.ticks[place].count), over: Int128($0.count)) })
        }
    }
}
