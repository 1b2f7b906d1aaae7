public import MarketModel

/// The flow bars of one segment of a tape: what a thread fills, and what merges with its neighbours.
///
/// However a tape is cut into segments and whoever fills them, appending them in tape order gives the same bits as one segment would.
///
///     var segment = try FlowSegment(options: BarOptions(interval: .m1), valuation: valuation)
///     try segment.add(batch)
///     try all.append(segment)
public struct FlowSegment: Sendable {
    /// What is computed.
    public let options: BarOptions
    /// How trades are valued in this segment; its scales, but not its factor, are those of all segments.
    public let valuation: Valuation
    /// The bars with at least one trade, by start.
    public private(set) var bars: [FlowBar] = []

    let limits: FlowLimits

    /// Creates an empty segment.
    ///
    /// - Throws: ``FlowError/valuation`` if the size thresholds do not fit the notional scale.
    public init(options: BarOptions, valuation: Valuation) throws(FlowError) {
        self.options = options
        self.valuation = valuation
        guard let limits = FlowLimits(options: options, valuation: valuation) else { throw .valuation }
        self.limits = limits
    }

    /// Adds the next trades in tape order; their prices and quantities are positive and at the valuation's scales.
    ///
    /// Event times may step back: each trade goes to the bar of its own time.
    ///
    /// - Throws: ``FlowError/overflow(at:)`` if 128 bits do not hold a sum of a bar.
    /// - Complexity: O(trades) while times mostly ascend; nothing is allocated per trade.
    public mutating func add(_ trades: borrowing TradeColumns) throws(FlowError) {
        let count = trades.count
        var first = 0
        while first < count {
            let start = options.interval.start(of: trades.time[first])
            let last = FlowSegment.runEnd(trades.time, from: first, barStart: start, length: options.interval.microseconds)
            let bar = indexOfBar(start)
            try addRun(trades, first..<last, to: bar)
            first = last
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

    /// The position of the bar that starts at `start`, inserted if new; looks from the end, where it nearly always is.
    private mutating func indexOfBar(_ start: Int64) -> Int {
        var index = bars.count
        while index > 0, bars[index - 1].start > start { index -= 1 }
        if index > 0, bars[index - 1].start == start { return index - 1 }
        bars.insert(FlowBar(start: start), at: index)
        return index
    }

    private mutating func addRun(_ trades: borrowing TradeColumns, _ rows: Range<Int>, to bar: Int) throws(FlowError) {
        var run = FlowBar(start: bars[bar].start)
        let summed =
            (valuation.isInverse
                ? FlowRun.sumInverse(trades, rows, valuation, limits, into: &run)
                : FlowRun.sumLinear(trades, rows, valuation, limits, into: &run))
            || FlowRun.sumWide(trades, rows, valuation, limits, into: &run)
        guard summed else { throw .overflow(at: trades[rows.lowerBound].id) }
        run.firstPrice = trades.price[rows.lowerBound]
        run.lastPrice = trades.price[rows.upperBound - 1]
        if options.toxicity { run.variance.add(FlowRun.variance(trades.price, rows)) }
        guard bars[bar].append(run) else { throw .overflow(at: trades[rows.lowerBound].id) }
    }

    /// Appends a segment that follows this one in tape order.
    ///
    /// - Complexity: O(bars that overlap); amortised O(1) a bar for segments in time order.
    public mutating func append(_ next: borrowing FlowSegment) throws(FlowError) {
        for index in next.bars.indices {
            let position = indexOfBar(next.bars[index].start)
            guard bars[position].append(next.bars[index]) else { throw .overflow(at: TradeID(0)) }
        }
    }
}

/// The size thresholds as notional mantissas.
struct FlowLimits: Sendable {
    let medium: Int128
    let large: Int128

    init?(options: BarOptions, valuation: Valuation) {
        func mantissa(_ threshold: FixedPoint) -> Int128? {
            let exponent = valuation.notionalScale - threshold.scale
            let value = Int128(threshold.mantissa)
            if exponent >= 0 { return value * Valuation.tenTo(exponent) }
            // A threshold finer than the notional scale: the first notional at or above it.
            let divisor = Valuation.tenTo(-exponent)
            return (value + divisor - 1) / divisor
        }
        guard let medium = mantissa(options.mediumFrom), let large = mantissa(options.largeFrom), medium >= 0, large >= medium
        else { return nil }
        self.medium = medium
        self.large = large
    }
}
