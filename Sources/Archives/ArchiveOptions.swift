/// How archives are to be read.
public struct ArchiveOptions: Sendable, Hashable {
    /// Which column is which, for files whose own header does not say; nil to recognise the format.
    public var columns: ColumnMapping?
    /// The instrument whose rows are wanted from a file that holds several; compared without regard to case.
    public var symbol: String?
    /// Whether a `.CHECKSUM` file beside the archive is verified.
    public var verifiesChecksum = true
    /// The most bytes of text an archive may unpack to.
    public var unpackedLimit = 1 << 40
    /// How many times its packed size an archive may unpack to, once it has given 64 MiB: trade rows pack 4 to 10 times.
    public var expansionLimit = 100
    /// Whether aggTrades are read by the hot parser; tests compare it with the row parser.
    package var readsByShape = true

    /// Creates the usual options.
    public init(columns: ColumnMapping? = nil, symbol: String? = nil) {
        self.columns = columns
        self.symbol = symbol
    }
}
