import MarketModel
import Pipeline
import Synchronization
import TapeSequencer

extension ArchiveFile {
    /// Reads the whole file: cuts its text into segments of about 1 MiB, reduces them in parallel, and folds the partial results in file
    /// order, each with the scan of its segment.
    ///
    /// All batches of a pass have the same scales, the smallest that hold every row of the file. They are guessed from a sample; a row that
    /// needs more digits ends the pass and begins another. Zero rows, rejected rows and rows of other instruments are in no batch.
    ///
    /// - Parameters:
    ///   - threads: how many threads work, the caller's included.
    ///   - progress: is told how many of the file's ``size`` bytes are done; never called concurrently.
    ///   - reduction: what to make of the batches.
    ///   - restart: is called with the scales before the first segment, and again when a pass begins anew: drop what was folded so far.
    ///   - fold: takes the partial results in file order, one at a time.
    /// - Returns: what the file held. Rejected rows are listed there; a file most of whose rows are rejected is an error.
    /// - Throws: ``ArchiveError``, or what the closures throw.
    public func read<Partial: Sendable>(
        threads: Int, progress: (@Sendable (Int) -> Void)? = nil, reduction: TapeReduction<Partial>,
        restart: @Sendable (Scales) throws -> Void, fold: @Sendable (Partial, TapeScan) throws -> Void
    ) throws -> ArchiveReport {
        let checksum = try options.verifiesChecksum ? Checksum(path) : nil
        var report: ArchiveReport
        do {
            report = try readPasses(threads: threads, progress: progress, reduction: reduction, restart: restart, fold: fold)
        } catch {
            // A wrong checksum explains whatever else is wrong with a file.
            _ = try checksum?.verify()
            throw error
        }
        report.checksum = try checksum?.verify() ?? .none
        return report
    }

    private func readPasses<Partial: Sendable>(
        threads: Int, progress: (@Sendable (Int) -> Void)?, reduction: TapeReduction<Partial>,
        restart: @Sendable (Scales) throws -> Void, fold: @Sendable (Partial, TapeScan) throws -> Void
    ) throws -> ArchiveReport {
        var scales = sampleScales
        while true {
            try restart(scales)
            // The closures do not outlive the pass: its threads have ended when it returns.
            let outcome = try withoutActuallyEscaping(fold) { fold in
                try ReadPass(self, scales: scales, progress: progress).run(threads: threads, reduction: reduction, fold: fold)
            }
            switch outcome {
            case .done(let report):
                return report
            case .widen(let wider):
                scales = wider
            }
        }
    }
}
