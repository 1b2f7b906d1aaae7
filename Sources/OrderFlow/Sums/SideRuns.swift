/// Runs of trades of one taker side inside a bar, and the flips between sides.
struct SideRuns: Sendable {
    /// The longest run, in trades.
    private(set) var longestBuy: Int64 = 0
    private(set) var longestSell: Int64 = 0
    /// How many runs there are.
    private(set) var buyRuns: Int64 = 0
    private(set) var sellRuns: Int64 = 0
    /// How many trades have another side than the trade before.
    private(set) var flips: Int64 = 0
    /// Σ |pᵢ − pᵢ₋₁| ÷ pᵢ₋₁ over the flips, in tape order.
    private(set) var change = 0.0
    private var length: Int64 = 0

    /// Adds rows; `previous` is the trade before the first, with price 0 if the bar begins with it.
    ///
    /// - Complexity: O(rows), without branches on the side.
    mutating func add(_ prices: borrowing [Int64], _ sides: borrowing [Int8], _ rows: Range<Int>, previous: (price: Int64, side: Int8)) {
        let prices = prices.span
        let sides = sides.span
        // A side that no trade has: the first trade of a bar begins a run, and is no flip.
        var oldSide: Int8 = previous.price > 0 ? previous.side : .max
        var oldPrice = previous.price > 0 ? previous.price : prices[rows.lowerBound]
        if previous.price == 0 { flips = -1 }
        var length = length
        var longestBuy = longestBuy
        var longestSell = longestSell
        var buyRuns = buyRuns
        var sellRuns = sellRuns
        var flips = flips
        var change = change
        for row in rows {
            let side = sides[row]
            let price = prices[row]
            let flip = side != oldSide
            length = flip ? 1 : length &+ 1
            longestBuy = max(longestBuy, side > 0 ? length : 0)
            longestSell = max(longestSell, side < 0 ? length : 0)
            buyRuns &+= flip && side > 0 ? 1 : 0
            sellRuns &+= flip && side < 0 ? 1 : 0
            flips &+= flip ? 1 : 0
            let step = abs(Double(price &- oldPrice)) / Double(oldPrice)
            change += flip ? step : 0
            oldSide = side
            oldPrice = price
        }
        self.length = length
        self.longestBuy = longestBuy
        self.longestSell = longestSell
        self.buyRuns = buyRuns
        self.sellRuns = sellRuns
        self.flips = flips
        self.change = change
    }
}
