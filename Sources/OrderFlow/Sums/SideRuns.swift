/// Runs of trades of one taker side inside a bar, and the flips between sides.
struct SideRuns: Sendable {
    /// How many trades have another side than the trade before.
    private(set) var flips: Int64 = 0
    /// Σ |pᵢ − pᵢ₋₁| ÷ pᵢ₋₁ over the flips, in tape order.
    private(set) var change = 0.0
    // By side in the order sell, unknown, buy: the longest run in trades, and how many runs there are.
    private var longest = InlineArray<3, Int64>(repeating: 0)
    private var count = InlineArray<3, Int64>(repeating: 0)
    /// The length of the run that the last trade belongs to.
    private var length = 0

    /// The longest run, in trades.
    var longestBuy: Int64 { longest[2] }
    var longestSell: Int64 { longest[0] }
    /// How many runs there are.
    var buyRuns: Int64 { count[2] }
    var sellRuns: Int64 { count[0] }

    /// Adds up to 4,096 rows; `previous` is the trade before the first, with price 0 if the bar begins with it.
    ///
    /// Whether the side changes cannot be foretold, so the rows at which runs begin are collected first, without a branch on the side.
    ///
    /// - Parameter starts: room for the rows at which runs begin.
    /// - Complexity: O(rows), most of it O(runs).
    mutating func add(
        _ prices: borrowing [Int64], _ sides: borrowing [Int8], _ rows: Range<Int>, previous: (price: Int64, side: Int8),
        _ starts: inout [Int]
    ) {
        let prices = prices.span.extracting(rows)
        let sides = sides.span.extracting(rows)
        let isFirst = previous.price == 0
        // A side that no trade has: the first trade of a bar begins a run, and is no flip.
        let found = SideRuns.findStarts(sides, after: isFirst ? .max : previous.side, into: &starts)
        flips += Int64(isFirst ? found - 1 : found)
        var longest = longest
        var count = count
        var change = change
        var side = isFirst ? 1 : Int(previous.side) + 1
        var begin = -length
        let starts = starts.span
        for index in 0..<found {
            let row = starts[index]
            longest[side] = max(longest[side], Int64(row &- begin))
            begin = row
            side = Int(sides[row]) &+ 1
            count[side] &+= 1
            let oldPrice = row > 0 ? prices[row &- 1] : isFirst ? prices[0] : previous.price
            change += abs(Double(prices[row] &- oldPrice)) / Double(oldPrice)
        }
        length = rows.count - begin
        longest[side] = max(longest[side], Int64(length))
        self.longest = longest
        self.count = count
        self.change = change
    }

    /// Collects the rows whose side is not that of the row before, and tells how many there are.
    private static func findStarts(_ sides: Span<Int8>, after previous: Int8, into starts: inout [Int]) -> Int {
        let room = FlowRun.maximumLength
        if starts.isEmpty { starts = [Int](repeating: 0, count: room) }
        var target = starts.mutableSpan
        precondition(target.count == room)
        var old = previous
        var found = 0
        for row in sides.indices {
            // Written always and kept if a run begins: that takes no branch, nor does the mask, where a check of the place would.
            target[found & (room &- 1)] = row
            found &+= sides[row] != old ? 1 : 0
            old = sides[row]
        }
        return found
    }
}
