import MarketModel

/// The newest trades of a tape in tape order: at least as many as wanted, at most a quarter more.
struct NewestRows: Sendable {
    private var rows: TradeColumns
    private let wanted: Int
    private let hasWideIDs: Bool
    /// Whether the tape is ordered by its ids.
    private let isOrdered: Bool

    init(_ rows: TradeColumns, wanted: Int, ids: TradeIDKind) {
        self.rows = rows
        self.wanted = wanted
        hasWideIDs = ids == .uuid
        isOrdered = ids == .contiguous
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
    ///
    /// - Complexity: O(log trades held) for one that is left out, or that is there already.
    mutating func insert(_ trade: Trade) {
        let place = place(of: trade.id)
        guard place > 0 || rows.count < wanted else { return }
        if place > 0, rows[place - 1].id == trade.id {
            rows.replace(place - 1, by: trade)
        } else {
            rows.insert(trade, at: place, wideID: hasWideIDs)
        }
    }

    /// After the last trade whose id is not greater.
    private func place(of id: TradeID) -> Int {
        var place = rows.count
        guard isOrdered else {
            while place > 0, id < rows[place - 1].id { place -= 1 }
            return place
        }
        // A repair brings thousands of rows far behind the newest ones.
        var first = 0
        while first < place {
            let middle = (first + place) / 2
            if id.integer < rows.id[middle] { place = middle } else { first = middle + 1 }
        }
        return place
    }
}
