public import MarketModel
import OrderFlow

/// What a live market keeps of each instrument.
public struct LiveOptions: Sendable, Hashable {
    /// The intervals at which bars are followed.
    public var intervals: [Interval] = [.m1]
    /// What is computed of each bar.
    public var parts: BarParts = LiveOptions.everything
    /// Orders below this notional are small; at or above it, medium.
    public var mediumFrom = FixedPoint(mantissa: 100)
    /// Orders at or above this notional are large.
    public var largeFrom = FixedPoint(mantissa: 1000)
    /// How long after its end a bar takes trades before it is told of as final, in microseconds.
    public var grace: Int64 = 1_000_000
    /// The least time between two tellings of a bar that grows, in microseconds.
    public var openUpdates: Int64 = 250_000
    /// How long after a late trade a closed bar is read again, in microseconds: repairs come in pages.
    public var revisionDelay: Int64 = 1_000_000

    /// The defaults: one-minute bars with all datasets.
    public init() {}

    /// What all datasets together need.
    public static let everything = Dataset<BarRow>.all.flatMap(\.columns).reduce(BarParts()) { $0.union($1.needs) }

    /// The bars of an interval.
    func bars(_ interval: Interval) -> BarOptions {
        BarOptions(interval: interval, mediumFrom: mediumFrom, largeFrom: largeFrom, parts: parts)
    }
}
