import MarketModel

extension TapeScan {
    /// Adds rows `range` of a batch.
    ///
    /// A batch of consecutive ids in time order, which nearly all of an exchange's archive is, costs about a nanosecond a row.
    public mutating func add(_ columns: borrowing TradeColumns, range: Range<Int>) {
        guard !range.isEmpty else { return }
        if tradeIDs == .contiguous, addConsecutive(columns, range: range) { return }
        let wide = !columns.idHigh.isEmpty
        for row in range {
            let id =
                wide ? TradeID(high: columns.idHigh[row], low: UInt64(bitPattern: columns.id[row])) : TradeID(columns.id[row])
            count(side: columns.side[row])
            step(id: id, time: columns.time[row])
        }
    }

    /// Adds the rows at once if each id is one more than the last and no time steps back; says whether it did.
    private mutating func addConsecutive(_ columns: borrowing TradeColumns, range: Range<Int>) -> Bool {
        guard isConsecutive(columns.id, range), isSorted(columns.time, range) else { return false }
        let (buys, sells) = countSides(columns.side, range)
        step(id: TradeID(columns.id[range.lowerBound]), time: columns.time[range.lowerBound])
        extendConsecutive(lastID: columns.id[range.upperBound - 1], lastTime: columns.time[range.upperBound - 1])
        count(rows: range.count, buys: buys, sells: sells)
        return true
    }
}

// The loops below have no early exit and no checked arithmetic, so that they become vector code.

private func isConsecutive(_ ids: [Int64], _ range: Range<Int>) -> Bool {
    ids.withUnsafeBufferPointer { ids in
        var difference: Int64 = 0
        for row in range.dropFirst() { difference |= (ids[row] &- ids[row &- 1]) ^ 1 }
        // Consecutive ids that pass Int64.max wrap around, which the ends show.
        return difference == 0 && ids[range.lowerBound] <= ids[range.upperBound - 1]
    }
}

private func isSorted(_ times: [Int64], _ range: Range<Int>) -> Bool {
    times.withUnsafeBufferPointer { times in
        var steps: Int64 = 0
        for row in range.dropFirst() { steps |= times[row] < times[row &- 1] ? -1 : 0 }
        return steps == 0
    }
}

/// Sides are counted eight at a time: bit 0 is set in +1 and -1, bit 7 in -1 only.
private func countSides(_ sides: [Int8], _ range: Range<Int>) -> (buys: Int, sells: Int) {
    sides.withUnsafeBytes { sides in
        let ones: UInt64 = 0x0101_0101_0101_0101
        var (known, sells) = (UInt64(0), UInt64(0))
        var row = range.lowerBound
        while row &+ 8 <= range.upperBound {
            let word = sides.loadUnaligned(fromByteOffset: row, as: UInt64.self)
            known &+= ((word & ones) &* ones) >> 56
            sells &+= (((word >> 7) & ones) &* ones) >> 56
            row &+= 8
        }
        while row < range.upperBound {
            known &+= UInt64(sides[row] & 1)
            sells &+= UInt64(sides[row] >> 7)
            row &+= 1
        }
        return (Int(known &- sells), Int(sells))
    }
}
