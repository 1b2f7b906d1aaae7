import Archives
import MarketModel
import TapeSequencer
import Lake

/// What an import found in the files given, and what the instrument's tape lacks afterwards.
public struct ImportReport: Sendable {
    /// One entry for each file, in the order given.
    public var files: [FileReport] = []
    /// The open holes of the tape, by id.
    public var holes: [TapeHole] = []
    /// What the ids of the tape are; holes can be told only where they are contiguous.
    public var tradeIDs = TradeIDKind.none
    /// How many trades the tape holds afterwards.
    public var tapeRows = 0

    /// Creates an empty report.
    public init() {}

    /// Well-formed rows in the files: trades, and rows with a zero price or quantity.
    public var rows: Int { sum(\.archive.rows) }
    /// Trades that the files hold more than once, within a file or between them.
    public var duplicates: Int { sum(\.duplicates) }
    /// Rows that could not be read.
    public var rejected: Int { sum(\.archive.rejected) }
    /// Rows that step back, in id where ids are contiguous, else in time.
    public var outOfOrder: Int { sum(\.archive.scan.outOfOrder) }
    /// Rows with a zero price or quantity.
    public var zero: Int { sum(\.archive.scan.zeroRows) }
    /// Trades that the tape did not have before.
    public var added: Int { sum(\.added) }
    /// Ids missing in the open holes.
    public var missingIDs: Int { holes.reduce(0) { $0 + $1.count } }
    /// Taker buys as a share of the trades whose side is known, 0…1; nil if there are none.
    public var takerBuyShare: Double? {
        let (buys, sells) = (sum(\.archive.scan.buys), sum(\.archive.scan.sells))
        return buys + sells == 0 ? nil : Double(buys) / Double(buys + sells)
    }
    /// The earliest event time in microseconds.
    public var firstTime: Int64? { files.compactMap { $0.archive.scan.bounds?.minTime }.min() }
    /// The latest event time in microseconds.
    public var lastTime: Int64? { files.compactMap { $0.archive.scan.bounds?.maxTime }.max() }
    /// The formats of the files, each once.
    public var format: String {
        var formats: [String] = []
        for file in files where !formats.contains(file.archive.format) { formats.append(file.archive.format) }
        return formats.joined(separator: "; ")
    }

    private func sum(_ part: (FileReport) -> Int) -> Int { files.reduce(0) { $0 + part($1) } }
}

/// What one file brought.
public struct FileReport: Sendable {
    /// The file as it was named.
    public var path: String
    /// What reading it told.
    public var archive: ArchiveReport
    /// Its trades that it holds more than once, or that an earlier file of the same import held.
    public var duplicates: Int
    /// Its trades that the tape did not have before.
    public var added: Int
    /// Where its rejected rows are listed, or nil if there are none.
    public var quarantine: String?
}
