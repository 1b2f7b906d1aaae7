import Charts
import MarketModel
import MarketService
import OrderFlow

/// The form in which a chart is written.
enum PictureFormat: String, CaseIterable {
    case svg
    case png
}

/// What picture `millrace chart` and `millrace bars --format svg` are asked for, checked.
struct ChartRequest {
    let format: PictureFormat
    let options: ChartOptions
    /// Where to; `-` or nil is stdout.
    let path: String?

    /// The options that say what the picture is like.
    static let options = [
        CommandOption(
            "width", "N", "Pixels of a chart, \(ChartOptions.widths.lowerBound) to \(ChartOptions.widths.upperBound)", default: "1280"),
        CommandOption(
            "height", "N", "Pixels of a chart, \(ChartOptions.heights.lowerBound) to \(ChartOptions.heights.upperBound)", default: "720"),
        CommandOption("theme", "T", .choice(["light", "dark"]), "The colours of a chart", default: "light"),
    ]

    /// - Parameters:
    ///   - subject: what is drawn, and of which venue.
    ///   - units: of prices and of volumes.
    init(
        _ arguments: Arguments, of subject: (name: String, venue: String), units: (price: String?, volume: String?)
    ) throws {
        path = arguments.value("output")
        format = try ChartRequest.format(arguments.value("format"), path)
        options = ChartOptions(
            title: subject.name, subtitle: subject.venue, priceUnit: units.price ?? "quote", volumeUnit: units.volume ?? "base",
            width: try arguments.integer("width", in: ChartOptions.widths, default: 1280),
            height: try arguments.integer("height", in: ChartOptions.heights, default: 720),
            theme: arguments.value("theme") == "dark" ? .dark : .light)
    }

    /// Whether `millrace bars` is asked for a picture, not for rows.
    ///
    /// - Throws: ``UsageError`` where it would show something else than what is asked for.
    static func isAsked(ofBars arguments: Arguments) throws -> Bool {
        guard let format = arguments.value("format").flatMap(PictureFormat.init) else { return false }
        guard let name = arguments.operands.first, ["flow", "ohlcv"].contains(name) else {
            throw UsageError("--format \(format.rawValue) draws price, cumulative delta and delta: write flow or ohlcv as the dataset")
        }
        guard !arguments.has("fields"), !arguments.has("without") else {
            throw UsageError("--fields and --without choose columns, and --format \(format.rawValue) writes none")
        }
        return true
    }

    /// What `--format` says, or the end of the file's name.
    private static func format(_ name: String?, _ path: String?) throws(UsageError) -> PictureFormat {
        if let format = name.flatMap(PictureFormat.init) { return format }
        if let path, path != "-" {
            for format in PictureFormat.allCases where path.lowercased().hasSuffix(".\(format.rawValue)") { return format }
        }
        throw UsageError("write --format svg or --format png, or a name with --output that ends so")
    }
}
