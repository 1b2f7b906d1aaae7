import MarketModel
import TapeSequencer

/// Arrival times and sources are columns that most batches do not have: those of dumps are empty, and are filled up once a row needs them.
extension TradeColumns {
    /// Appends a row.
    package mutating func append(_ row: TapeRow, wideID: Bool) {
        if row.arrival != 0 || !arrival.isEmpty {
            fillArrival()
            arrival.append(row.arrival)
        }
        if row.source != .dump || !source.isEmpty {
            fillSource()
            source.append(row.source.rawValue)
        }
        append(row.trade, wideID: wideID)
    }

    /// Appends arrival times and sources of a range of another batch, before its other columns.
    package mutating func appendOrigin(_ other: borrowing TradeColumns, _ range: Range<Int>) {
        if !other.arrival.isEmpty {
            fillArrival()
            arrival += other.arrival[range]
        } else if !arrival.isEmpty {
            arrival += repeatElement(0, count: range.count)
        }
        if !other.source.isEmpty {
            fillSource()
            source += other.source[range]
        } else if !source.isEmpty {
            source += repeatElement(TradeSource.dump.rawValue, count: range.count)
        }
    }

    /// The row at `index` with where it came from.
    package func row(_ index: Int, ordinal: Int32) -> TapeRow {
        TapeRow(
            self[index], ordinal: ordinal, source: source.isEmpty ? .dump : TradeSource(rawValue: source[index]) ?? .dump,
            arrival: arrival.isEmpty ? 0 : arrival[index])
    }

    private mutating func fillArrival() {
        if arrival.count < count { arrival += repeatElement(0, count: count - arrival.count) }
    }

    private mutating func fillSource() {
        if source.count < count { source += repeatElement(TradeSource.dump.rawValue, count: count - source.count) }
    }
}
