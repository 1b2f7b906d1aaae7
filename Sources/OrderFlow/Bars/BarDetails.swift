import MarketModel

/// What is summed up of a bar's trades one by one, in tape order: all but what simply adds up.
struct BarDetails: Sendable {
    private(set) var sizes = SizeSums()
    private(set) var ticks = TickSums()
    private(set) var runs = SideRuns()
    private(set) var returns = ReturnSums()
    private(set) var impact = ImpactSums()
    // Once the bar is closed:
    private(set) var order = OrderStatistics()
    private(set) var priceMoments = Moments()
    private(set) var sizeMoments = Moments()

    private var prices = PowerSums(centred: true)
    // The trades of an open bar, as far as order statistics need them.
    private var heldPrices: [Int64] = []
    private var heldSizes = SizeList.narrow([])
    private var lastPrice: Int64 = 0
    private var lastSide: Int8 = 0

    /// Adds a run of at most ``FlowRun/maximumLength`` rows that follow those before in tape order.
    ///
    /// - Returns: false if a sum does not fit.
    mutating func add(
        _ trades: borrowing TradeColumns, _ rows: Range<Int>, _ valuation: Valuation, _ parts: BarParts, _ scratch: inout BarScratch
    ) -> Bool {
        let isFirst = lastPrice == 0
        if isFirst, !parts.isDisjoint(with: .held) {
            heldPrices = scratch.takeSpare()
            heldSizes = .narrow(scratch.takeSpare())
        }
        if parts.contains(.priceMoments) { prices.add(trades.price, rows) }
        if parts.contains(.ticks), !ticks.add(trades, rows, previous: lastPrice, valuation) { return false }
        if parts.contains(.runs) { runs.add(trades.price, trades.side, rows, previous: (lastPrice, lastSide), &scratch.starts) }
        if !parts.isDisjoint(with: .sizes) {
            guard scratch.sizes.fill(trades, rows, valuation) else { return false }
            if parts.contains(.sizeMoments) { sizes.add(scratch.sizes) }
            if !parts.isDisjoint(with: .heldSizes) { heldSizes.append(scratch.sizes) }
        }
        if !parts.isDisjoint(with: .heldPrices) { heldPrices.append(contentsOf: trades.price[rows]) }
        if !parts.isDisjoint(with: .logarithms) {
            LogReturns.fill(scratch.steps, trades.price, rows, previous: lastPrice, into: &scratch.returns)
            if parts.contains(.returns) { returns.add(scratch.returns, count: rows.count, skipping: isFirst) }
            if parts.contains(.impact) { impact.add(scratch.returns, scratch.sizes, trades.side, rows, skipping: isFirst) }
        }
        lastPrice = trades.price[rows.upperBound - 1]
        lastSide = trades.side[rows.upperBound - 1]
        return true
    }

    /// Works out the moments and order statistics and lets go of the trades: no more will come.
    mutating func close(_ parts: BarParts, _ scratch: inout BarScratch) {
        workOut(parts, &scratch)
        guard !parts.isDisjoint(with: .held) else { return }
        heldPrices.removeAll(keepingCapacity: true)
        scratch.keep(heldPrices)
        heldPrices = []
        scratch.keep(heldSizes.emptied())
        heldSizes = .narrow([])
    }

    /// Works out the moments and order statistics of the trades so far.
    mutating func workOut(_ parts: BarParts, _ scratch: inout BarScratch) {
        if parts.contains(.priceMoments) { priceMoments = prices.moments }
        if parts.contains(.sizeMoments) { sizeMoments = sizes.powers.moments }
        order = OrderStatistics(parts, prices: heldPrices, sizes: heldSizes, selection: &scratch.selection)
    }
}

/// What the bars of a segment share while they are summed: arrays that are filled anew for each run.
struct BarScratch: Sendable {
    var sizes = RunSizes()
    var steps = PriceSteps()
    var returns: [Double] = []
    var starts: [Int] = []
    var selection = Selection<Int64>()
    /// Storage of bars that have closed, for those to come.
    private var spare: [[Int64]] = []

    /// Takes an emptied list that a closed bar no longer needs. A few will do: a segment may close bars that others have opened, and open none.
    mutating func keep(_ list: [Int64]) {
        if spare.count < 16 { spare.append(list) }
    }

    /// An empty list, with the storage of a bar that has closed if there is one.
    mutating func takeSpare() -> [Int64] { spare.popLast() ?? [] }
}
