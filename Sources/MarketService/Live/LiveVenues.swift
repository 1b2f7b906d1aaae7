public import MarketModel

/// Who knows what venues list, and can begin to record an instrument when somebody asks for it.
public protocol LiveVenues: Sendable {
    /// The instruments that a venue trades now, by symbol; nil if the venue is not followed, or was not asked yet.
    ///
    /// - Complexity: O(1).
    func tradable(_ venue: Venue) -> [Instrument]?
    /// Begins to record an instrument that nobody asked for before, with its newest trades; what is recorded already is left alone.
    ///
    /// - Complexity: O(1), and O(instruments listed) for one that is not recorded.
    func follow(_ venue: Venue, _ symbol: String) -> Following
}

/// What comes of asking for an instrument to be recorded.
public enum Following: Sendable, Hashable {
    /// It is being recorded, or will be in a moment.
    case begun
    /// Its venue does not trade it, or is not followed.
    case unlisted
    /// No more instruments of the venue are begun because somebody asks for them.
    case full
}
