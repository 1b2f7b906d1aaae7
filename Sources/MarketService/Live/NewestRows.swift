import MarketModel

/// The newest trades of a tape in tape order: at least as many as wanted, at most a quarter more.
struct NewestRows: Sendable {
    private var rows: TradeColumns
    private let wanted: Int
    private let hasWideIDs: Bool

    init(_ rows: TradeColumns, wanted: Int, hasWideIDs: Bool) {
        self.rows = rows
        self.wanted = wanted
        self.hasWideIDs = hasWideIDs
    }

    /// How many are held.
    var count: Int { rows.count }

    /// The newest ones, as many as wanted.
    var trades: TradeColumns { rows.suffix(wanted) }

    /// - Complexity: amortised O(1).
    mutating func append(_ trade: Trade) {
        if rows.count >= wanted + wanted / 4 { rows = rows.suffix(wanted) }
        rows.append(trade, wideID: hasWideIDs)
    }

    /// Puts in a trade that belongs before the newest, by id; one before all is left out.
    mutating func insert(_ trade: Trade) {
        var place = rows.count
        while place > 0, trade.id < rows[place - 1].id { place -= 1 }
        guard place > 0 || rows.count < wanted else { return }
        if place > 0, rows[place - 1].id == trade.id {
            rows.replace(place - 1, by: trade)
        } else {
            rows.insert(trade, at: place, wideID: hasWideIDs)
        }
    }
}
