import MarketModel

/// Columns and words that several datasets share.
extension Column where Row == BarRow {
    /// How many trades a bar has.
    static let tradeCount = Column(
        "trade_count", "Trades", unit: "trades", type: .integer, native: true, "Count of all trades (tape rows)."
    ) { .integer($0.all.count) }

    /// Whether the tape inside the bar was whole.
    static let quality = Column(
        "quality", "Quality", unit: "word", type: .word, native: true,
        "Whether the tape inside the bar was whole: complete, repaired or gap."
    ) { .word($0.quality.name) }
}

extension OrderSize {
    /// Which orders have this size, in words.
    var range: String {
        switch self {
        case .small: "notional < 100 by default"
        case .medium: "notional >= 100 and < 1000 by default"
        case .large: "notional >= 1000 by default"
        }
    }
}

extension String {
    /// The word with its first letter in upper case.
    var capitalized: String { prefix(1).uppercased() + dropFirst() }
}
