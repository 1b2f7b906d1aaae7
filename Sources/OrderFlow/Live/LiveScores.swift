import MarketModel

/// The scores that run with a month while its bars come in, and how they stood at some bars before: a change of the near past is then worked
/// out without reading the month again.
public struct LiveScores: Sendable {
    /// How the scores stood before the bar that starts then.
    private struct Mark: Sendable {
        let start: Int64
        let rows: BarRows
    }

    /// How many marks are kept; they are at least a minute apart.
    private static let kept = 240

    private(set) var rows: BarRows
    private var marks: [Mark] = []
    private let spacing: Int64

    init(options: BarOptions, valuation: Valuation, wholeness: TapeWholeness) {
        rows = BarRows(options: options, valuation: valuation, wholeness: wholeness)
        spacing = max(options.interval, .m1).microseconds
    }

    /// Where the tape misses trades.
    var wholeness: TapeWholeness {
        get { rows.wholeness }
        set { rows.wholeness = newValue }
    }

    /// The row of the next bar.
    ///
    /// - Complexity: O(1), and O(log holes) of the tape.
    public mutating func next(_ bar: TradeBar) -> BarRow {
        if marks.last.map({ bar.start >= $0.start + spacing }) ?? true {
            if marks.count == Self.kept { marks.removeFirst(Self.kept / 4) }
            marks.append(Mark(start: bar.start, rows: rows))
        }
        return rows.next(bar)
    }

    /// Goes back to before a bar.
    ///
    /// - Returns: the start of the bar from which on all have to be passed again; nil if that is the first of its month, since nothing is
    ///   known of that time any more.
    mutating func goBack(before start: Int64, options: BarOptions, valuation: Valuation) -> Int64? {
        let wholeness = wholeness
        while let last = marks.last, last.start > start { marks.removeLast() }
        guard let mark = marks.popLast() else {
            self = LiveScores(options: options, valuation: valuation, wholeness: wholeness)
            return nil
        }
        rows = mark.rows
        self.wholeness = wholeness
        return mark.start
    }
}
