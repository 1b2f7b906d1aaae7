public import MarketModel

/// What a chart shows of one bar.
public struct ChartBar: Sendable, Hashable {
    /// The start of its interval in microseconds since the epoch.
    public var time: Int64
    /// The price of the first trade.
    public var open: Double
    /// The highest price.
    public var high: Double
    /// The lowest price.
    public var low: Double
    /// The price of the last trade.
    public var close: Double
    /// Taker buys less taker sells, in base.
    public var delta: Double
    /// Whether the tape inside the bar was whole.
    public var quality: BarQuality

    /// Creates a bar.
    public init(time: Int64, open: Double, high: Double, low: Double, close: Double, delta: Double, quality: BarQuality) {
        self.time = time
        self.open = open
        self.high = high
        self.low = low
        self.close = close
        self.delta = delta
        self.quality = quality
    }

    /// Takes in the next bar of the same candle.
    mutating func join(_ next: ChartBar) {
        high = max(high, next.high)
        low = min(low, next.low)
        close = next.close
        delta += next.delta
        quality = max(quality, next.quality)
    }
}

/// The times between which trades of the tape are missing or once were.
public struct ChartHole: Sendable, Hashable {
    /// The time of the last trade before, in microseconds since the epoch.
    public var from: Int64
    /// The time of the first trade after.
    public var to: Int64
    /// Whether the trades were supplied later.
    public var isRepaired: Bool

    /// Creates a hole.
    public init(from: Int64, to: Int64, isRepaired: Bool) {
        self.from = from
        self.to = to
        self.isRepaired = isRepaired
    }
}
