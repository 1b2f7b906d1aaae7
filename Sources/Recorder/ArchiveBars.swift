public import Archives
public import MarketModel
public import OrderFlow
import Synchronization
import TapeSequencer

/// Bars straight out of an exchange's archive, without a lake.
public struct ArchiveBars: Sendable {
    /// The bars, or nil where one pass cannot tell it: the rows do not stand in tape order once each, or the contract size is not the same
    /// on all of their days. Then an import has to make a tape of them first.
    public let bars: BarTape?
    /// What the file held.
    public let report: ArchiveReport

    /// Computes the bars of a whole archive in one pass.
    ///
    /// - Parameters:
    ///   - contractSize: what one contract is worth, where the user said so; else ``ContractSizes`` has to know.
    ///   - threads: 1…64.
    ///   - progress: called from any thread with the bytes just read.
    /// - Throws: the archive's error, or ``BarError``.
    /// - Complexity: O(bytes); memory does not depend on the size of the file.
    public init(
        _ file: ArchiveFile, instrument: Instrument, contractSize: FixedPoint?, options: BarOptions, threads: Int,
        progress: (@Sendable (Int) -> Void)? = nil
    ) throws {
        do {
            try self.init(file, instrument, contractSize, options, threads, progress)
        } catch let error as BarError where error == .reordered {
            var patient = options
            patient.lateness = BarOptions.unbounded
            try self.init(file, instrument, contractSize, patient, threads, progress)
        }
    }

    private init(
        _ file: ArchiveFile, _ instrument: Instrument, _ contractSize: FixedPoint?, _ options: BarOptions, _ threads: Int,
        _ progress: (@Sendable (Int) -> Void)?
    ) throws {
        let size = contractSize ?? ArchiveBars.latestSize(instrument)
        let valuation = Mutex<Valuation?>(nil)
        let whole = Mutex<BarSegment?>(nil)
        report = try file.read(
            threads: threads, progress: progress,
            reduction: TapeReduction(
                begin: { _ in
                    guard let valuation = valuation.withLock({ $0 }) else { throw BarError.valuation }
                    return try BarSegment(options: options, valuation: valuation, follows: true)
                },
                add: { segment, trades in try segment.add(trades) }),
            restart: { scales in
                let made = Valuation(kind: instrument.kind, scales: scales, contractSize: size ?? FixedPoint(mantissa: 1))
                guard let made else { throw BarError.valuation }
                valuation.withLock { $0 = made }
                try whole.withLock { $0 = try BarSegment(options: options, valuation: made) }
            },
            fold: { part, _ in try whole.withLock { try $0?.append(part) } })
        guard report.scan.tradeIDs == .contiguous, report.scan.isStrictlyAscending,
            // A scan lists only so many holes; the catalogue of a lake holds all.
            report.scan.holes.count == report.scan.holeCount, let segment = whole.withLock({ $0 }),
            contractSize != nil || ArchiveBars.hasSize(size, instrument, in: report.scan)
        else {
            bars = nil
            return
        }
        let holes = report.scan.holes.map { TapeWholeness.Hole(from: $0.timeBefore, to: $0.timeAfter) }
        bars = BarTape(segment: segment, wholeness: TapeWholeness(holes: holes))
    }

    /// The size that holds once all known changes are past: right for most files, and checked when the file's days are known.
    private static func latestSize(_ instrument: Instrument) -> FixedPoint? {
        CivilDate(year: 9999, month: 1, day: 1).flatMap { ContractSizes.size(of: instrument, on: $0) }
    }

    private static func hasSize(_ size: FixedPoint?, _ instrument: Instrument, in scan: TapeScan) -> Bool {
        guard let size, let bounds = scan.bounds else { return size != nil }
        let days = CivilDate(microseconds: bounds.minTime).epochDay...CivilDate(microseconds: bounds.maxTime).epochDay
        return days.allSatisfy { ContractSizes.size(of: instrument, on: CivilDate(epochDay: $0)) == size }
    }
}
