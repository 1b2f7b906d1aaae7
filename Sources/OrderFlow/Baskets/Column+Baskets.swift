import MarketModel

/// Columns that several datasets of baskets share.
extension Column where Row == BasketRow {
    /// What all trades were worth.
    static let notional = Column(
        "volume_notional", "Notional", unit: "USD", "What all trades were worth, those of unknown side included."
    ) { .real($0.total.notional.nearest) }

    /// How many trades there were.
    static let tradeCount = Column("trade_count", "Trades", unit: "trades", type: .integer, "Count of all trades (tape rows).") {
        .integer($0.bar.count)
    }

    /// The coins of all trades.
    static let volume = coins("volume", "Volume", "What was traded, trades of unknown side included") { $0.total.base }

    /// The average price by volume.
    static let vwap = Column("vwap", "VWAP", unit: "USD", "volume_notional ÷ volume; null where members trade several coins.") {
        .real($0.perCoin($0.total.notional))
    }

    /// An amount of the coin that all members trade.
    static func coins(
        _ name: String, _ label: String, _ description: String, _ amount: @escaping @Sendable (BasketRow) -> WideDecimal
    ) -> Column {
        Column(name, label, unit: "base", description + "; null where members trade several coins.") { row in
            .real(row.coins(amount(row)))
        }
    }

    /// The last columns of each: how whole the tapes were, and whose bar it is.
    static let basketTail = [
        Column(
            "quality", "Quality", unit: "word", type: .word,
            "Whether the members' tapes inside the bar were whole: the worst of complete, repaired and gap."
        ) { .word($0.quality.name) },
        contributors, missing,
    ]

    /// Who traded.
    public static let contributors = Column(
        "contributors", "Contributors", unit: "names", type: .word, "The members that traded in the bar, parted by spaces."
    ) { .word($0.names.contributors) }

    /// Of whom there is no tape.
    public static let missing = Column(
        "missing", "Missing", unit: "names", type: .word, "The members that have no tape of the bar's time, parted by spaces."
    ) { .word($0.names.missing) }
}

/// Exact sums of baskets as doubles.
extension WideDecimal {
    /// The nearest double.
    var nearest: Double? { ExactQuotient.nearest(mantissa, over: 1, tenTo: scale) }

    /// The double nearest to the quotient; nil for 0/0.
    func nearest(over divisor: WideDecimal) -> Double? {
        ExactQuotient.nearest(mantissa, over: divisor.mantissa, tenTo: scale - divisor.scale)
    }
}
