import Drawing
import Glibc

/// The fonts of charts: DejaVu Sans, as `make install` laid it beside the binary, or as the system's package did.
enum ChartFonts {
    /// The typeface.
    static func typeface() throws -> Typeface {
        let places = [installed, "/usr/share/fonts/truetype/dejavu"].compactMap { $0 }
        for place in places {
            let files = ["\(place)/DejaVuSans.ttf", "\(place)/DejaVuSans-Bold.ttf"]
            if files.allSatisfy({ access($0, R_OK) == 0 }) { return try Typeface(regular: files[0], bold: files[1]) }
        }
        throw CommandError("DejaVuSans.ttf is in none of \(places.joined(separator: ", ")): install the package fonts-dejavu-core")
    }

    /// `share/millrace/fonts` beside the binary's own directory.
    private static var installed: String? {
        var path = [UInt8](repeating: 0, count: Int(PATH_MAX))
        let count = path.withUnsafeMutableBytes { buffer in buffer.baseAddress.map { readlink("/proc/self/exe", $0, buffer.count) } ?? -1 }
        guard count > 0, let program = String(validating: path[..<count], as: UTF8.self) else { return nil }
        let directory = program.split(separator: "/", omittingEmptySubsequences: false).dropLast(2).joined(separator: "/")
        return "\(directory)/share/millrace/fonts"
    }
}
