public import MarketModel
public import OrderFlow
public import Recorder
public import TapeSequencer

/// What one can follow of a market.
public enum LiveTopic: Sendable, Hashable {
    /// The trades of an instrument.
    case trades(Venue, String)
    /// The bars of an instrument at an interval.
    case bars(Venue, String, Interval)
    /// The holes of an instrument's tape.
    case gaps(Venue, String)
}

/// What those who follow are told.
public enum LiveMessage: Sendable {
    /// Trades as they are released: in tape order, but for those marked late. Prices and quantities are at the scales.
    case trades(Instrument, Scales, [LiveTrade])
    /// A bar as it stands: growing while `isOpen`; then final, and again with the next revision if a repair changes it.
    case bar(Instrument, Interval, BarRow, isOpen: Bool, revision: Int)
    /// A hole was found, filled or given up.
    case gap(Instrument, LiveGap)
}

/// What one follows; hand it back to ``LiveMarket/cancel(_:)``.
public struct LiveSubscription: Sendable, Hashable {
    let number: Int
    let topics: [LiveTopic]
}

/// An instrument that is recorded, as it stands.
public struct LiveInstrument: Sendable {
    /// The instrument.
    public var instrument: Instrument
    /// Whether it is followed.
    public var state: LiveState
    /// The last trade, if there is one.
    public var last: LiveTrade?
    /// The last trade that survives power loss; the id where ids tell.
    public var durableID: TradeID?
    /// Its event time, in microseconds since 1970-01-01 UTC.
    public var durableTime: Int64?
    /// The event time of the first trade of the tape.
    public var firstTime: Int64?
    /// Holes that are open, and those that the venue does not fill.
    public var gaps: [LiveGap]
    /// Bars that were told of as final since the recording began, of all intervals; a bar has the values of all datasets.
    public var bars: Int
    /// Those that were told of again since they changed.
    public var revisedBars: Int
    /// How long the newest trade took from the venue to here, in microseconds; as right as both clocks.
    public var lag: Int64? { last.map { $0.received - $0.trade.time } }
}
