import Drawing
import Glibc

/// The fonts of charts: DejaVu Sans, as `make install` laid it beside the binary, or as the system's package did.
enum ChartFonts {
    /// The typeface.
    static func typeface() throws -> Typeface {
        let places = [Installed.share.map { "\($0)/fonts" }, "/usr/share/fonts/truetype/dejavu"].compactMap { $0 }
        for place in places {
            let files = ["\(place)/DejaVuSans.ttf", "\(place)/DejaVuSans-Bold.ttf"]
            if files.allSatisfy({ access($0, R_OK) == 0 }) { return try Typeface(regular: files[0], bold: files[1]) }
        }
        throw CommandError("DejaVuSans.ttf is in none of \(places.joined(separator: ", ")): install the package fonts-dejavu-core")
    }
}
