import MarketModel

extension Dataset where Row == BarRow {
    /// Trading on rising, falling and unchanged prices.
    public static let upDownTicks = Dataset(
        name: "updownticks", title: "Up and down ticks",
        description: """
            Notional and count of trades above, below and at the price of the trade before, per bar. The first trade of a bar has no \
            direction and is in none of the three.
            """,
        columns: [sums(.notional), sums(.count), ratios, percentages(.notional), percentages(.count), [.tradeCount, .quality]].flatMap {
            $0
        })

    private enum Direction: Int, CaseIterable {
        case down = 0
        case unchanged = 1
        case up = 2

        static let listed: [Direction] = [.up, .down, .unchanged]

        var name: String {
            switch self {
            case .up: "uptick"
            case .down: "downtick"
            case .unchanged: "unchanged"
            }
        }

        var meaning: String {
            switch self {
            case .up: "above the price of the trade before"
            case .down: "below the price of the trade before"
            case .unchanged: "at the price of the trade before"
            }
        }
    }

    private enum Measure {
        case notional
        case count

        var name: String { self == .notional ? "volume" : "count" }
    }

    private static func sums(_ measure: Measure) -> [Column<BarRow>] {
        Direction.listed.map { direction in
            let name = "\(direction.name)_\(measure.name)"
            let label = "\(direction.name.capitalized) \(measure.name.capitalized)"
            switch measure {
            case .notional:
                return Column(name, label, unit: "quote", needs: .ticks, "Notional of the trades \(direction.meaning).") {
                    .real($0.notional($0.bar.ticks.notional[direction.rawValue]))
                }
            case .count:
                return Column(name, label, unit: "trades", type: .integer, needs: .ticks, "Count of the trades \(direction.meaning).") {
                    .integer($0.bar.ticks.count[direction.rawValue])
                }
            }
        }
    }

    private static let ratios: [Column<BarRow>] = [
        Column(
            "uptick_downtick_volume_ratio", "Uptick/Downtick Volume Ratio", unit: "ratio", needs: .ticks,
            "uptick_volume ÷ downtick_volume."
        ) { .real(ExactQuotient.nearest($0.bar.ticks.notional[2], over: $0.bar.ticks.notional[0])) },
        Column(
            "uptick_downtick_count_ratio", "Uptick/Downtick Count Ratio", unit: "ratio", needs: .ticks, "uptick_count ÷ downtick_count."
        ) { .real(ExactQuotient.nearest(Int128($0.bar.ticks.count[2]), over: Int128($0.bar.ticks.count[0]))) },
    ]

    private static func percentages(_ measure: Measure) -> [Column<BarRow>] {
        Direction.listed.map { direction in
            Column(
                "\(direction.name)_\(measure.name)_percentage", "\(direction.name.capitalized) \(measure.name.capitalized) %",
                unit: "ratio",
                needs: .ticks, "\(direction.name)_\(measure.name) ÷ that of the three directions together, 0…1."
            ) { row in
                let ticks = row.bar.ticks
                switch measure {
                case .notional:
                    let all = ticks.notional[0] + ticks.notional[1] + ticks.notional[2]
                    return .real(ExactQuotient.nearest(ticks.notional[direction.rawValue], over: all))
                case .count:
                    let all = ticks.count[0] + ticks.count[1] + ticks.count[2]
                    return .real(ExactQuotient.nearest(Int128(ticks.count[direction.rawValue]), over: Int128(all)))
                }
            }
        }
    }
}
