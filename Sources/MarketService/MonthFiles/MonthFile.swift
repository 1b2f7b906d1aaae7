import Lake
public import MarketModel

/// A finished month file.
public struct MonthFile: Sendable, Hashable {
    /// Where it is.
    public let path: String
    /// Its size in bytes.
    public let size: Int

    init(_ stored: StoredFile) {
        path = stored.path
        size = stored.size
    }
}

/// What a lake has of one tape.
public struct TapeCoverage: Sendable, Hashable {
    /// The first day with trades.
    public let first: CivilDate
    /// The last day with trades.
    public let last: CivilDate
    /// How many days have trades.
    public let days: Int
    /// The size of the tape's files.
    public let bytes: Int
}
