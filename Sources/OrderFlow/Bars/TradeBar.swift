import MarketModel

/// All that is summed up of one bar's trades.
public struct TradeBar: Sendable {
    /// Volume, notional and count by taker side and order size.
    public private(set) var flow: FlowBar
    private(set) var prices = PriceSums()
    private(set) var isClosed = false
    /// None, or one: an array, so that bars that need no details stay small, and moving one costs little.
    private var held: [BarDetails] = []

    /// Creates an empty bar.
    init(start: Int64) { flow = FlowBar(start: start) }

    /// The start of the interval in microseconds since the epoch.
    public var start: Int64 { flow.start }

    // What was summed up trade by trade, part by part; empty if nothing was.
    var priceMoments: Moments { held.isEmpty ? Moments() : held[0].priceMoments }
    var sizeMoments: Moments { held.isEmpty ? Moments() : held[0].sizeMoments }
    var sizes: SizeSums { held.isEmpty ? SizeSums() : held[0].sizes }
    var ticks: TickSums { held.isEmpty ? TickSums() : held[0].ticks }
    var runs: SideRuns { held.isEmpty ? SideRuns() : held[0].runs }
    var returns: ReturnSums { held.isEmpty ? ReturnSums() : held[0].returns }
    var impact: ImpactSums { held.isEmpty ? ImpactSums() : held[0].impact }
    var order: OrderStatistics { held.isEmpty ? OrderStatistics() : held[0].order }

    /// Adds a run of at most ``FlowRun/maximumLength`` rows that follow those before in tape order.
    mutating func add(
        _ trades: borrowing TradeColumns, _ rows: Range<Int>, _ valuation: Valuation, _ limits: FlowLimits, _ parts: BarParts,
        _ scratch: inout BarScratch
    ) throws(BarError) {
        var run = FlowBar(start: start)
        if !parts.isDisjoint(with: .steps) { scratch.steps.fill(trades.price, rows, previous: flow.lastPrice) }
        if parts.contains(.variance) { run.variance.add(FlowRun.variance(scratch.steps, trades.price, rows)) }
        guard FlowRun.sum(trades, rows, valuation, limits, into: &run), flow.append(run)
        else { throw .overflow(at: trades.time[rows.lowerBound]) }
        if parts.contains(.prices) { prices.add(trades.price, rows) }
        guard !parts.isSubset(of: .mergeable) else { return }
        if held.isEmpty { held.append(BarDetails()) }
        guard held[0].add(trades, rows, valuation, parts, &scratch) else { throw .overflow(at: trades.time[rows.lowerBound]) }
    }

    /// Adds the sums of a stretch of trades that follows; only for ``BarParts/mergeable`` parts.
    ///
    /// - Returns: false if 128 bits do not hold a sum.
    mutating func append(_ next: borrowing TradeBar) -> Bool {
        prices.append(next.prices)
        return flow.append(next.flow)
    }

    /// Works out the moments and order statistics and lets go of the trades: no more will come.
    mutating func close(_ parts: BarParts, _ scratch: inout BarScratch) {
        isClosed = true
        if !held.isEmpty { held[0].close(parts, &scratch) }
    }

    /// The bar with the moments and order statistics of the trades it has now; it may take more.
    func asItStands(_ parts: BarParts, _ scratch: inout BarScratch) -> TradeBar {
        guard !held.isEmpty else { return self }
        var bar = self
        bar.held[0].workOut(parts, &scratch)
        return bar
    }
}
