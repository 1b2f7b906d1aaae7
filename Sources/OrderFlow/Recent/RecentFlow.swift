public import MarketModel

/// All that is asked of the newest trades of an instrument, worked out once when they arrive: what requests share and never change.
///
/// A class, so that handing it to a request is one reference and no copy.
public final class RecentFlow: Sendable {
    /// The instrument.
    public let instrument: Instrument
    /// The exchange behind the instrument's venue, as people write it.
    public let exchange: String
    /// The digits after the point of prices.
    public let priceScale: Int
    /// The digits after the point of base quantities.
    public let baseScale: Int
    /// The digits after the point of notionals.
    public let notionalScale: Int
    /// The flow of the newest n trades, for every n.
    public let windows: WindowSums
    /// The tape rows by size.
    public let prints: LargePrints
    /// The prints by size where the rows of one side within a millisecond are one.
    public let groupedPrints: LargePrints

    /// Works out the flow of a tape.
    ///
    /// - Throws: ``BarError/overflow(at:)`` if 128 bits do not hold a sum.
    /// - Complexity: O(n log n) for n trades; memory about 300 bytes a trade.
    public init(instrument: Instrument, tape: ValuedTrades) throws(BarError) {
        self.instrument = instrument
        exchange = instrument.venue.exchange
        priceScale = tape.scales.price
        baseScale = tape.baseScale
        notionalScale = tape.notionalScale
        windows = try WindowSums(tape)
        prints = try LargePrints(tape)
        groupedPrints = try LargePrints(tape, groupedBy: 1000)
    }
}
