public import Lake
public import MarketModel
public import TapeSequencer

/// Who is told what is recorded.
public protocol LiveSink: Sendable {
    /// The recording of an instrument begins, or begins again at other scales; not on the recorder's thread, so it may read the tape.
    func begin(_ start: LiveTapeStart) throws -> any LiveTapeSink
}

/// Who is told of one instrument: a method a thing that happens, called on the recorder's thread, so implementations are quick.
public protocol LiveTapeSink: Sendable {
    /// Trades were released, in tape order but for those that are late.
    func take(_ trades: [LiveTrade])
    /// A hole was found, filled or given up.
    func take(_ gap: LiveGap)
    /// All trades up to this id, or of tapes whose ids tell nothing this time, are on the disk.
    func committed(id: TradeID, time: Int64)
    /// The instrument is followed, or why not.
    func state(_ state: LiveState)
    /// Time goes on: microseconds since 1970-01-01 UTC.
    func tick(at now: Int64)
}

/// What is known of an instrument when its recording begins.
public struct LiveTapeStart: Sendable {
    /// The instrument.
    public var instrument: Instrument
    /// The scales of its trades.
    public var scales: Scales
    /// What the lake holds of it, the open days too; nil if nothing.
    public var tape: TapeSummary?
    /// Waits until all trades that were told of can be read from the lake; from any thread but the recorder's.
    public var settle: @Sendable () throws -> Void

    /// Creates a start.
    public init(instrument: Instrument, scales: Scales, tape: TapeSummary?, settle: @escaping @Sendable () throws -> Void) {
        self.instrument = instrument
        self.scales = scales
        self.tape = tape
        self.settle = settle
    }
}

/// How a recorder is doing with an instrument.
public enum LiveState: Sendable, Hashable {
    /// The venue has been asked for it.
    case waiting
    /// The venue delivers it.
    case live
    /// The connection is lost.
    case disconnected(String)
    /// The venue refuses it, has taken it off its list, or counts it anew.
    case ended(String)

    /// All words that ``name`` may be.
    public static let names = ["waiting", "live", "disconnected", "ended"]

    /// In one word: `waiting`, `live`, `disconnected` or `ended`.
    public var name: String {
        switch self {
        case .waiting: "waiting"
        case .live: "live"
        case .disconnected: "disconnected"
        case .ended: "ended"
        }
    }
}
