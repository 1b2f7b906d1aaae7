import Charts
import MarketModel
import OrderFlow

/// The form in which a chart is written.
enum PictureFormat: String, CaseIterable {
    case svg
    case png
}

/// What `millrace chart` and `millrace bars --format svg` are asked for, checked.
struct ChartRequest {
    let rows: RowRequest
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

    init(_ arguments: Arguments) throws {
        path = arguments.value("output")
        format = try ChartRequest.format(arguments.value("format"), path)
        rows = try RowRequest(arguments, columns: ChartColumns.all)
        let instrument = rows.instrument
        options = ChartOptions(
            title: instrument.symbol, subtitle: instrument.venue.name, priceUnit: instrument.quote ?? "quote",
            volumeUnit: instrument.base ?? "base",
            width: try arguments.integer("width", in: ChartOptions.widths, default: 1280),
            height: try arguments.integer("height", in: ChartOptions.heights, default: 720),
            theme: arguments.value("theme") == "dark" ? .dark : .light)
    }

    /// The picture that `millrace bars` is asked for, or nil if it is rows.
    ///
    /// - Throws: ``UsageError`` where it would show something else than what is asked for.
    init?(bars arguments: Arguments) throws {
        guard let format = arguments.value("format").flatMap(PictureFormat.init) else { return nil }
        guard let name = arguments.operands.first, ["flow", "ohlcv"].contains(name) else {
            throw UsageError("--format \(format.rawValue) draws price, cumulative delta and delta: write flow or ohlcv as the dataset")
        }
        guard !arguments.has("fields"), !arguments.has("without") else {
            throw UsageError("--fields and --without choose columns, and --format \(format.rawValue) writes none")
        }
        try self.init(arguments)
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

/// The columns that a chart is made of.
enum ChartColumns {
    private static let price = ["open", "high", "low", "close"]

    /// All of them.
    static let all: [Column<BarRow>] = columns("ohlcv", price) + columns("flow", ["volume_delta"])

    /// What a chart shows of a row; nil where it has no price.
    static func bar(of row: BarRow) -> ChartBar? {
        var values: [Double] = []
        for column in all {
            guard case .real(let value?) = column.value(row), value.isFinite else { return nil }
            values.append(value)
        }
        guard values.count == 5 else { return nil }
        return ChartBar(
            time: row.time, open: values[0], high: values[1], low: values[2], close: values[3], delta: values[4], quality: row.quality)
    }

    private static func columns(_ dataset: String, _ names: [String]) -> [Column<BarRow>] {
        let known = Dataset<BarRow>.named(dataset)?.columns ?? []
        return names.compactMap { name in known.first { $0.name == name } }
    }
}
