public import MarketModel

/// The bars of one segment of a tape: what a thread fills, and what is appended to the segment before.
///
/// However a tape is cut into segments and whoever fills them, appending them in tape order gives the same bits as one segment would.
/// Parts that only add up are summed up in every segment. The others follow a bar's trades one by one: of its first bars, which may have
/// begun in the segment before, a segment keeps the trades, and they are added when it is appended.
///
///     var whole = try BarSegment(options: options, valuation: valuation)
///     var part = try BarSegment(options: options, valuation: valuation, follows: true)
///     try part.add(batch)
///     try whole.append(part)
public struct BarSegment: Sendable {
    /// What is computed.
    public let options: BarOptions
    /// How trades are valued in this segment; its scales, but not its factor, are those of all segments.
    public private(set) var valuation: Valuation
    /// The bars with at least one trade, by start; not those that were taken.
    public private(set) var bars: [TradeBar] = []

    private var limits: FlowLimits
    private let follows: Bool
    /// Trades before this are kept as they are; nil until the first trade.
    private var cut: Int64?
    private var head = TradeColumns()
    /// The bars before this index are closed.
    private var firstOpen = 0
    /// Bars up to this start are closed, or taken.
    private var closedThrough = Int64.min
    private var latest = Int64.min
    private var scratch = BarScratch()

    /// What event times may step back between two segments: a bar that both have would be an error.
    private static var seam: Int64 { 10_000_000 }

    /// Creates an empty segment.
    ///
    /// - Parameter follows: whether it will be appended to another.
    /// - Throws: ``BarError/valuation`` if the size thresholds do not fit the notional scale.
    public init(options: BarOptions, valuation: Valuation, follows: Bool = false) throws(BarError) {
        self.options = options
        self.valuation = valuation
        self.follows = follows && !options.isMergeable
        guard let limits = FlowLimits(options: options, valuation: valuation) else { throw .valuation }
        self.limits = limits
    }

    /// Values the trades that are added from now on in another way of the same scales.
    ///
    /// - Throws: ``BarError/valuation`` if the size thresholds do not fit the notional scale.
    public mutating func value(by valuation: Valuation) throws(BarError) {
        guard let limits = FlowLimits(options: options, valuation: valuation) else { throw .valuation }
        self.valuation = valuation
        self.limits = limits
    }

    /// Adds the next trades in tape order; their prices and quantities are positive and at the valuation's scales.
    ///
    /// Event times may step back: each trade goes to the bar of its own time.
    ///
    /// - Throws: ``BarError/overflow(at:)`` if a sum of a bar does not fit, ``BarError/reordered`` if times step back too far.
    /// - Complexity: O(trades) while times mostly ascend; nothing is allocated per trade.
    public mutating func add(_ trades: borrowing TradeColumns) throws(BarError) {
        try add(trades, valuation, limits)
    }

    private mutating func add(
        _ trades: borrowing TradeColumns, _ valuation: Valuation, _ limits: FlowLimits
    ) throws(BarError) {
        let count = trades.count
        let length = options.interval.microseconds
        var first = 0
        while first < count {
            let start = options.interval.start(of: trades.time[first])
            let last = BarSegment.runEnd(trades.time, from: first, barStart: start, length: length)
            defer { first = last }
            if follows, start < cutting(at: trades.time[first]) {
                head.append(trades, first..<last)
                continue
            }
            let bar = try indexOfBar(start)
            try bars[bar].add(trades, first..<last, valuation, limits, options.parts, &scratch)
            if start > latest {
                latest = start
                if !options.isMergeable { closeBars() }
            }
        }
    }

    /// The end of the run of rows from `first` that stay in one bar, at most 4,096 rows long so that narrow sums cannot wrap.
    private static func runEnd(_ times: borrowing [Int64], from first: Int, barStart: Int64, length: Int64) -> Int {
        let limit = min(times.count, first + FlowRun.maximumLength)
        let times = times.span
        var index = first + 1
        // One unsigned comparison tests both ends of the bar.
        while index < limit, UInt64(bitPattern: times[index] &- barStart) < UInt64(bitPattern: length) { index += 1 }
        return index
    }

    /// Where this segment's own bars begin, told by its first trade.
    private mutating func cutting(at time: Int64) -> Int64 {
        if let cut { return cut }
        let first = options.interval.start(of: time + BarSegment.seam) + options.interval.microseconds
        let cut = options.lateness == BarOptions.unbounded ? Int64.max : first
        self.cut = cut
        return cut
    }

    /// The position of the bar that starts at `start`, inserted if new; looks from the end, where it nearly always is.
    private mutating func indexOfBar(_ start: Int64) throws(BarError) -> Int {
        guard start > closedThrough else { throw .reordered }
        var index = bars.count
        while index > 0, bars[index - 1].start > start { index -= 1 }
        if index > 0, bars[index - 1].start == start { return index - 1 }
        bars.insert(TradeBar(start: start), at: index)
        return index
    }

    /// Whether no more trades are expected for a bar.
    private func isOver(_ start: Int64) -> Bool {
        let (end, overflow) = (start + options.interval.microseconds).addingReportingOverflow(options.lateness)
        return !overflow && end <= latest
    }

    private mutating func closeBars() {
        while firstOpen < bars.count, isOver(bars[firstOpen].start) { closeFirst() }
    }

    private mutating func closeFirst() {
        closedThrough = bars[firstOpen].start
        if !bars[firstOpen].isClosed { bars[firstOpen].close(options.parts, &scratch) }
        firstOpen += 1
    }

    /// Appends a segment that follows this one in tape order.
    ///
    /// - Throws: ``BarError/overflow(at:)``, or ``BarError/reordered`` if both have trades of a bar that one of them has closed.
    /// - Complexity: O(bars that overlap, and trades of the first bars of `next`); amortised O(1) a bar for segments in time order.
    public mutating func append(_ next: consuming BarSegment) throws(BarError) {
        if options.isMergeable {
            for index in next.bars.indices {
                let position = try indexOfBar(next.bars[index].start)
                guard bars[position].append(next.bars[index]) else { throw .overflow(at: next.bars[index].start) }
            }
            latest = max(latest, next.latest)
            return
        }
        if let last = bars.last, let first = next.bars.first, last.start >= first.start { throw .reordered }
        try add(next.head, next.valuation, next.limits)
        guard let first = next.bars.first else { return }
        // Trades that were late in the next segment may have opened bars of their own here, but none as late as its first.
        if let last = bars.last, last.start >= first.start { throw .reordered }
        bars += next.bars
        latest = max(latest, next.latest)
        closeBars()
    }

    /// Takes out the bars that no more trades are expected for, in time order.
    public mutating func takeFinished() -> [TradeBar] {
        var count = 0
        while count < bars.count, isOver(bars[count].start) { count += 1 }
        return take(count)
    }

    /// Takes out all bars, in time order: the tape is at its end.
    public mutating func takeAll() -> [TradeBar] { take(bars.count) }

    private mutating func take(_ count: Int) -> [TradeBar] {
        guard count > 0 else { return [] }
        while firstOpen < count { closeFirst() }
        let taken = Array(bars[..<count])
        bars.removeFirst(count)
        firstOpen -= count
        return taken
    }
}

extension TradeColumns {
    /// Appends the rows of another batch that bars are made of.
    fileprivate mutating func append(_ other: borrowing TradeColumns, _ rows: Range<Int>) {
        time.append(contentsOf: other.time[rows])
        price.append(contentsOf: other.price[rows])
        quantity.append(contentsOf: other.quantity[rows])
        side.append(contentsOf: other.side[rows])
    }
}
