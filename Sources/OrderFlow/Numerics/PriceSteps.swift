/// How far each price of a run is from the one before, z = (new − old) ÷ (new + old): what logarithmic returns and their squares are made
/// of, so that the division is done once for both.
struct PriceSteps: Sendable {
    /// One value a row.
    private(set) var values: [Double] = []

    /// Works out the steps of some rows.
    ///
    /// - Parameter previous: the price before the first row; 0 if there is none, and its step is then 0.
    /// - Complexity: O(rows).
    mutating func fill(_ prices: borrowing [Int64], _ rows: Range<Int>, previous: Int64) {
        values.removeAll(keepingCapacity: true)
        values.append(contentsOf: repeatElement(0, count: rows.count))
        let prices = prices.span.extracting(rows)
        var steps = values.mutableSpan
        precondition(steps.count == prices.count)
        steps[0] = previous > 0 ? PriceSteps.step(from: previous, to: prices[0]) : 0
        for row in 1..<steps.count { steps[row] = PriceSteps.step(from: prices[row &- 1], to: prices[row]) }
    }

    @inline(__always)
    static func step(from old: Int64, to new: Int64) -> Double { Double(new &- old) / Double(new &+ old) }
}
