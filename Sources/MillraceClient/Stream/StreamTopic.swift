public import MarketModel

/// What one can follow of the stream.
public struct StreamTopic: Sendable, Hashable, CustomStringConvertible {
    /// As the server spells it: `trades:binance-spot:BTCUSDT`.
    public let description: String

    private init(_ parts: String...) { description = parts.joined(separator: ":") }

    /// Trades as they are released to the tape, in its order.
    public static func trades(_ venue: Venue, _ symbol: String) -> StreamTopic { StreamTopic("trades", venue.name, symbol) }

    /// Prints that are worth much, one an event.
    public static func large(_ venue: Venue, _ symbol: String) -> StreamTopic { StreamTopic("large", venue.name, symbol) }

    /// Bars with the columns of a dataset: while they grow, as final, and again for each repair.
    public static func bars(_ venue: Venue, _ symbol: String, _ interval: Interval, dataset: String = "ohlcv") -> StreamTopic {
        StreamTopic("bars", venue.name, symbol, interval.name, dataset)
    }

    /// Holes that are found, filled or given up.
    public static func gaps(_ venue: Venue, _ symbol: String) -> StreamTopic { StreamTopic("gaps", venue.name, symbol) }
}
