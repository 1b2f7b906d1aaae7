extension LiveTape {
    /// What has to be done.
    public enum Action: Sendable, Hashable {
        /// The next row of the tape.
        case release(LiveTrade)
        /// A row of an earlier part of the tape: it fills a hole. What was computed from its time has to be computed again.
        case late(LiveTrade)
        /// A better source contradicts a row that was released.
        case replace(LiveTrade)
        /// Rows are missing.
        case opened(IDHole)
        /// All rows of a hole are there.
        case filled(IDHole)
        /// The venue does not give what is still missing of a hole: its dumps may.
        case abandoned(IDHole, missing: [ClosedRange<Int64>])
        /// Ask the venue for these ids.
        case repair(ClosedRange<Int64>)
        /// The venue counts anew, after `last`, from `first`: the tape of this instrument cannot go on.
        case restarted(last: Int64, first: Int64)
    }

    /// How a repair ended.
    public enum RepairOutcome: Sendable, Hashable {
        /// The venue answered; its rows were taken before.
        case answered
        /// It did not answer, or not now.
        case failed
        /// It says that it will not: too old.
        case refused
    }
}
