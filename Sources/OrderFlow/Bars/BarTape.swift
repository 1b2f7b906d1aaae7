import MarketModel

/// The bars of a whole tape, and where the tape is known to miss trades.
public struct BarTape: Sendable {
    private let bars: [TradeBar]
    private let rows: BarRows

    /// Takes the bars out of a segment that holds the whole tape.
    public init(segment: consuming BarSegment, wholeness: TapeWholeness) {
        rows = BarRows(options: segment.options, valuation: segment.valuation, wholeness: wholeness)
        bars = segment.takeAll()
    }

    /// Calls `body` with each row whose bar starts in `from..<to`, in time order; nil bounds are open.
    ///
    /// Rows before `from` are passed through the scores all the same, so that they are those of the month.
    public func forEachRow(from: Int64? = nil, to: Int64? = nil, _ body: (BarRow) throws -> Void) rethrows {
        var rows = rows
        for bar in bars {
            if let to, bar.start >= to { break }
            let row = rows.next(bar)
            if let from, bar.start < from { continue }
            try body(row)
        }
    }
}
