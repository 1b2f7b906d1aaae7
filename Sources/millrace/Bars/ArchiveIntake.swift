import Archives
import MarketModel
import OrderFlow
import Recorder
import TapeSequencer

/// The options with which commands take in a dump, and the checks that go with them.
struct ArchiveIntake {
    private let options: ArchiveOptions
    private let instrument: Instrument
    private let contractSize: FixedPoint?

    init(_ arguments: Arguments, instrument: Instrument) throws {
        self.instrument = instrument
        let mapping: ColumnMapping?
        do {
            mapping = try arguments.value("columns").map { text throws(ArchiveError) in try ColumnMapping(text) }
        } catch {
            throw UsageError(error.reason)
        }
        options = ArchiveOptions(columns: mapping, symbol: instrument.symbol)
        contractSize = try arguments.value("contract-size").map { text in
            guard let size = try? FixedPoint(text: text), size.mantissa > 0 else {
                throw UsageError("--contract-size \(text): a positive number is wanted")
            }
            return size
        }
    }

    /// Recognises a dump.
    func open(_ path: String) throws -> ArchiveFile {
        try ArchiveFile(path: path, venue: instrument.venue, options: options)
    }

    /// The instrument with the size of its contracts; refuses if that is needed and unknown.
    func sized(_ file: ArchiveFile) throws -> Instrument {
        var sized = instrument
        if let contractSize {
            sized.contractSize = contractSize
        } else if instrument.countsContracts {
            throw CommandError(
                "\(instrument) counts contracts and their size is not known: say what one is worth with --contract-size, for example "
                    + "--contract-size 100")
        }
        return sized
    }

    /// Refuses or reports what is odd about a file that was read.
    func check(_ report: ArchiveReport, path: String, _ console: Console) throws {
        if report.rejected > 0, let first = report.rejectedRows.first {
            console.note("\(path): \(report.rejected) rows could not be read, the first in line \(first.line): \(first.reason)")
        }
        if report.scan.holeCount > 0 {
            console.note("\(path): \(report.scan.missingIDs) ids are missing in \(report.scan.holeCount) holes; the bars they touch are marked gap")
        }
    }
}
