/// A feed as `millrace top` shows it. Times and durations are microseconds.
public struct TopFeed: Sendable, Hashable {
    /// Where it is traded.
    public var venue: String
    /// The venue's own symbol.
    public var symbol: String
    /// `imported`, `waiting`, `live`, `disconnected` or `ended`.
    public var state: String
    /// Why it is not followed as it should be; nil where it is, or need not be.
    public var stale: String?
    /// Trades a second, as counted; nil where there is no telling yet.
    public var rate: Double?
    /// How long the newest trade took from the venue to the server.
    public var lag: Int64?
    /// How long ago the newest trade was executed.
    public var age: Int64?
    /// How far what survives power loss is behind the newest trade.
    public var durable: Int64?
    /// Holes that are open or abandoned.
    public var holes: Int
    /// How many trades are on tape.
    public var trades: Int

    /// Creates a feed.
    public init(
        venue: String, symbol: String, state: String, stale: String? = nil, rate: Double? = nil, lag: Int64? = nil, age: Int64? = nil,
        durable: Int64? = nil, holes: Int = 0, trades: Int = 0
    ) {
        (self.venue, self.symbol, self.state, self.stale) = (venue, symbol, state, stale)
        (self.rate, self.lag, self.age, self.durable) = (rate, lag, age, durable)
        (self.holes, self.trades) = (holes, trades)
    }
}

/// A hole of a tape as `millrace top` shows it.
public struct TopHole: Sendable, Hashable {
    /// Where the instrument is traded.
    public var venue: String
    /// The venue's own symbol.
    public var symbol: String
    /// `open`, `repaired` or `abandoned`.
    public var state: String
    /// How many trades are missing still; nil where that is not known.
    public var missing: Int?
    /// How long ago it began, in microseconds.
    public var age: Int64
    /// How long it is, in microseconds.
    public var length: Int64

    /// Creates a hole.
    public init(venue: String, symbol: String, state: String, missing: Int?, age: Int64, length: Int64) {
        (self.venue, self.symbol, self.state, self.missing, self.age, self.length) = (venue, symbol, state, missing, age, length)
    }
}

/// What `millrace top` knows of a server at one moment.
public struct TopModel: Sendable, Hashable {
    /// Which server it is.
    public var url: String
    /// Its version.
    public var version: String?
    /// Seconds since it began.
    public var uptime: Double?
    /// Its memory in bytes.
    public var memory: Double?
    /// Its instruments.
    public var feeds: [TopFeed] = []
    /// Holes, the newest first.
    public var holes: [TopHole] = []
    /// Why nothing newer is known; nil where this is how it is.
    public var fault: String?

    /// Creates what is known before anything was asked.
    public init(url: String) { self.url = url }
}
