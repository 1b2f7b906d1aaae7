/// What a simulated instrument's tape looks like: its prices, sizes and the course of its day.
public struct TapeShape: Sendable {
    /// Digits of the price after the point; one tick is the last of them.
    public var priceDecimals: Int
    /// Digits of the quantity after the point; one lot is the last of them.
    public var quantityDecimals: Int
    /// The first price, in ticks.
    public var firstPrice: Int64
    /// How many ticks the price moves by at a time.
    public var step: Int64
    /// Mean of the natural logarithm of the size in lots.
    public var sizeMean: Double
    /// Standard deviation of the natural logarithm of the size.
    public var sizeDeviation: Double
    /// The first aggregate trade id.
    public var firstID: Int64
    /// The raw trade id before the first one.
    public var firstFill: Int64
    /// Whether trades come thicker in the busy hours of the day, or evenly.
    public var intraday: Bool

    /// The tape of the benchmarks: a busy BTC perpetual with 0.1 ticks and 0.001 lots, even over the day.
    public static let benchmark = TapeShape(
        priceDecimals: 1, quantityDecimals: 3, firstPrice: 425_000, step: 1, sizeMean: 2, sizeDeviation: 2, firstID: 5_000_000,
        firstFill: 1_000_000, intraday: false)
}
