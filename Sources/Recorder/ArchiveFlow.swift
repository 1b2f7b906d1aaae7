public import Archives
public import MarketModel
public import OrderFlow
import Synchronization
import TapeSequencer

/// Flow straight out of an exchange's archive, without a lake.
public struct ArchiveFlow: Sendable {
    /// The flow, or nil where the file's rows do not stand in tape order once each: then only an import can tell what its tape is.
    public let flow: FlowTape?
    /// What the file held.
    public let report: ArchiveReport

    /// Computes the flow of a whole archive in one pass.
    ///
    /// - Parameters:
    ///   - instrument: with its contract size.
    ///   - threads: 1…64.
    ///   - progress: called from any thread with the bytes just read.
    /// - Throws: the archive's error, or ``FlowError``.
    /// - Complexity: O(bytes); memory does not depend on the size of the file.
    public init(
        _ file: ArchiveFile, instrument: Instrument, options: FlowOptions, threads: Int, progress: (@Sendable (Int) -> Void)? = nil
    ) throws {
        let valuation = Mutex<Valuation?>(nil)
        let whole = Mutex<FlowSegment?>(nil)
        report = try file.read(
            threads: threads, progress: progress,
            reduction: TapeReduction(
                begin: { _ in
                    guard let valuation = valuation.withLock({ $0 }) else { throw FlowError.valuation }
                    return try FlowSegment(options: options, valuation: valuation)
                },
                add: { segment, trades in try segment.add(trades) }),
            restart: { scales in
                let made = Valuation(kind: instrument.kind, scales: scales, contractSize: instrument.contractSize)
                guard let made else { throw FlowError.valuation }
                valuation.withLock { $0 = made }
                try whole.withLock { $0 = try FlowSegment(options: options, valuation: made) }
            },
            fold: { part, _ in try whole.withLock { try $0?.append(part) } })
        guard report.scan.tradeIDs == .contiguous, report.scan.isStrictlyAscending, let segment = whole.withLock({ $0 }) else {
            flow = nil
            return
        }
        let holes = report.scan.holes.map { TapeWholeness.Hole(from: $0.timeBefore, to: $0.timeAfter) }
        flow = FlowTape(segment: segment, wholeness: TapeWholeness(holes: holes))
    }
}
