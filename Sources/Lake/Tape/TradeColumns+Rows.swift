import MarketModel

extension TradeColumns {
    /// Appends a range of another batch; columns that are empty there stay empty here.
    package mutating func append(_ other: borrowing TradeColumns, _ range: Range<Int>) {
        appendOrigin(other, range)
        time += other.time[range]
        if !other.price.isEmpty { price += other.price[range] }
        if !other.quantity.isEmpty { quantity += other.quantity[range] }
        if !other.side.isEmpty { side += other.side[range] }
        if !other.id.isEmpty { id += other.id[range] }
        if !other.idHigh.isEmpty { idHigh += other.idHigh[range] }
        if !other.fills.isEmpty { fills += other.fills[range] }
    }

    /// The rows with from <= time < to.
    package func rows(from: Int64, to: Int64) -> TradeColumns {
        var kept = TradeColumns()
        var start = 0
        while start < count {
            guard time[start] >= from, time[start] < to else {
                start += 1
                continue
            }
            var end = start + 1
            while end < count, time[end] >= from, time[end] < to { end += 1 }
            kept.append(self, start..<end)
            start = end
        }
        return kept
    }
}
