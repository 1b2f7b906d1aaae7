import MarketModel

/// The flow of a stretch of tape: its bars, and where the tape is known to miss trades.
public struct FlowTape: Sendable {
    /// The bars.
    public var segment: FlowSegment
    /// The holes.
    public var wholeness: TapeWholeness

    /// Creates the flow of a stretch of tape.
    public init(segment: FlowSegment, wholeness: TapeWholeness) {
        self.segment = segment
        self.wholeness = wholeness
    }

    /// Calls `body` with each row whose bar starts in `from..<to`, in time order; nil bounds are open.
    ///
    /// Rows before `from` are passed through the scores all the same, so that they are those of the month.
    public func forEachRow(from: Int64? = nil, to: Int64? = nil, _ body: (BarRow) throws -> Void) rethrows {
        var rows = FlowRows(valuation: segment.valuation, toxicity: segment.options.toxicity)
        let length = segment.options.interval.microseconds
        for bar in segment.bars {
            if let to, bar.start >= to { break }
            let row = rows.next(bar, quality: wholeness.quality(start: bar.start, length: length))
            if let from, bar.start < from { continue }
            try body(row)
        }
    }
}
