import JSONReading
public import MarketModel

/// An instrument that has a tape or is being recorded, and how far.
public struct TapeInstrument: Sendable, Hashable {
    /// How its recording is doing.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// It is not recorded; its tape was imported.
        case imported
        /// The venue has been asked for it.
        case waiting
        /// It is followed.
        case live
        /// The connection to the venue is lost.
        case disconnected
        /// The venue refuses it, or does not list it any more.
        case ended
    }

    /// Where it is traded.
    public let venue: Venue
    /// The venue's own symbol.
    public let symbol: String
    /// The universal symbol; nil where there is none.
    public let atlas: String?
    /// What its quantities count.
    public let kind: InstrumentKind
    /// What one unit of quantity stands for: base, of inverse contracts quote currency.
    public let contractSize: FixedPoint
    /// How its recording is doing.
    public let state: State
    /// Why it is disconnected or ended.
    public let reason: String?
    /// The last trade that survives power loss; nil before the first, and where ids tell nothing.
    public let durableID: String?
    /// When that trade was executed.
    public let durableTime: Int64?
    /// When the first trade of the tape was executed.
    public let firstTime: Int64?
    /// When the newest trade was executed.
    public let lastTime: Int64?
    /// Microseconds from the venue's clock to the server's of the newest trade; nil where it is not recorded.
    public let lag: Int64?
    /// How many days are on tape.
    public let days: Int
    /// How many trades are on tape.
    public let trades: Int
    /// How many holes are open or abandoned.
    public let openGaps: Int
}

extension TapeInstrument {
    init(_ row: JSONValue) throws(Unreadable) {
        venue = try row.member("venue", \.venue)
        symbol = try row.member("symbol", \.string)
        atlas = try row.optional("atlas", \.string)
        kind = try row.member("kind") { $0.string.flatMap(InstrumentKind.init(rawValue:)) }
        contractSize = try row.member("contract_size", \.exact)
        state = try row.member("state") { $0.string.flatMap(State.init(rawValue:)) }
        reason = try row.optional("reason", \.string)
        durableID = try row.optional("durable_id", \.id)
        durableTime = try row.optional("durable_time", \.whole)
        firstTime = try row.optional("first_time", \.whole)
        lastTime = try row.optional("last_time", \.whole)
        lag = try row.optional("lag", \.whole)
        days = try row.member("days", \.count)
        trades = try row.member("trades", \.count)
        openGaps = try row.member("open_gaps", \.count)
    }
}
