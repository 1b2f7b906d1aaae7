import Archives
import Glibc
import Lake
import MarketModel
import TapeSequencer

/// Brings archives into the lake: each file is read, checked, merged with the days it touches and published as a whole.
///
/// The tape depends on the set of rows imported alone: importing again, overlapping or in another order gives the same bytes. A process
/// that is killed leaves each day as it was or as it will be; running the import again finishes the work.
///
///     let report = try TapeImport(lake: lake, options: options).run(files: paths, progress: nil)
public struct TapeImport: Sendable {
    let lake: Lake
    let options: ImportOptions

    /// Creates an import.
    public init(lake: Lake, options: ImportOptions) {
        self.lake = lake
        self.options = options
    }

    /// Imports files one after the other.
    ///
    /// - Parameter progress: told how many bytes of the files were read since it was last called, from any thread.
    /// - Throws: ``ImportError``, `ArchiveError` or `LakeError`; files before the one that failed are on the tape.
    public func run(files: [String], progress: (@Sendable (Int) -> Void)? = nil) throws -> ImportReport {
        let lock = try lake.lock()
        let report: ImportReport
        do {
            report = try runLocked(files, progress)
        } catch {
            lake.discardIncoming()
            throw error
        }
        // The lock is held until here, and let go on the way out of an error too.
        _ = consume lock
        return report
    }

    private func runLocked(_ files: [String], _ progress: (@Sendable (Int) -> Void)?) throws -> ImportReport {
        var report = ImportReport()
        var session = ImportSession()
        for file in files {
            report.files.append(try FileImport(lake: lake, options: options, path: file).run(&session, progress: progress))
            // Sorted runs have served.
            lake.discardIncoming()
        }
        try lake.settle()
        if let tape = try lake.sealedTape(venue: options.venue, symbol: options.symbol) {
            report.holes = tape.openHoles
            report.tradeIDs = tape.instrument.tradeIDs
            report.tapeRows = tape.rows
        }
        return report
    }
}

/// What the files of one import have brought so far, to tell what they hold twice.
struct ImportSession {
    /// The ids of the files so far, where ids are contiguous.
    var ids = IDRanges()
    /// The days that earlier files of this import have touched.
    var days: Set<CivilDate> = []
}
