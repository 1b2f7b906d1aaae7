import MarketModel
import TapeSequencer

/// What the lake holds of one instrument, as of one version of the catalogue.
public struct TapeSummary: Sendable {
    /// The instrument; its contract size is that of the newest day.
    public var instrument: Instrument
    /// The scales of every price and quantity on the tape.
    public var scales: Scales
    /// The days, oldest first; those that are being recorded are marked open.
    public var days: [TapeDay]
    /// The holes, open and repaired, by id.
    public var holes: [TapeHole]
    /// The times of which trades may be missing, or were, where ids do not tell; by time.
    public internal(set) var losses: [TapeLoss] = []
    /// Which times its days and trades have; see ``onArrival(from:to:)``.
    public internal(set) var clock = TapeClock.exchange
    /// The version of the catalogue that says so.
    public var version: Int
    /// The scales of the sealed files; those of the journals may be finer.
    package var sealedScales: Scales
    /// Ids that are present without being trades.
    var present: [ClosedRange<Int64>]
    /// The journals of the venue that cannot be read, by day.
    var unreadable: [CivilDate: String] = [:]
    /// What journals have noted of holes.
    var noted: [(day: CivilDate, note: JournalNote)] = []
    /// What the catalogue was told of losses, and the times that dumps have told of, in microseconds.
    var notedLosses: [TapeLoss] = []
    var covered = IDRanges()

    /// How many trades the tape holds.
    public var rows: Int { days.reduce(0) { $0 + $1.rows } }
    /// The earliest event time in microseconds, or nil on an empty tape.
    public var firstTime: Int64? { days.map(\.firstTime).min() }
    /// The latest event time in microseconds, or nil on an empty tape.
    public var lastTime: Int64? { days.map(\.lastTime).max() }
    /// The largest id that is there, of a trade or not, where ids are contiguous; nil on an empty tape.
    public var lastID: Int64? { (days.compactMap(\.runs.last?.last) + present.map(\.upperBound)).max() }
    /// Leaves out the times of which it is not known whether trades are missing.
    package mutating func forgetDoubts() { losses.removeAll { $0.state == .open } }
    /// The losses that nothing has filled.
    public var openLosses: [TapeLoss] { losses.filter { $0.state != .repaired } }
    /// The holes that nothing has filled, those included that the venue will not fill.
    public var openHoles: [TapeHole] { holes.filter { $0.state != .repaired } }
}

/// One UTC day of a tape: a sealed file, or what a journal holds, or both together.
public struct TapeDay: Sendable, Hashable {
    /// The day.
    public var date: CivilDate
    /// How many trades it holds; more than zero.
    public var rows: Int
    /// The earliest event time in microseconds.
    public var firstTime: Int64
    /// The latest event time in microseconds.
    public var lastTime: Int64
    /// The contract size that holds on this day.
    public var contractSize: FixedPoint
    /// SHA-256 of the file up to its footer; also in the footer. Of an open day a text that changes with its rows.
    public var contentHash: String
    /// SHA-256 of the whole file; empty of an open day.
    public var fileHash: String
    /// The size of the file; of an open day about what its rows take.
    public var bytes: Int
    /// What is known of arrival times.
    public var arrivals = ArrivalSpan()

    package var runs: [TapeRun] = []
    /// What journals hold of the day; empty of a sealed one.
    var parts: [JournalPart] = []
    /// The file that an open day has already, if an import brought one.
    var sealedFile: [TapeDay] = []

    /// Whether the day is still being recorded, so that rows may be added to it.
    public var isOpen: Bool { !parts.isEmpty }
    /// Whether all that there is of an open day was recorded.
    package var isRecordedOnly: Bool { isOpen && sealedFile.isEmpty }
}

/// Ids that the venue gave out and the tape lacks.
public struct TapeHole: Sendable, Hashable {
    /// Whether something is still missing.
    public enum State: String, Sendable, Hashable {
        /// The ids are missing.
        case open
        /// The ids were missing, and came later.
        case repaired
        /// The ids are missing, and the venue does not give them any more: its dumps may.
        case abandoned
    }

    /// The first missing id.
    public var from: Int64
    /// The last missing id.
    public var to: Int64
    /// Open, or filled since.
    public var state: State
    /// The event time of the row before the hole, in microseconds.
    public var timeFrom: Int64
    /// The event time of the row after it.
    public var timeTo: Int64

    /// How many ids are missing.
    public var count: Int { Int(to - from + 1) }

    /// Creates a hole.
    public init(from: Int64, to: Int64, state: State, timeFrom: Int64, timeTo: Int64) {
        self.from = from
        self.to = to
        self.state = state
        self.timeFrom = timeFrom
        self.timeTo = timeTo
    }
}

extension TapeDay {
    /// The runs of ids of this day, where ids are contiguous.
    package var idRuns: [TapeRun] { runs }

    /// The ids of this day, where ids are contiguous.
    package var idRanges: [ClosedRange<Int64>] { runs.map { $0.first...$0.last } }
}
