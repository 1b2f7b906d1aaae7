public import MarketModel
public import TapeSequencer

/// An instrument that a journal records, as ``Journal/open(_:scales:)`` named it.
public struct JournalSymbol: Sendable, Hashable {
    let index: Int
}

/// What a commit has made durable of one instrument.
public struct JournalCommit: Sendable, Hashable {
    /// The instrument.
    public let symbol: JournalSymbol
    /// How many rows this commit wrote.
    public let rows: Int
    /// The largest id that is durable; on tapes without an order of ids that of the row appended last.
    ///
    /// All rows at or below it that were appended before the commit began are on the disk.
    public let durableID: TradeID
    /// The latest event time that is durable, in microseconds.
    public let lastTime: Int64
}

/// What the lake has of an instrument when its recording begins or goes on.
public struct JournalTape: Sendable {
    /// How ``Journal/append(_:_:)`` names the instrument.
    public let symbol: JournalSymbol
    /// The scales that appended rows must have: the ones asked for, or those of the tape where they are finer.
    public let scales: Scales
    /// The largest durable id where ids are contiguous; nil on an empty tape and on others.
    public let lastID: Int64?
    /// The latest durable event time in microseconds, or nil on an empty tape.
    public let lastTime: Int64?
    /// What is missing, by id.
    public let holes: [TapeHole]
    /// The times of which it is not known whether trades are missing.
    public let losses: [TapeLoss]
    /// The newest rows of the journal, at most ``Journal/newestRows``, in the order in which they were appended and at ``scales``; where ids tell
    /// no order and nothing is journalled, the last that are sealed.
    public let newest: [TapeRow]
}
