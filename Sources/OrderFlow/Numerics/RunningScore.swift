/// The z-score of each value of a series against the values up to and including it, by Welford's running moments.
///
///     var score = RunningScore()
///     score.next(1)      // nil: one value has no spread
///     score.next(3)      // 0.7071067811865475
///
/// The standard deviation is that of a sample (ddof 1). Results depend on the order of values, which is that of the rows.
public struct RunningScore: Sendable {
    private var count = 0.0
    private var mean = 0.0
    private var squares = 0.0

    /// Starts a series.
    public init() {}

    /// Takes the next value.
    ///
    /// - Returns: (value − mean) ÷ standard deviation, or nil while there are fewer than two values or all are equal.
    /// - Complexity: O(1).
    public mutating func next(_ value: Double) -> Double? {
        count += 1
        let distance = value - mean
        mean += distance / count
        squares += distance * (value - mean)
        guard count >= 2, squares > 0 else { return nil }
        return (value - mean) / (squares / (count - 1)).squareRoot()
    }
}
