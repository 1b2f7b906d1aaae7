import MarketModel
import TapeSequencer

/// What a whole archive held, and what was wrong with it.
public struct ArchiveReport: Sendable, Hashable {
    /// The format in words, as ``ArchiveFile/format``.
    public var format: String
    /// The exact scales of the pass that was kept: the smallest that hold every row.
    public var scales: Scales
    /// Order, span, sides, holes.
    public var scan: TapeScan
    /// Rows that could not be read, the first ``RejectedRow/limit`` of them.
    public var rejectedRows: [RejectedRow] = []
    /// How many rows could not be read.
    public var rejected = 0
    /// Rows of other instruments, left out.
    public var otherSymbols = 0
    /// Lines of text read, headers and blank lines included.
    public var lines = 0
    /// What the `.CHECKSUM` file beside the archive said.
    public var checksum = ChecksumState.none

    /// How many trades the file holds.
    public var trades: Int { scan.rows }
    /// How many rows had a zero price or quantity.
    public var zero: Int { scan.zeroRows }
    /// How many well-formed rows the file holds: trades and zero rows.
    public var rows: Int { scan.rows + scan.zeroRows }
}

/// A row that could not be read.
public struct RejectedRow: Sendable, Hashable {
    /// How many are listed; all are counted.
    public static let limit = 1000

    /// The line of the text, from 1.
    public var line: Int
    /// What is wrong with it.
    public var reason: String

    /// Creates a rejected row.
    public init(line: Int, reason: String) {
        self.line = line
        self.reason = reason
    }
}

/// What the `.CHECKSUM` file beside an archive says; a mismatch is an error and never a state.
public enum ChecksumState: String, Sendable, Hashable {
    /// There is no such file, or it was not asked for.
    case none
    /// The archive's SHA-256 is the one in the file.
    case verified
}
