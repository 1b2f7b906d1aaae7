public import MarketModel

/// Who knows what venues list, and can begin to record an instrument when somebody asks for it.
public protocol LiveVenues: Sendable {
    /// The instruments that a venue trades now, by symbol; nil if the venue is not followed, or was not asked yet.
    ///
    /// - Complexity: O(1).
    func tradable(_ venue: Venue) -> [Instrument]?
    /// Begins to record an instrument that nobody asked for before, with its newest trades; what is recorded already is left alone.
    ///
    /// - Returns: whether it is being recorded, or will be in a moment.
    func follow(_ venue: Venue, _ symbol: String) -> Bool
}
