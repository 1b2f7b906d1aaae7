import JSONReading
public import MarketModel

/// A hole of a tape: ids that the venue gave out and the tape lacks, or times of which trades may be missing.
public struct TapeGap: Sendable, Hashable {
    /// What becomes of a hole.
    public enum State: String, Sendable, Hashable, CaseIterable {
        /// The venue is being asked.
        case open
        /// It was filled.
        case repaired
        /// The venue does not give it any more.
        case abandoned
    }

    /// Where the instrument is traded.
    public let venue: Venue
    /// The venue's own symbol.
    public let symbol: String
    /// What becomes of it.
    public let state: State
    /// The first and the last missing id; nil where ids tell nothing.
    public let ids: ClosedRange<Int64>?
    /// How many trades are missing still; nil where that is not known.
    public let missing: Int?
    /// When the trade before it was executed.
    public let timeFrom: Int64
    /// When the trade behind it was executed.
    public let timeTo: Int64
}

extension TapeGap {
    init(_ row: JSONValue) throws(Unreadable) {
        venue = try row.member("venue", \.venue)
        symbol = try row.member("symbol", \.string)
        state = try row.member("state") { $0.string.flatMap(State.init(rawValue:)) }
        let (from, to) = (try row.optional("from_id", \.whole), try row.optional("to_id", \.whole))
        if let from, let to {
            guard from <= to else { throw Unreadable("a hole ends before it begins") }
            ids = from...to
        } else {
            ids = nil
        }
        missing = try row.optional("missing", \.count)
        timeFrom = try row.member("time_from", \.whole)
        timeTo = try row.member("time_to", \.whole)
    }
}
