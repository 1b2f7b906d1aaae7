import Archives
import Glibc
import Lake

/// Keeps the rows that could not be read, with line numbers and reasons, where a person finds them.
enum Quarantine {
    /// Writes `quarantine/<name of the file>.rejected.txt` and returns its path, or nil if no row was rejected.
    static func keep(_ report: ArchiveReport, of file: String, in lake: Lake) throws -> String? {
        guard report.rejected > 0 else { return nil }
        let name = file.split(separator: "/").last.map(String.init) ?? "file"
        var text = "# \(file): \(report.rejected) rejected rows; the first \(report.rejectedRows.count) are listed as line, reason\n"
        for row in report.rejectedRows { text += "\(row.line)\t\(row.reason)\n" }
        return try lake.writeQuarantine("\(name).rejected.txt", text)
    }
}
