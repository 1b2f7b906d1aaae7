import Glibc
import Lake
import MarketModel
import Recorder

/// A lake for the length of one command, in which a dump becomes a tape: sorted, without duplicates, valued day by day.
final class ScratchLake {
    private let directory: String

    /// Makes an empty lake under `$TMPDIR`, or `/tmp`.
    init() throws {
        let parent = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"
        var template = Array("\(parent)/millrace-bars-XXXXXX".utf8CString)
        guard let made = template.withUnsafeMutableBufferPointer({ $0.baseAddress.flatMap { mkdtemp($0) } }) else {
            throw CommandError("cannot make a directory in \(parent): \(String(cString: strerror(errno))); name another with TMPDIR")
        }
        directory = String(cString: made)
        // A reader of the result that goes away must not end the process before the directory is removed: writing fails instead.
        signal(SIGPIPE, SIG_IGN)
    }

    deinit { ScratchLake.removeTree(directory) }

    /// Removes a directory and what is in it, as far as that goes; links are removed, not followed.
    private static func removeTree(_ path: String) {
        if let entries = opendir(path) {
            while let entry = readdir(entries) {
                let name = withUnsafePointer(to: &entry.pointee.d_name) {
                    $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
                }
                guard name != ".", name != ".." else { continue }
                if entry.pointee.d_type == UInt8(DT_DIR) { removeTree("\(path)/\(name)") } else { unlink("\(path)/\(name)") }
            }
            closedir(entries)
        }
        rmdir(path)
    }

    /// Imports a dump and says on the console what was found.
    func tape(
        of path: String, _ instrument: Instrument, _ intake: ArchiveIntake, threads: Int, _ console: Console
    ) throws -> (lake: Lake, tape: TapeSummary) {
        let lake = try Lake(directory: directory, create: true)
        let options = ImportOptions(
            venue: instrument.venue, symbol: instrument.symbol, contractSize: intake.contractSize, columns: intake.columns,
            force: intake.force, threads: threads)
        let report = try TapeImport(lake: lake, options: options).run(files: [path])
        console.note(report.text)
        guard let tape = try lake.tape(venue: instrument.venue, symbol: instrument.symbol) else {
            throw CommandError("\(path) holds no trade of \(instrument)")
        }
        return (lake, tape)
    }
}
