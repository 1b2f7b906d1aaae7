public import MarketModel

/// The bars of one instrument at one interval while trades come in: what an import of the same trades gives, bar by bar as each ends.
///
/// Trades are added in tape order as they are released. A bar closes when its end and a grace have passed by the clock, trades or not. What
/// running sums cannot tell is left to whoever can read the tape: bars that a trade came late to, since order inside a bar matters, and the
/// order statistics of bars longer than a minute. Rows wait for those before them, so the scores that run with the month are right.
///
///     try series.add(batch, 0..<batch.count)
///     for start in series.close(at: now) { … }             // read these from the tape, then series.provide(bar)
///     for row in series.takeRows() { publish(row) }
///
/// - Complexity: O(1) a trade; memory for the open bars, and for the trades of those of up to a minute.
public struct LiveSeries: Sendable {
    /// What is computed of a bar while it is open.
    public let options: BarOptions
    /// What is computed of a bar in the end.
    public let whole: BarOptions
    /// How long after its end a bar stays open, in microseconds.
    public let grace: Int64
    /// Bars up to this start are closed.
    public private(set) var closedThrough: Int64

    private let valuation: Valuation
    private let limits: FlowLimits
    private var scores: LiveScores
    private var open: [OpenBar] = []
    private var closing: [ClosingBar] = []
    private var late: Set<Int64> = []
    private var scratch = BarScratch()
    /// The last bar whose row was taken, or that was recalled.
    public private(set) var takenThrough: Int64
    /// The bars taken since scores began to be worked out anew, if they are.
    private var replay: [TradeBar]?

    private struct OpenBar: Sendable {
        var bar: TradeBar
        /// The running sums do not follow the order of the tape.
        var isDisordered = false
    }

    private enum ClosingBar: Sendable {
        case due(Int64)
        case known(TradeBar)

        var start: Int64 {
            switch self {
            case .due(let start): start
            case .known(let bar): bar.start
            }
        }
    }

    /// Begins a series.
    ///
    /// - Parameters:
    ///   - options: the interval, and what is computed of its bars.
    ///   - after: bars up to this start have been told of elsewhere, or lie before the tape.
    ///   - grace: microseconds.
    /// - Throws: ``BarError/valuation`` if the size thresholds do not fit the notional scale.
    public init(options: BarOptions, valuation: Valuation, wholeness: TapeWholeness, after: Int64 = .min, grace: Int64) throws(BarError) {
        whole = options
        var running = options
        // The trades of a long bar are too many to hold.
        if options.interval > .m1 { running.parts.subtract(.held) }
        self.options = running
        self.valuation = valuation
        self.grace = grace
        guard let limits = FlowLimits(options: options, valuation: valuation) else { throw .valuation }
        self.limits = limits
        scores = LiveScores(options: options, valuation: valuation, wholeness: wholeness)
        closedThrough = after
        takenThrough = after
    }

    /// Where the tape misses trades, as far as is known now; rows that are taken from now on are judged by it.
    public var wholeness: TapeWholeness {
        get { scores.wholeness }
        set { scores.wholeness = newValue }
    }

    /// Passes an earlier bar of the month through the scores.
    public mutating func recall(_ bar: TradeBar) {
        _ = scores.next(bar)
        closedThrough = max(closedThrough, bar.start)
        takenThrough = closedThrough
    }

    /// Adds rows that follow all rows before on the tape.
    ///
    /// Rows of bars that are closed are remembered: ``takeLate()`` names those bars.
    ///
    /// - Throws: ``BarError/overflow(at:)`` if a sum of a bar does not fit.
    public mutating func add(_ trades: borrowing TradeColumns, _ range: Range<Int>) throws(BarError) {
        let length = options.interval.microseconds
        var first = range.lowerBound
        while first < range.upperBound {
            let start = options.interval.start(of: trades.time[first])
            let limit = min(range.upperBound, first + FlowRun.maximumLength)
            var last = first
            while last < limit, UInt64(bitPattern: trades.time[last] &- start) < UInt64(bitPattern: length) {
                last += 1
            }
            if let index = indexOfBar(start) {
                try open[index].bar.add(trades, first..<last, valuation, limits, options.parts, &scratch)
            } else {
                late.insert(start)
            }
            first = last
        }
    }

