import MarketModel

/// All that is summed up of one bar's trades.
public struct TradeBar: Sendable {
    /// Volume, notional and count by taker side and order size.
    public private(set) var flow: FlowBar
    private(set) var prices = PriceSums()
    private(set) var priceMoments = PowerSums(centred: true)
    private(set) var sizes = SizeSums()
    private(set) var ticks = TickSums()
    private(set) var runs = SideRuns()
    private(set) var returns = ReturnSums()
    private(set) var impact = ImpactSums()
    private(set) var order = OrderStatistics()

    // The trades of an open bar, as far as order statistics need them.
    private var heldPrices: [Int64] = []
    private var heldSizes = SizeList.narrow([])
    private(set) var isClosed = false
    private var lastPrice: Int64 = 0
    private var lastSide: Int8 = 0

    /// Creates an empty bar.
    init(start: Int64) { flow = FlowBar(start: start) }

    /// The start of the interval in microseconds since the epoch.
    public var start: Int64 { flow.start }

    /// Adds a run of at most ``FlowRun/maximumLength`` rows that follow those before in tape order.
    mutating func add(
        _ trades: borrowing TradeColumns, _ rows: Range<Int>, _ valuation: Valuation, _ limits: FlowLimits, _ parts: BarParts,
        _ scratch: inout BarScratch
    ) throws(BarError) {
        func overflow() -> BarError { .overflow(at: trades[rows.lowerBound].id) }
        var run = FlowBar(start: start)
        guard FlowRun.sum(trades, rows, valuation, limits, withVariance: parts.contains(.variance), into: &run), flow.append(run)
        else { throw overflow() }
        if parts.contains(.prices) { prices.add(trades.price, rows) }
        guard !parts.isSubset(of: .mergeable) else { return }

        let isFirst = lastPrice == 0
        if isFirst, !parts.isDisjoint(with: .held) {
            heldPrices = scratch.spare.popLast() ?? []
            heldSizes = .narrow(scratch.spare.popLast() ?? [])
        }
        if parts.contains(.priceMoments) { priceMoments.add(trades.price, rows) }
        if parts.contains(.ticks) {
            guard ticks.add(trades, rows, previous: lastPrice, valuation) else { throw overflow() }
        }
        if parts.contains(.runs) { runs.add(trades.price, trades.side, rows, previous: (lastPrice, lastSide)) }
        if !parts.isDisjoint(with: .sizes) {
            guard scratch.sizes.fill(trades, rows, valuation) else { throw overflow() }
            if parts.contains(.sizeMoments) { sizes.add(scratch.sizes) }
            if !parts.isDisjoint(with: .heldSizes) { heldSizes.append(scratch.sizes) }
        }
        if !parts.isDisjoint(with: .heldPrices) { heldPrices.append(contentsOf: trades.price[rows]) }
        if !parts.isDisjoint(with: .logarithms) {
            LogReturns.fill(trades.price, rows, previous: lastPrice, into: &scratch.returns)
            if parts.contains(.returns) { returns.add(scratch.returns, count: rows.count, skipping: isFirst) }
            if parts.contains(.impact) { impact.add(scratch.returns, scratch.sizes, trades.side, rows, skipping: isFirst) }
        }
        lastPrice = trades.price[rows.upperBound - 1]
        lastSide = trades.side[rows.upperBound - 1]
    }

    /// Adds the sums of a stretch of trades that follows; only for ``BarParts/mergeable`` parts.
    ///
    /// - Returns: false if 128 bits do not hold a sum.
    mutating func append(_ next: borrowing TradeBar) -> Bool {
        prices.append(next.prices)
        return flow.append(next.flow)
    }

    /// Works out the order statistics and lets go of the trades: no more will come.
    mutating func close(_ parts: BarParts, _ scratch: inout BarScratch) {
        isClosed = true
        guard !parts.isDisjoint(with: .held) else { return }
        order = OrderStatistics(parts, prices: heldPrices, sizes: heldSizes, selection: &scratch.selection)
        heldPrices.removeAll(keepingCapacity: true)
        scratch.spare.append(heldPrices)
        heldPrices = []
        scratch.spare.append(heldSizes.emptied())
        heldSizes = .narrow([])
    }
}

/// What the bars of a segment share while they are summed: arrays that are filled anew for each run.
struct BarScratch: Sendable {
    var sizes = RunSizes()
    var returns: [Double] = []
    var selection = Selection<Int64>()
    /// Storage of bars that have closed, for those to come.
    var spare: [[Int64]] = []
}
