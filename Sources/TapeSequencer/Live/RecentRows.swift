import MarketModel

/// The newest rows of a tape by id, in a ring: an older row with the same place makes room.
struct RecentRows: Sendable {
    private var rows: [Trade?]

    init(capacity: Int) { rows = Array(repeating: nil, count: max(1, capacity)) }

    /// The row of an id, if it is remembered.
    subscript(id: Int64) -> Trade? {
        let row = rows[place(id)]
        return row?.id.integer == id ? row : nil
    }

    mutating func remember(_ trade: Trade) { rows[place(trade.id.integer)] = trade }

    private func place(_ id: Int64) -> Int { Int(UInt64(bitPattern: id) % UInt64(rows.count)) }
}