    /// Adds a row that belongs before rows that were added.
    public mutating func addLate(_ trades: borrowing TradeColumns, _ range: Range<Int>) throws(BarError) {
        try add(trades, range)
        for row in range { disorder(at: trades.time[row]) }
    }

    /// Notes that the bar of a time cannot be told from running sums: a trade of it was replaced, or came late.
    public mutating func disorder(at time: Int64) {
        let start = options.interval.start(of: time)
        if let index = open.firstIndex(where: { $0.bar.start == start }) {
            open[index].isDisordered = true
        } else if start <= closedThrough {
            late.insert(start)
        }
    }

    /// The closed bars that have changed since they were closed, ascending; each is named once.
    public mutating func takeLate() -> [Int64] {
        guard !late.isEmpty else { return [] }
        defer { late.removeAll() }
        return late.sorted()
    }

    /// Closes the bars whose end and grace lie at or before `now`, in microseconds since the epoch.
    ///
    /// - Returns: the starts of bars that have to be read from the tape and handed to ``provide(_:)``.
    public mutating func close(at now: Int64) -> [Int64] {
        let length = options.interval.microseconds
        let last = options.interval.start(of: now - grace) - length
        guard last > closedThrough else { return [] }
        closedThrough = last
        var due: [Int64] = []
        while let first = open.first, first.bar.start <= last {
            open.removeFirst()
            var bar = first.bar
            bar.close(options.parts, &scratch)
            if first.isDisordered || options.parts != whole.parts {
                due.append(bar.start)
                closing.append(.due(bar.start))
            } else {
                closing.append(.known(bar))
            }
        }
        return due
    }

    /// Hands over a bar that was asked for; nil if the tape has no trade of it after all.
    public mutating func provide(_ start: Int64, _ bar: TradeBar?) {
        guard let index = closing.firstIndex(where: { if case .due(start) = $0 { true } else { false } }) else { return }
        if let bar { closing[index] = .known(bar) } else { closing.remove(at: index) }
    }

    /// The rows of the bars that have closed, in time order, up to the first that is still to be read from the tape.
    public mutating func takeRows() -> [BarRow] {
        guard !closing.isEmpty else { return [] }
        var taken: [BarRow] = []
        while case .known(let bar)? = closing.first {
            closing.removeFirst()
            takenThrough = bar.start
            replay?.append(bar)
            taken.append(scores.next(bar))
        }
        return taken
    }

    /// The rows of the bars that are not yet taken, as they stand, in time order: open ones, and closed ones that are still to be read.
    ///
    /// - Complexity: O(trades of open bars) where columns need order statistics, else O(1).
    public mutating func openRows() -> [BarRow] {
        var scores = scores.rows
        return open.map { scores.next($0.bar.asItStands(options.parts, &scratch)) }
    }

    /// The start of the newest bar that is open, or nil.
    public var openStart: Int64? { open.last?.bar.start }

    /// Begins to work out the scores anew from a bar on that has changed.
    ///
    /// - Parameter first: the start of the earliest bar that has changed.
    /// - Returns: the scores to pass bars through in time order: all from `from` on, or from the month's first where that is nil, up to
    ///   ``takenThrough`` as it is now.
    public mutating func beginRescore(from first: Int64) -> (scores: LiveScores, from: Int64?) {
        replay = []
        var past = scores
        let from = past.goBack(before: first, options: whole, valuation: valuation)
        return (past, from)
    }

    /// Takes the scores that were worked out; bars taken meanwhile are passed through them here.
    public mutating func finishRescore(_ past: LiveScores) {
        let wholeness = wholeness
        scores = past
        scores.wholeness = wholeness
        for bar in replay ?? [] { _ = scores.next(bar) }
        replay = nil
    }

    /// The position of the open bar that starts at `start`, inserted if new; nil if it is closed.
    private mutating func indexOfBar(_ start: Int64) -> Int? {
        guard start > closedThrough else { return nil }
        var index = open.count
        while index > 0, open[index - 1].bar.start > start { index -= 1 }
        if index > 0, open[index - 1].bar.start == start { return index - 1 }
        open.insert(OpenBar(bar: TradeBar(start: start)), at: index)
        return index
    }
}
