import Archives
import MarketModel

/// What an import is told by the user.
public struct ImportOptions: Sendable {
    /// Where the trades were printed.
    public var venue: Venue
    /// The venue's own symbol.
    public var symbol: String
    /// The contract size, where the built-in table does not know it.
    public var contractSize: FixedPoint?
    /// Which column is which, for files that are not recognised.
    public var columns: ColumnMapping?
    /// Whether a one-sided file is taken all the same.
    public var force = false
    /// How many threads work.
    public var threads: Int

    /// Creates the options of an import.
    public init(
        venue: Venue, symbol: String, contractSize: FixedPoint? = nil, columns: ColumnMapping? = nil, force: Bool = false, threads: Int
    ) {
        self.venue = venue
        self.symbol = symbol
        self.contractSize = contractSize
        self.columns = columns
        self.force = force
        self.threads = threads
    }
}
